/** Self-signed certificates: Entra wants one beside each key (`x5c`), and reads nothing but the key from it. */
import { createPublicKey, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';

/** Whose certificate it is, and for how long. */
interface Wanted {
  privateKey: KeyObject;
  name: string;
  from: Date;
  until: Date;
}

const TAG = {
  ...{ integer: 0x02, bits: 0x03, octets: 0x04, none: 0x05, oid: 0x06, utf8: 0x0c, utcTime: 0x17 },
  ...{ sequence: 0x30, set: 0x31, version: 0xa0, extensions: 0xa3, boolean: 0x01 },
};
/** 1.2.840.113549.1.1.11, sha256WithRSAEncryption (RFC 4055, section 5). */
const RSA_SHA256 = Buffer.from('2a864886f70d01010b', 'hex');
/** 2.5.4.3, commonName. */
const COMMON_NAME = Buffer.from('550403', 'hex');
/** 2.5.29.15, keyUsage, with digitalSignature only (RFC 5280, section 4.2.1.3). */
const KEY_USAGE = Buffer.from('551d0f', 'hex');
const DIGITAL_SIGNATURE = Buffer.from('03020780', 'hex');

/**
 * Makes a certificate of version 3 (RFC 5280) for an RSA key.
 * @param wanted.until before 2050, since times are written with two digits of the year
 * @returns DER
 */
export function selfSignedCertificate({ privateKey, name, from, until }: Wanted): Buffer {
  const algorithm = der(TAG.sequence, der(TAG.oid, RSA_SHA256), der(TAG.none));
  const names = der(
    TAG.sequence,
    der(TAG.set, der(TAG.sequence, der(TAG.oid, COMMON_NAME), der(TAG.utf8, Buffer.from(name)))),
  );
  const usage = der(
    TAG.sequence,
    der(TAG.oid, KEY_USAGE),
    der(TAG.boolean, Buffer.of(0xff)),
    der(TAG.octets, DIGITAL_SIGNATURE),
  );
  const content = der(
    TAG.sequence,
    der(TAG.version, der(TAG.integer, Buffer.of(2))),
    der(TAG.integer, serialNumber()),
    algorithm,
    names,
    der(TAG.sequence, time(from), time(until)),
    names,
    createPublicKey(privateKey).export({ format: 'der', type: 'spki' }),
    der(TAG.extensions, der(TAG.sequence, usage)),
  );
  const signature = Buffer.concat([Buffer.of(0), sign('sha256', content, privateKey)]);
  return readable(der(TAG.sequence, content, algorithm, der(TAG.bits, signature)));
}

/** @throws Error when OpenSSL cannot read the certificate, or its signature is wrong */
function readable(certificate: Buffer): Buffer {
  const read = new X509Certificate(certificate);
  if (!read.verify(read.publicKey)) throw new Error('the certificate that was made does not verify');
  return certificate;
}

/** A value with its tag and length (ITU-T X.690, 8.1.3). */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  if (value.length < 0x80) return Buffer.concat([Buffer.of(tag, value.length), value]);
  const hex = value.length.toString(16);
  const length = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.of(tag, 0x80 | length.length), length, value]);
}

/** A positive number without leading zeros. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

function time(instant: Date): Buffer {
  const digits = instant.toISOString().replaceAll(/\D/g, '').slice(2, 14);
  return der(TAG.utcTime, Buffer.from(`${digits}Z`));
}
