/** Secrets of an installation that was given none: made on the first start and kept in one private file beside the embedded store. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { makePrivateDirectory } from '../private-directory.ts';
import { newKeyRingText } from './key-ring.ts';

/** Secrets by name, and the names of those that were made just now. */
export interface EmbeddedSecrets {
  secrets: Record<string, string>;
  created: string[];
}

/**
 * Reads the named secrets from `secrets.json` in the data directory. Missing ones are made and written before they are
 * returned.
 * Call it under the data directory's lock: adding a name to an existing file is not safe against another process.
 * @param make makes one by its name: by default the text of a key ring with one random key, good as any other secret too
 * @param dataDir directory of the embedded store; created when missing, and made private (mode 0700)
 * @throws Error as `makePrivateDirectory` does, and when the file can be read by others, is no JSON object of texts, or cannot be written; says how to repair it, never what it holds
 */
export function loadOrCreateEmbeddedSecrets(
  dataDir: string,
  names: string[],
  make: (name: string) => string = newKeyRingText,
): EmbeddedSecrets {
  makePrivateDirectory(dataDir);
  const path = join(dataDir, 'secrets.json');
  const known = readSecrets(path);
  const created = names.filter((name) => !Object.hasOwn(known ?? {}, name));
  const all = { ...known, ...Object.fromEntries(created.map((name) => [name, make(name)])) };
  if (created.length === 0) return { secrets: pick(all, names), created };
  const written = replaceFile(path, `${JSON.stringify(all, null, 2)}\n`, known === null);
  // Another first start was quicker: its secrets are used.
  return written ? { secrets: pick(all, names), created } : loadOrCreateEmbeddedSecrets(dataDir, names, make);
}

function readSecrets(path: string): Record<string, string> | null {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  if (mode === undefined) return null;
  if ((mode & 0o077) !== 0) {
    const permissions = (mode & 0o777).toString(8).padStart(4, '0');
    throw new Error(
      `${path} holds secrets but other users may open it (mode ${permissions}, expected 0600). Run: chmod 600 '${path}'`,
    );
  }
  const secrets = parseObject(readFileSync(path, 'utf8'));
  if (secrets === null) {
    throw new Error(
      `${path} is not a JSON object of texts. Restore it from a backup; if it is deleted, new secrets are made and no app password issued so far works any more.`,
    );
  }
  return secrets;
}

/** The parser's own error would quote the file, so it goes no further. */
function parseObject(json: string): Record<string, string> | null {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  return isRecordOfTexts(value) ? value : null;
}

function isRecordOfTexts(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((text) => typeof text === 'string' && text !== '');
}

/**
 * Puts a private file in place so that a reader sees all of it or nothing, also after a crash.
 * @returns false when `mustBeNew` and another process made the file first
 */
function replaceFile(path: string, content: string, mustBeNew: boolean): boolean {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    writeThrough(draft, content);
    if (mustBeNew) linkSync(draft, path);
    else renameSync(draft, path);
    return true;
  } catch (error) {
    if (mustBeNew && error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function writeThrough(path: string, content: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function pick(all: Record<string, string>, names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, all[name] ?? '']));
}
