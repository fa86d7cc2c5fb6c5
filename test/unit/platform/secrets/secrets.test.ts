import { execFile } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect, promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadOrCreateEmbeddedSecrets } from '../../../../src/platform/secrets/embedded-secrets.ts';
import {
  hashesUnderAllKeys,
  hmac,
  hmacWith,
  newKeyRingText,
  parseKeyRing,
  seal,
  unseal,
} from '../../../../src/platform/secrets/key-ring.ts';

const newKey = () => randomBytes(32).toString('base64');
const messageOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return error instanceof Error ? error.message : 'not an Error';
  }
  return 'nothing was thrown';
};

describe('a key ring', () => {
  it('takes its first key as the current one', () => {
    const ring = parseKeyRing(`2026b:${newKey()}, 2026a:${newKey()}`);
    expect(ring.currentId).toBe('2026b');
    expect([...ring.keys.keys()]).toEqual(['2026b', '2026a']);
  });

  it('can be made from nothing', () => {
    const text = newKeyRingText();
    expect(parseKeyRing(text).currentId).toBe('k1');
    expect(newKeyRingText()).not.toBe(text);
  });

  const key = newKey();
  const urlSafe = Buffer.alloc(32, 0xff).toString('base64url');
  it.each([
    ['nothing', '', 'Entry 1 has no usable name'],
    ['a key without a name', key, 'Entry 1 has no usable name'],
    ['an empty name', `:${key}`, 'Entry 1 has no usable name'],
    ['a name with a dot', `a.b:${key}`, 'Entry 1 has no usable name'],
    ['a name and a key that changed places', `${key}:k1`, 'Entry 1 has no usable name'],
    ['a comma at the end', `k1:${key},`, 'Entry 2 has no usable name'],
    ['a short key', `k1:${key},k2:${randomBytes(31).toString('base64')}`, 'Entry 2 has no usable key'],
    ['a long key', `k1:${randomBytes(33).toString('base64')}`, 'Entry 1 has no usable key'],
    ['a mistyped key', `k1:${key.slice(0, 20)}!${key.slice(21)}`, 'Entry 1 has no usable key'],
    ['a key in the URL alphabet', `k1:${urlSafe}`, 'Entry 1 has no usable key'],
    ['a name twice', `k1:${key},k1:${newKey()}`, 'Entry 2 has the name of an earlier entry'],
  ])('refuses %s and says what is expected, not what was given', (_case, text, expected) => {
    const message = messageOf(() => parseKeyRing(text));
    expect(message).toContain(expected);
    expect(message).toContain('a key is 32 random bytes in base64');
    expect(message).not.toContain(key.slice(0, 8));
  });

  it('does not show its keys when it is printed', () => {
    const ring = parseKeyRing(`k1:${key}`);
    const printed = inspect(ring, { depth: 9, showHidden: true }) + JSON.stringify([...ring.keys]);
    expect(printed).not.toContain(key.slice(0, 8));
    expect(printed).not.toContain(Buffer.from(key, 'base64').toString('hex').slice(0, 8));
  });
});

describe('a keyed hash', () => {
  const [oldKey, freshKey] = [newKey(), newKey()];
  const before = parseKeyRing(`old:${oldKey}`);
  const after = parseKeyRing(`fresh:${freshKey},old:${oldKey}`);

  it('is HMAC-SHA-256 in hexadecimal under the current key', () => {
    const expected = createHmac('sha256', Buffer.from(freshKey, 'base64')).update('Ångström').digest('hex');
    expect(hmac(after, 'Ångström')).toEqual({ hash: expected, keyId: 'fresh' });
  });

  it('is still found after the key was replaced', () => {
    const stored = hmac(before, 'abcdefgh');
    expect(hashesUnderAllKeys(after, 'abcdefgh')).toEqual([hmac(after, 'abcdefgh'), stored]);
    expect(hmacWith(after, stored.keyId, 'abcdefgh')).toBe(stored.hash);
  });

  it('under a key that is not in the ring is an error', () => {
    expect(() => hmacWith(before, 'fresh', 'abcdefgh')).toThrow(/no key of the wanted name; it has old/);
  });
});

describe('a sealed text', () => {
  const ring = parseKeyRing(`k1:${newKey()}`);
  const sealed = seal(ring, 'secret text Å', 'context');

  it('is opened with the same ring and context', () => {
    expect(unseal(ring, sealed, 'context')).toBe('secret text Å');
    expect(unseal(ring, seal(ring, '', 'context'), 'context')).toBe('');
  });

  it('names its key and shows nothing of the text', () => {
    expect(sealed).toMatch(/^v1\.k1\.[A-Za-z0-9_-]+$/);
    expect(Buffer.from(sealed.split('.')[2] ?? '', 'base64url').toString('latin1')).not.toContain('secret');
  });

  it('never looks the same twice', () => {
    const seals = Array.from({ length: 100 }, () => seal(ring, 'secret text Å', 'context'));
    expect(new Set(seals).size).toBe(100);
  });

  it('is opened after the key was replaced, as long as the ring keeps it', () => {
    const key = newKey();
    const old = seal(parseKeyRing(`old:${key}`), 'text', 'context');
    expect(unseal(parseKeyRing(`fresh:${newKey()},old:${key}`), old, 'context')).toBe('text');
    expect(messageOf(() => unseal(parseKeyRing(`fresh:${newKey()}`), old, 'context'))).toMatch(
      /no key of the wanted name/,
    );
    expect(messageOf(() => unseal(parseKeyRing(`old:${newKey()}`), old, 'context'))).toMatch(/was changed/);
  });

  it('is not opened for another context', () => {
    expect(messageOf(() => unseal(ring, sealed, 'other'))).toMatch(/belongs to something else/);
    expect(messageOf(() => unseal(ring, sealed, ''))).toMatch(/belongs to something else/);
  });

  it('is not opened when any single character of it was changed', () => {
    const opened = [...sealed].flatMap((character, index) => {
      const changed = `${sealed.slice(0, index)}${character === 'A' ? 'B' : 'A'}${sealed.slice(index + 1)}`;
      return messageOf(() => unseal(ring, changed, 'context')) === 'nothing was thrown' ? [index] : [];
    });
    expect(opened).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['a plain text', 'abcdefghijklmnop'],
    ['another version', sealed.replace('v1', 'v2')],
    ['one part too many', `${sealed}.AAAA`],
    ['characters after its end', `${sealed}=`],
    ['a tag cut short', sealed.slice(0, -4)],
    ['shorter than its nonce and tag', 'v1.k1.AAAA'],
  ])('is not %s', (_case, text) => {
    expect(messageOf(() => unseal(ring, text, 'context'))).toMatch(/is malformed|was changed/);
  });

  it('does not appear in the error when it cannot be opened', () => {
    const message = messageOf(() => unseal(ring, sealed.slice(0, -2), 'context'));
    expect(message).not.toContain('secret');
    expect(message).not.toContain(sealed.slice(6, 14));
  });
});

describe('embedded secrets', () => {
  let parent: string;
  let dataDir: string;
  let path: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'poundkey-secrets-'));
    dataDir = join(parent, 'data');
    path = join(dataDir, 'secrets.json');
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  it('are made on the first start and say so', () => {
    const { secrets, created } = loadOrCreateEmbeddedSecrets(dataDir, ['hashKeys', 'sealKeys']);
    expect(created).toEqual(['hashKeys', 'sealKeys']);
    expect(Object.keys(secrets)).toEqual(['hashKeys', 'sealKeys']);
    expect(secrets.hashKeys).not.toBe(secrets.sealKeys);
    expect(parseKeyRing(secrets.hashKeys ?? '').currentId).toBe('k1');
  });

  it('are the same on every later start', () => {
    const first = loadOrCreateEmbeddedSecrets(dataDir, ['hashKeys', 'sealKeys']);
    const second = loadOrCreateEmbeddedSecrets(dataDir, ['sealKeys', 'hashKeys']);
    expect(second).toEqual({ secrets: first.secrets, created: [] });
  });

  it('gain a name that a later version wants, and keep the others', () => {
    const { secrets } = loadOrCreateEmbeddedSecrets(dataDir, ['hashKeys']);
    const later = loadOrCreateEmbeddedSecrets(dataDir, ['sealKeys']);
    expect(later.created).toEqual(['sealKeys']);
    expect(loadOrCreateEmbeddedSecrets(dataDir, ['hashKeys', 'sealKeys']).secrets).toEqual({
      ...secrets,
      ...later.secrets,
    });
  });

  it('lie in one file that only its owner may open, without drafts beside it', () => {
    loadOrCreateEmbeddedSecrets(dataDir, ['hashKeys']);
    loadOrCreateEmbeddedSecrets(dataDir, ['hashKeys', 'sealKeys']);
    expect(readdirSync(dataDir)).toEqual(['secrets.json']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  });

  it.each([0o644, 0o640, 0o604, 0o620])('are refused when others may open the file (mode %o)', (mode) => {
    const { secrets } = loadOrCreateEmbeddedSecrets(dataDir, ['hashKeys']);
    chmodSync(path, mode);
    const message = messageOf(() => loadOrCreateEmbeddedSecrets(dataDir, ['hashKeys']));
    expect(message).toContain(`mode 0${mode.toString(8)}, expected 0600). Run: chmod 600 '${path}'`);
    chmodSync(path, 0o600);
    expect(loadOrCreateEmbeddedSecrets(dataDir, ['hashKeys']).secrets).toEqual(secrets);
  });

  it.each([
    '',
    '{"hashKeys": hunter2',
    '["hunter2"]',
    '{"hashKeys": {"hunter2": 1}}',
    '{"hashKeys": ""}',
    'null',
  ])('are neither replaced nor quoted when the file is damaged: %s', (content) => {
    loadOrCreateEmbeddedSecrets(dataDir, ['hashKeys']);
    writeFileSync(path, content);
    const message = messageOf(() => loadOrCreateEmbeddedSecrets(dataDir, ['hashKeys']));
    expect(message).toMatch(/is not a JSON object of texts\. Restore it from a backup/);
    expect(message).not.toContain('hunter2');
    expect(readFileSync(path, 'utf8')).toBe(content);
  });

  it('are the same for processes that start at the same time', async () => {
    const module = join(import.meta.dirname, '../../../../src/platform/secrets/embedded-secrets.ts');
    const script = `const { loadOrCreateEmbeddedSecrets } = await import(${JSON.stringify(module)});
      process.stdout.write(JSON.stringify(loadOrCreateEmbeddedSecrets(${JSON.stringify(dataDir)}, ['hashKeys'])));`;
    const start = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    const answers = (await Promise.all([start(), start(), start()])).map(({ stdout }) => JSON.parse(stdout));
    const stored = JSON.parse(readFileSync(path, 'utf8'));
    expect(answers.map(({ secrets }) => secrets)).toEqual([stored, stored, stored]);
    expect(answers.filter(({ created }) => created.length > 0)).toHaveLength(1);
  });

  it('leave nothing behind when the directory cannot be made', () => {
    writeFileSync(dataDir, 'a file in the way');
    expect(() => loadOrCreateEmbeddedSecrets(dataDir, ['hashKeys'])).toThrow(/EEXIST|ENOTDIR/);
    expect(existsSync(path)).toBe(false);
  });
});
