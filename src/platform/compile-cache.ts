/**
 * Has Node.js keep what it compiles, and find it there at the next start, which takes half as long then. It counts for
 * what is loaded after this module. Where the directory cannot be written, as in a container, nothing is kept.
 */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Beside the packages, so whoever cannot change the code cannot change this either.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url)));
