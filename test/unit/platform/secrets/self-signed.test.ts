// Certificates that are made here are read by others: Node and the command line of OpenSSL.
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { selfSigned } from '../../../../src/platform/secrets/self-signed.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const OPENSSL = 'openssl';
const from = new Date('2026-11-27T08:00:00Z');

describe.each([
  ['before 2050', new Date('2027-11-27T08:00:00Z')],
  ['after 2050', new Date('2061-01-02T03:04:05Z')],
])('a certificate that expires %s', (_when, until) => {
  const pem = selfSigned({ commonName: 'ExternalPhoneProvider', privateKey, from, until });
  const certificate = new X509Certificate(pem);

  it('says what it was made for', () => {
    expect(certificate.subject).toBe('CN=ExternalPhoneProvider');
    expect(certificate.issuer).toBe('CN=ExternalPhoneProvider');
    expect(certificate.validFromDate).toEqual(from);
    expect(certificate.validToDate).toEqual(until);
    expect(certificate.publicKey.equals(publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(privateKey)).toBe(true);
    expect(certificate.verify(publicKey)).toBe(true);
    expect(certificate.serialNumber).toMatch(/^[0-9A-F]{32}$/);
  });

  it('is read by OpenSSL', () => {
    const text = execFileSync(OPENSSL, ['x509', '-noout', '-text'], { input: pem }).toString();
    expect(text).toContain('Version: 3 (0x2)');
    expect(text).toContain('sha256WithRSAEncryption');
    expect(text).toMatch(/Key Usage: critical\s+Key Encipherment, Data Encipherment/);
    expect(text).toContain('Public-Key: (2048 bit)');
  });
});

it('has another number each time', () => {
  const numbers = Array.from({ length: 5 }, () => {
    const pem = selfSigned({ commonName: 'a', privateKey, from, until: new Date('2027-01-01') });
    return new X509Certificate(pem).serialNumber;
  });
  expect(new Set(numbers).size).toBe(5);
});
