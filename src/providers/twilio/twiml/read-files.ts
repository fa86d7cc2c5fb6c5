import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Takes a fault: where it is, relative to the directory, and what it is. */
export type Report = (place: string, problem: string) => void;

/** The texts of a folder's files by name without extension, sorted. Other files are nobody's business. */
export function readFolder(
  directory: string,
  folder: string,
  extension: string,
  report: Report,
): Map<string, string> {
  const texts = new Map<string, string>();
  const path = join(directory, folder);
  for (const file of attempt(folder, report, () => readdirSync(path).sort()) ?? []) {
    if (!file.endsWith(extension)) continue;
    const text = attempt(`${folder}/${file}`, report, () => readFileSync(join(path, file), 'utf8'));
    if (text !== null) texts.set(file.slice(0, -extension.length), text);
  }
  return texts;
}

/** The names of the folders in a folder, sorted; none where it does not exist. */
export function foldersIn(directory: string, folder: string, report: Report): string[] {
  const path = join(directory, folder);
  if (!existsSync(path)) return [];
  const entries = attempt(folder, report, () => readdirSync(path, { withFileTypes: true })) ?? [];
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  return folders.map(({ name }) => name).sort();
}

function attempt<Result>(place: string, report: Report, read: () => Result): Result | null {
  try {
    return read();
  } catch (error) {
    report(place, `it cannot be read: ${error instanceof Error ? error.message : 'unknown reason'}`);
    return null;
  }
}
