/** The versions of Node.js on this machine that backends may have. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** One Node.js. */
export interface NodeVersion {
  /** Its path. */
  node: string;
  /** Such as `20.20.2`. */
  version: string;
}

/** The one that runs the tests, and the machine's own if that is another. */
export function nodeVersions(): NodeVersion[] {
  const own = { node: process.execPath, version: process.versions.node };
  const folders = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'));
  const node = folders.map((folder) => join(folder, 'node')).find((path) => existsSync(path));
  if (node === undefined) return [own];
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim().slice(1);
  return version === own.version ? [own] : [own, { node, version }];
}
