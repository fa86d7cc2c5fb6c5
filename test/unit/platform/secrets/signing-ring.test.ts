import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { calculateJwkThumbprint } from 'jose';
import { describe, expect, it } from 'vitest';
import { newSigningRingText, parseSigningRing } from '../../../../src/platform/secrets/signing-ring.ts';
import { findServers } from '../../../support/servers.ts';

describe('a ring of keys that sign', () => {
  const [first, second] = [newSigningRingText(), newSigningRingText()];

  it('signs with the first key and publishes all, each by its thumbprint, without a private part', async () => {
    const ring = parseSigningRing(`${first}, ${second}`);
    expect(ring.keys).toHaveLength(2);
    expect(ring.current).toBe(ring.keys[0]);
    for (const { kid, published } of ring.keys) {
      expect(Object.keys(published).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
      expect(published.kid).toBe(kid);
      expect(kid).toBe(await calculateJwkThumbprint(published));
    }
  });

  it('prints nothing of a private key', () => {
    const ring = parseSigningRing(first);
    const { d = '' } = ring.current.privateKey.export({ format: 'jwk' });
    expect(d).toHaveLength(43);
    for (const text of [inspect(ring, { depth: 9, showHidden: true }), JSON.stringify(ring)])
      for (const secret of [d, first.slice(40, 70)]) expect(text).not.toContain(secret);
  });

  it.runIf(findServers().nginx)('reads what the command in its message makes', () => {
    const command = /\((openssl [^)]+)\)/.exec(messageOf(''))?.[1] ?? '';
    const text = execFileSync('sh', ['-c', command], { encoding: 'utf8', stdio: 'pipe' });
    expect(parseSigningRing(text).keys).toHaveLength(1);
  });

  const der = (type: 'ec' | 'rsa' | 'ed25519', options: object = {}) =>
    (
      generateKeyPairSync as (
        type: string,
        options: object,
      ) => { privateKey: import('node:crypto').KeyObject }
    )(type, options)
      .privateKey.export({ format: 'der', type: 'pkcs8' })
      .toString('base64');

  it.each<[what: string, text: () => string, says: string]>([
    ['nothing', () => '', 'Entry 1 has no usable key'],
    ['no base64', () => 'hunter2-hunter2', 'Entry 1 has no usable key'],
    [
      'base64 of something else',
      () => Buffer.from('hunter2').toString('base64'),
      'Entry 1 has no usable key',
    ],
    ['an empty second entry', () => `${first},`, 'Entry 2 has no usable key'],
    ['the same key twice', () => `${first},${second},${first}`, 'Entry 3 is the key of an earlier entry'],
    ['another curve', () => der('ec', { namedCurve: 'P-384' }), 'Entry 1 has no usable key'],
    ['RSA', () => der('rsa', { modulusLength: 2048 }), 'Entry 1 has no usable key'],
    ['Ed25519', () => der('ed25519'), 'Entry 1 has no usable key'],
    ['half a key', () => first.slice(0, 40), 'Entry 1 has no usable key'],
  ])('refuses %s without repeating it', (_what, text, says) => {
    const message = messageOf(text());
    expect(message).toContain(says);
    expect(message).toContain('openssl genpkey');
    expect(message).not.toContain('hunter2');
    expect(message).not.toContain(first.slice(0, 40));
  });
});

function messageOf(text: string): string {
  try {
    parseSigningRing(text);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was read');
}
