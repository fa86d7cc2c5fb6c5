import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadPrompts, PromptFilesError } from '../../../../src/providers/twilio/twiml/load-prompts.ts';

/** The project's own prompt files. */
export const PROMPTS_DIRECTORY = join(import.meta.dirname, '../../../../twiml');

/** A copy of the prompt files in which faults can be planted. */
export interface CopiedPrompts {
  directory: string;
  /** Replaces a text that must be there. */
  replace(file: string, search: string, replacement: string): void;
  /** Writes a file, in folders that need not exist. */
  write(file: string, content: string): void;
  makeFolder(folder: string): void;
  remove(file: string): void;
  /** What `loadPrompts` complains about; empty when it does not. */
  problems(): string[];
}

/** Copies the project's prompt files to a fresh directory; `remove('.')` takes it away. */
export function copyPrompts(): CopiedPrompts {
  const directory = mkdtempSync(join(tmpdir(), 'poundkey-prompts-'));
  cpSync(PROMPTS_DIRECTORY, directory, { recursive: true });
  const makeFolder = (folder: string) => void mkdirSync(join(directory, folder), { recursive: true });
  const write = (file: string, content: string) => {
    makeFolder(dirname(file));
    writeFileSync(join(directory, file), content);
  };
  return {
    directory,
    write,
    makeFolder,
    replace(file, search, replacement) {
      const before = readFileSync(join(directory, file), 'utf8');
      if (!before.includes(search)) throw new Error(`${file} does not contain ${search}`);
      write(
        file,
        before.replace(search, () => replacement),
      );
    },
    remove: (file) => rmSync(join(directory, file), { recursive: true }),
    problems: () => problemsIn(directory),
  };
}

function problemsIn(directory: string): string[] {
  try {
    loadPrompts(directory);
    return [];
  } catch (error) {
    if (error instanceof PromptFilesError) return error.problems;
    throw error;
  }
}
