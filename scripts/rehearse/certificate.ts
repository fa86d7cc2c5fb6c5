/** A certificate authority of a rehearsal's own, and a certificate for this machine that it signed. */
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How long both are valid. */
const DAYS = '30';

/** The files, in PEM. */
export interface CertificateFiles {
  authority: string;
  certificate: string;
  key: string;
}

/** Makes them in a directory, unless they are there. The certificate is for localhost and 127.0.0.1. */
export function makeCertificate(openssl: string, directory: string): CertificateFiles {
  const file = (name: string) => join(directory, name);
  const files = { authority: file('ca.pem'), certificate: file('proxy.pem'), key: file('proxy.key') };
  if (existsSync(files.certificate)) return files;
  const run = (...args: string[]) =>
    execFileSync(openssl, args, { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const authority = ['-x509', ...newKey, '-days', DAYS, '-keyout', 'ca.key', '-out', files.authority];
  run('req', ...authority, '-subj', '/CN=Poundkey rehearsal', '-addext', 'keyUsage=critical,keyCertSign');
  run('req', ...newKey, '-keyout', files.key, '-out', 'proxy.csr', '-subj', '/CN=localhost');
  writeFileSync(
    file('proxy.ext'),
    'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n',
  );
  const signing = ['-CA', files.authority, '-CAkey', 'ca.key', '-CAcreateserial', '-days', DAYS];
  run('x509', '-req', '-in', 'proxy.csr', ...signing, '-extfile', 'proxy.ext', '-out', files.certificate);
  return files;
}
