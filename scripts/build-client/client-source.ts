/** The source of the package: the files that the client loads, side by side in one folder. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { writtenTypes } from './written-types.ts';

const RELATIVE = /(?<=\bfrom ')\.{1,2}\/[^']+(?=')/g;

/**
 * Copies what the entries load, whatever folder it is in, and calls it by its name alone.
 * @param entries paths of source files, by the names that they get
 */
export async function copyClientSource(entries: Record<string, string>, folder: string): Promise<void> {
  const files = new Map(Object.entries(entries).map(([name, path]) => [path, name]));
  // What is found on the way is added, and its turn comes.
  for (const path of files.keys()) {
    for (const target of targetsOf(path)) if (!files.has(target)) files.set(target, basename(target));
  }
  if (new Set(files.values()).size < files.size)
    throw new Error('Two files of the client have the same name.');
  mkdirSync(folder, { recursive: true });
  for (const [path, name] of files) {
    const source = isTypes(path) ? await writtenTypes(path) : readFileSync(path, 'utf8');
    const nameOf = (target: string) => `./${files.get(join(dirname(path), target))?.replace(/\.ts$/, '.js')}`;
    writeFileSync(join(folder, name), source.replaceAll(RELATIVE, nameOf));
  }
}

/** Written out, it names no other file. */
const isTypes = (path: string) => path.endsWith(join('client', 'types.ts'));

function targetsOf(path: string): string[] {
  if (isTypes(path)) return [];
  return [...readFileSync(path, 'utf8').matchAll(RELATIVE)].map(([target]) => join(dirname(path), target));
}
