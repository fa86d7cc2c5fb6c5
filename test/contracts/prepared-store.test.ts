/** A fresh embedded store starts from one that was prepared, where that fits. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Migrations } from '../../src/platform/database/migrate.ts';
import { copyPreparedStore, prepareStore } from '../../src/platform/database/prepared-store.ts';

const step = (text: string) => ({ up: async () => undefined, text: () => text });
const FIRST: Migrations = { '0001-a': step('create a') };
const BOTH: Migrations = { ...FIRST, '0002-b': step('create b') };

let directory: string;
let place: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'poundkey-prepared-'));
  place = join(directory, 'cache', 'store');
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
});

/** Stands for a store: a file with a word. */
const prepare = (migrations: Migrations, word = 'prepared') =>
  prepareStore(
    migrations,
    async (dataDir) => {
      mkdirSync(join(dataDir, 'registry'));
      writeFileSync(join(dataDir, 'registry', 'word'), word);
    },
    place,
  );
const copy = (migrations: Migrations) => {
  const to = join(directory, 'registry');
  return copyPreparedStore(to, migrations, place) ? readFileSync(join(to, 'word'), 'utf8') : existsSync(to);
};

describe('a prepared store', () => {
  it('is copied where it was made with the same migrations', async () => {
    expect(await prepare(BOTH)).toBe(true);
    expect(copy(BOTH)).toBe('prepared');
  });

  it('is copied where newer migrations are to be run on it', async () => {
    await prepare(FIRST);
    expect(copy(BOTH)).toBe('prepared');
  });

  it.each<[string, Migrations]>([
    ['it has migrations that are not there any more', FIRST],
    ['a migration has another text', { ...FIRST, '0002-b': step('create c') }],
    ['a migration has come in between', { ...BOTH, '0001-b': step('create d') }],
  ])('is not used where %s', async (_, migrations) => {
    await prepare(BOTH);
    expect(copy(migrations)).toBe(false);
  });

  it('is not used where other packages made it, and made again', async () => {
    await prepare(BOTH);
    const made = join(place, 'made.json');
    writeFileSync(made, readFileSync(made, 'utf8').replace(/pglite@[\d.]+/, 'pglite@0.4.0'));
    expect(copy(BOTH)).toBe(false);
    expect(await prepare(BOTH, 'again')).toBe(true);
    expect(copy(BOTH)).toBe('again');
  });

  it('is not made again while it fits, and made again for more migrations', async () => {
    await prepare(FIRST);
    expect(await prepare(FIRST, 'again')).toBe(false);
    expect(await prepare(BOTH, 'more')).toBe(true);
    expect(copy(BOTH)).toBe('more');
  });

  it('is done without where there is none', () => {
    expect(copy(BOTH)).toBe(false);
  });
});
