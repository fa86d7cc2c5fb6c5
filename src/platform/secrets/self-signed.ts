/** Certificates that say nothing but a name and a public key: for whoever wants a key in that form (RFC 5280, DER). */
import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';

/** What a certificate says. */
export interface CertificateWanted {
  /** The common name of subject and issuer, in characters of ASCII. */
  commonName: string;
  /** RSA. */
  privateKey: KeyObject;
  from: Date;
  until: Date;
}

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  version: 0xa0,
  extensions: 0xa3,
} as const;

/** Object identifiers as they are encoded: sha256WithRSAEncryption, commonName, keyUsage. */
const OID = {
  sha256WithRsa: Buffer.from('2a864886f70d01010b', 'hex'),
  commonName: Buffer.from('550403', 'hex'),
  keyUsage: Buffer.from('551d0f', 'hex'),
};

/** keyEncipherment and dataEncipherment: the third and fourth bit, four unused ones behind them. */
const KEY_USAGE = Buffer.from('03020430', 'hex');

/** Makes a certificate that its own key has signed. @returns PEM */
export function selfSigned({ commonName, privateKey, from, until }: CertificateWanted): string {
  const algorithm = sequence(node(TAG.oid, OID.sha256WithRsa), node(TAG.null));
  const attribute = sequence(node(TAG.oid, OID.commonName), node(TAG.utf8, Buffer.from(commonName)));
  const name = sequence(node(TAG.set, attribute));
  const usage = sequence(
    node(TAG.oid, OID.keyUsage),
    node(TAG.boolean, Buffer.from([0xff])),
    node(TAG.octets, KEY_USAGE),
  );
  const certified = sequence(
    node(TAG.version, node(TAG.integer, Buffer.from([2]))),
    node(TAG.integer, serialNumber()),
    ...[algorithm, name, sequence(time(from), time(until)), name],
    createPublicKey(createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }))).export({
      type: 'spki',
      format: 'der',
    }),
    node(TAG.extensions, sequence(usage)),
  );
  const signature = sign('sha256', certified, privateKey);
  const der = sequence(certified, algorithm, node(TAG.bits, Buffer.from([0]), signature));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/** One element: its tag, how many bytes it has, and those. */
function node(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag]), lengthOf(body.length), body]);
}

const sequence = (...content: Buffer[]) => node(TAG.sequence, ...content);

function lengthOf(bytes: number): Buffer {
  if (bytes < 0x80) return Buffer.from([bytes]);
  const digits = Buffer.from(bytes.toString(16).padStart(bytes > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.from([0x80 | digits.length]), digits]);
}

/** Positive, and of sixteen bytes whatever it is. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

/** Years from 2050 on have four digits (RFC 5280, section 4.1.2.5). */
function time(at: Date): Buffer {
  const digits = at.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return at.getUTCFullYear() < 2050
    ? node(TAG.utcTime, Buffer.from(digits.slice(2)))
    : node(TAG.generalizedTime, Buffer.from(digits));
}
