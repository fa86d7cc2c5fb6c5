/**
 * An embedded store that has its tables already, made at build time. Making one in process takes four times as long, and
 * twice the memory, of opening one.
 */
import { hash } from 'node:crypto';
import {
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Migrations } from './migrate.ts';
import { versionOf } from './package-version.ts';

/** Beside the packages: it fits their versions, and goes when they go. */
const PLACE = fileURLToPath(new URL('../../../node_modules/.cache/poundkey/store', import.meta.url));

/** What a prepared store was made with. */
interface Made {
  packages: string;
  /** Migrations by name, each with a hash of its text. */
  migrations: Record<string, string>;
}

/**
 * Puts a copy of the prepared store in place, whole or not at all. Migrations that are newer are still to be run.
 * @param directory where the store is to be; nothing is there yet
 * @returns false when there is no prepared store, or none that fits the packages and the migrations
 */
export function copyPreparedStore(directory: string, migrations: Migrations, place = PLACE): boolean {
  if (!fits(place, migrations)) return false;
  const draft = mkdtempSync(`${directory}.`);
  try {
    cpSync(join(place, 'registry'), draft, { recursive: true, mode: constants.COPYFILE_FICLONE });
    renameSync(draft, directory);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
  return true;
}

/**
 * Makes the prepared store, unless there is one that has all migrations.
 * @param fill makes a store in a data directory, as its `registry`, and closes it
 * @returns whether it was made just now
 */
export async function prepareStore(
  migrations: Migrations,
  fill: (dataDir: string) => Promise<void>,
  place = PLACE,
): Promise<boolean> {
  const made = madeWith(migrations);
  if (JSON.stringify(readMade(place)) === JSON.stringify(made)) return false;
  mkdirSync(join(place, '..'), { recursive: true });
  const draft = mkdtempSync(`${place}.`);
  try {
    await fill(draft);
    writeFileSync(join(draft, 'made.json'), JSON.stringify(made));
    rmSync(place, { recursive: true, force: true });
    renameSync(draft, place);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return true;
}

/** Migrations only grow: a store fits if it was made with the first of them and with these packages. */
function fits(place: string, migrations: Migrations): boolean {
  const made = readMade(place);
  const wanted = madeWith(migrations);
  if (made?.packages !== wanted.packages) return false;
  const first = Object.entries(wanted.migrations).slice(0, Object.keys(made.migrations).length);
  return JSON.stringify(Object.entries(made.migrations)) === JSON.stringify(first);
}

function readMade(place: string): Made | null {
  const path = join(place, 'made.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
}

function madeWith(migrations: Migrations): Made {
  const names = Object.keys(migrations).sort();
  const hashes = names.map((name) => [name, hashed(migrations[name]?.text?.() ?? '')]);
  return {
    packages: ['@electric-sql/pglite', 'bullmq'].map(versionOf).join(' '),
    migrations: Object.fromEntries(hashes),
  };
}

const hashed = (text: string) => hash('sha256', text, 'hex').slice(0, 16);
