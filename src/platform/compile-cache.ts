/**
 * Has Node.js cache compiled code for the next start, which takes half as long then. It applies to
 * what is loaded after this module. Where the directory cannot be written, as in a container, nothing is kept.
 */
import { accessSync, constants } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Beside the packages, so whoever cannot change the code cannot change this either. */
const PACKAGES = fileURLToPath(new URL('../../node_modules', import.meta.url));

// Asked first: Node.js may try for ever to make a directory that it cannot make.
if (isWritable(PACKAGES)) enableCompileCache(join(PACKAGES, '.cache', 'compiled'));

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
