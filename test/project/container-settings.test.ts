// A service in a container as the documents say: .env.example copied, the first group filled in, compose as written.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../../src/config.ts';
import { newKeyRingText } from '../../src/platform/secrets/key-ring.ts';
import { newSigningRingText } from '../../src/platform/secrets/signing-ring.ts';
import { PROJECT } from '../support/lint.ts';

const read = (name: string) => readFileSync(join(PROJECT, name), 'utf8');
const dockerfile = read('Dockerfile').replaceAll(/\\\n\s*/g, ' ');

/** The variables that `ENV` sets in the last stage. */
const image = Object.fromEntries(
  [...(dockerfile.split(/^FROM /m).at(-1) ?? '').matchAll(/^ENV (.*)$/gm)].flatMap(([, list = '']) =>
    [...list.matchAll(/(\w+)=(\S*)/g)].map(([, name = '', value = '']) => [name, value]),
  ),
);
/** As `docker run --env-file` and `env_file` read it: empty variables are set, and empty. */
const example = Object.fromEntries(
  [...read('.env.example').matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
);
const FILLED_IN = {
  DATABASE_URL: 'postgres://poundkey:db-password@postgres:5432/poundkey',
  PHONE_NETWORK: 'twilio',
  PUBLIC_URL: 'https://mfa.example',
  TWILIO_ACCOUNT_SID: `AC${'1f'.repeat(16)}`,
  TWILIO_AUTH_TOKEN: 'token-of-the-account',
  CALLER_LINE: '+46812345678',
  HASH_KEYS: newKeyRingText(),
  SEAL_KEYS: newKeyRingText(),
  SIGNING_KEYS: newSigningRingText(),
};
const compose: { services: Record<string, { build?: string; environment?: Record<string, string> }> } = parse(
  read('compose.yaml'),
  { merge: true },
);

test('the image with .env.example laid over its environment is reached from outside, and keeps its rules', () => {
  expect(Object.keys(example).length).toBeGreaterThan(30);
  const config = readConfig({ ...image, ...example, ...FILLED_IN });
  expect(config).toMatchObject({ production: true, http: { host: '0.0.0.0', port: 8080 } });
  // Nothing filled in: what is missing is named, as without the file.
  expect(() => readConfig({ ...image, ...example })).toThrow('DATABASE_URL is required in production');
  expect(readConfig({ ...image, ...example, NODE_ENV: 'development' }).database).toEqual({
    kind: 'embedded',
    dataDir: '/home/node/data',
  });
  expect(readConfig({ ...image, ...example, ...FILLED_IN, HOST: '127.0.0.1' }).http.host).toBe('127.0.0.1');
});

test.each(Object.entries(compose.services).filter(([, { build }]) => build !== undefined))(
  'compose as written: %s listens where its port and its health check are, whatever .env says',
  (name, { environment = {} }) => {
    for (const env of [
      example,
      { ...example, HOST: '127.0.0.1', PORT: '9999', OPS_HOST: '', OPS_PORT: '9191' },
    ]) {
      const config = readConfig({ ...image, ...env, ...FILLED_IN, ...environment });
      expect(config).toMatchObject({
        role: name,
        production: true,
        http: { host: '0.0.0.0', port: 8080 },
        ops: { host: '0.0.0.0', port: 9090, allowedHosts: ['web', 'worker'] },
        queue: { kind: 'redis' },
      });
    }
  },
);

test('the image has a version to the patch, that of the tests, and a private place for an embedded store', () => {
  const [, version] = /^ARG NODE_IMAGE=node:(\d+\.\d+\.\d+)-/m.exec(dockerfile) ?? [];
  const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, { version: string }> };
  expect(version).toBe(lock.packages['node_modules/node']?.version);
  expect(dockerfile).toMatch(/^VOLUME \/home\/node\/data$/m);
  expect(dockerfile).toMatch(/"--mode=0700", "--owner=node", "--group=node", "\/home\/node\/data"/);
});
