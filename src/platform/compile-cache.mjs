/**
 * Has Node.js cache compiled code for the next start, which takes half as long then. It applies to
 * what is loaded after this module, and so to the start of programs that `--import` it. Where the directory cannot be
 * written, as in a container, nothing is kept. This is JavaScript, since Node.js would first load what reads TypeScript.
 */
import { accessSync, constants } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Beside the packages, so that it is as well protected against changes as the code. */
const PACKAGES = fileURLToPath(new URL('../../node_modules', import.meta.url));

// Checked first: Node.js may try for ever to create a directory that it cannot create.
if (isWritable(PACKAGES)) enableCompileCache(join(PACKAGES, '.cache', 'compiled'));

/** @param {string} directory */
function isWritable(directory) {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
