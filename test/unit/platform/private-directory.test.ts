// What the embedded store keeps is for its owner only, whatever was there before.
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../../src/platform/database/open-database.ts';
import { makePrivateDirectory, makePrivateFiles } from '../../../src/platform/private-directory.ts';
import { loadOrCreateEmbeddedSecrets } from '../../../src/platform/secrets/embedded-secrets.ts';

function directory(mode = 0o755): string {
  const path = mkdtempSync(join(tmpdir(), 'poundkey-private-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  chmodSync(path, mode);
  return path;
}
const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8);
const openToOthers = (path: string) =>
  readdirSync(path, { recursive: true, encoding: 'utf8' }).filter(
    (name) => (statSync(join(path, name)).mode & 0o077) !== 0,
  );

test.each([0o755, 0o777, 0o750, 0o2775, 0o701])(
  'a directory that was there with mode %o is private',
  (mode) => {
    const path = directory(mode);
    makePrivateDirectory(path);
    expect(modeOf(path)).toBe('700');
  },
);

test('a directory that was not there is made private, with those above it', () => {
  const path = join(directory(), 'a', 'b');
  makePrivateDirectory(path);
  expect([modeOf(path), modeOf(join(path, '..'))]).toEqual(['700', '700']);
});

test.each(['/', tmpdir()])('%s is shared, and stays as it is', (path) => {
  const before = modeOf(path);
  expect(() => makePrivateDirectory(path)).toThrow('Choose a directory of its own for Poundkey (DATA_DIR)');
  expect(modeOf(path)).toBe(before);
});

test.runIf(process.getuid?.() === 0)(
  'a directory of another user is refused unless it is private',
  async () => {
    const path = directory();
    chownSync(path, 12_345, 12_345);
    expect(() => makePrivateDirectory(path)).toThrow('it belongs to user 12345');
    chmodSync(path, 0o700);
    makePrivateDirectory(path);
  },
);

test('files lose what others may do with them, and links are not followed', () => {
  const [path, outside] = [directory(), directory()];
  mkdirSync(join(path, 'below'), { mode: 0o777 });
  for (const each of [join(path, 'a'), join(path, 'below', 'b'), join(outside, 'c')]) {
    writeFileSync(each, '');
    chmodSync(each, 0o666);
  }
  symlinkSync(join(outside, 'c'), join(path, 'link'));
  makePrivateFiles(path);
  expect(modeOf(join(outside, 'c'))).toBe('666');
  rmSync(join(path, 'link'));
  expect(openToOthers(path)).toEqual([]);
});

test('an embedded store in a directory that was open to everybody has nothing that others may open', async () => {
  const dataDir = directory(0o777);
  loadOrCreateEmbeddedSecrets(dataDir, ['hashKeys']);
  const database = await openDatabase({ kind: 'embedded', dataDir }, {}, { warn: () => undefined });
  const whileOpen = [modeOf(dataDir), openToOthers(dataDir)];
  await database.close();
  expect(whileOpen).toEqual(['700', []]);
  expect(openToOthers(dataDir)).toEqual([]);
});
