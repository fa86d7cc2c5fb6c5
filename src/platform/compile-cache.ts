/**
 * Has Node.js cache compiled code for the next start, which takes half as long then. It applies to
 * what is loaded after this module. Where the directory cannot be written, as in a container, nothing is kept.
 */
import { accessSync, constants } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Beside the packages, so that it is as well protected against changes as the code. */
const PACKAGES = fileURLToPath(new URL('../../node_modules', import.meta.url));

// Checked first: Node.js may try for ever to create a directory that it cannot create.
if (isWritable(PACKAGES)) enableCompileCache(join(PACKAGES, '.cache', 'compiled'));

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
