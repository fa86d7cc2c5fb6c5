/** Directories that nobody but their owner may look into. */
import { chmodSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join, parse, resolve } from 'node:path';

/** Permissions of everybody but the owner. */
const OTHERS = 0o077;
/** What is set on directories that many users share, such as /tmp. */
const STICKY = 0o1000;

/**
 * Makes a directory, or takes permissions on one that exists away from everybody but its owner: mode 0700.
 * @throws Error when other users may open it and that cannot be changed, or must not be since it is theirs too; says
 * what to do
 */
export function makePrivateDirectory(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const { mode, uid } = statSync(path);
  if (!hasPermissions() || (mode & OTHERS) === 0) return;
  const isShared = (mode & STICKY) !== 0 || resolve(path) === parse(resolve(path)).root;
  if (isShared) throw new Error(`${path} is shared with other users. ${OWN_DIRECTORY}`);
  if (uid !== process.getuid?.())
    throw new Error(
      `Other users may open ${path} (mode ${octal(mode)}), and it belongs to user ${uid}, who is not the user of this process. ${OWN_DIRECTORY}`,
    );
  changeMode(path, 0o700);
}

/**
 * Takes permissions on all that is in a directory away from everybody but its owner. Symbolic links, and what is
 * removed meanwhile, are left out; what belongs to other users stays as it is.
 */
export function makePrivateFiles(directory: string): void {
  if (!hasPermissions()) return;
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined || (found.mode & OTHERS) === 0 || found.uid !== process.getuid?.()) continue;
    changeMode(path, found.mode & 0o700);
  }
}

const OWN_DIRECTORY = 'Choose a directory of its own for Poundkey (DATA_DIR), such as one below it.';

/** Windows has no users in the mode of a file. */
const hasPermissions = () => process.getuid !== undefined;

function changeMode(path: string, mode: number): void {
  try {
    chmodSync(path, mode);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `Other users may open ${path}, and its mode cannot be changed (${why}). ${OWN_DIRECTORY}`,
      { cause },
    );
  }
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0');
}
