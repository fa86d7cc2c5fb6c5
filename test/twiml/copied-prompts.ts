import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPrompts, PromptFilesError } from '../../src/phone-network/twiml/load-prompts.ts';

/** The project's own prompt files. */
export const PROMPTS_DIRECTORY = join(import.meta.dirname, '../../twiml');

/** A copy of the prompt files in which faults can be planted. */
export interface CopiedPrompts {
  directory: string;
  /** Replaces a text that must be there. */
  replace(file: string, search: string, replacement: string): void;
  write(file: string, content: string): void;
  remove(file: string): void;
  /** What `loadPrompts` complains about; empty when it does not. */
  problems(): string[];
}

/** Copies the project's prompt files to a fresh directory; `remove('.')` takes it away. */
export function copyPrompts(): CopiedPrompts {
  const directory = mkdtempSync(join(tmpdir(), 'poundkey-prompts-'));
  cpSync(PROMPTS_DIRECTORY, directory, { recursive: true });
  const write = (file: string, content: string) => writeFileSync(join(directory, file), content);
  return {
    directory,
    write,
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
