// The lines of the README's first shell blocks, pasted in order into a shell while the service runs.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROJECT } from '../support/lint.ts';
import { worldOn } from '../support/open-worlds.ts';

const run = promisify(execFile);
const readme = readFileSync(join(PROJECT, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block);
const pasted = blocks.find((block) => block.includes('/v1/verifications')) ?? '';

const { world } = worldOn('embedded');
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'poundkey-readme-'));
  mkdirSync(join(directory, 'data'));
  writeFileSync(join(directory, 'data/api-key'), `${world.key}\n`);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('verify a user, reveal the app password and list the phone', async () => {
  const here = pasted.replaceAll('http://127.0.0.1:8080', world.service.url ?? '');
  expect(here).not.toBe(pasted);
  const { stdout } = await run('sh', ['-eu', '-c', here], { cwd: directory });
  expect(stdout).toContain('"outcome":"approved"');
  expect(stdout).toMatch(/"appPassword":"[a-z ]{19,}"|"password":"[a-z ]{19,}"/);
  expect(stdout).toContain('"value":[{');
  expect(stdout).not.toContain('urn:poundkey:problem');
});

test('no line of a shell block has a name in angle brackets, which a shell takes for a file', () => {
  expect(blocks.length).toBeGreaterThan(4);
  for (const block of blocks) expect(block).not.toMatch(/<\w+>/);
});

test('npm start is said to need a POSIX shell as long as it does', () => {
  const { scripts } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
  expect(scripts.start).toMatch(/^exec /);
  expect(readme).toContain('It needs Linux or macOS; on Windows use WSL.');
});
