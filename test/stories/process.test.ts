// The service as an operator meets it: a process that is started, told to stop, and started again.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type RunningScript, startScript } from '../support/run-script.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url);
const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
/** Making the embedded store takes a few seconds, on a busy machine many. */
const PATIENCE_MS = 120_000;

const directory = mkdtempSync(join(inject('runDirectory'), 'process-'));
const dataDir = join(directory, 'data');
const environment = (changes: Record<string, string> = {}) => ({
  NODE_ENV: 'development',
  PORT: '0',
  OPS_PORT: '0',
  SIMULATOR_PORT: '0',
  DATA_DIR: dataDir,
  ...changes,
});
const start = (changes?: Record<string, string>) => startScript(MAIN, [], environment(changes));
const isReady = (output: () => string) =>
  vi.waitFor(() => expect(output()).toContain('Poundkey is ready'), { timeout: PATIENCE_MS, interval: 50 });
const mode = (name: string) => (statSync(join(dataDir, name)).mode & 0o777).toString(8);
const apiKey = () => readFileSync(join(dataDir, 'api-key'), 'utf8');

afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('a process on a directory of its own', () => {
  let running: RunningScript;
  beforeAll(async () => {
    running = start();
    await isReady(running.output);
  }, PATIENCE_MS);
  afterAll(() => running.process.kill('SIGKILL'));

  it('keeps its secrets to its owner', () => {
    expect([mode('.'), mode('api-key'), mode('secrets.json')]).toEqual(['700', '600', '600']);
    expect(apiKey()).toMatch(/^pk_\w{12}_[\w-]{43}\n$/);
    expect(running.output()).not.toContain(apiKey().trim());
  });

  it('refuses the directory to another one, and says who has it', { timeout: PATIENCE_MS }, async () => {
    const { code, output } = await start().exit;
    expect(output).toMatch(
      /^Poundkey cannot start or continue: The data directory .* is in use by process \d+ on /m,
    );
    expect(output).toContain(`process ${running.process.pid} `);
    expect(output).not.toMatch(/^ +at /m);
    expect(code).toBe(70);
  });

  it('stops in order when it is told to, and counts a doubled signal once', async () => {
    const key = apiKey();
    running.process.kill('SIGINT');
    running.process.kill('SIGINT');
    const { code, output } = await running.exit;
    expect(output.trimEnd().split('\n').at(-1)).toContain('Poundkey has stopped');
    expect(code).toBe(0);
    expect(apiKey()).toBe(key);
  });
});

describe('npm start', () => {
  let npm: ChildProcess;
  let output = '';
  beforeAll(() => {
    const env = { ...process.env, ...environment() };
    npm = spawn('npm', ['start'], { cwd: PROJECT, env, stdio: ['ignore', 'pipe', 'inherit'] });
    npm.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  });

  it('finds the store of the process before, and hands SIGTERM on', { timeout: PATIENCE_MS }, async () => {
    const key = apiKey();
    await isReady(() => output);
    expect(output).toContain('the API key is in this file');
    expect(output).not.toContain('made ');
    const exited = once(npm, 'close');
    npm.kill('SIGTERM');
    expect((await exited)[0]).toBe(0);
    expect(output).toContain('Poundkey has stopped');
    expect(apiKey()).toBe(key);
  });
});

describe('a process that cannot start', () => {
  it.each(['PORT', 'OPS_PORT', 'SIMULATOR_PORT'])(
    'says that its %s is taken, and leaves its directory',
    { timeout: PATIENCE_MS },
    async (name) => {
      const holder = createServer().listen(0, '127.0.0.1');
      await once(holder, 'listening');
      const { port } = holder.address() as AddressInfo;
      const { code, output } = await start({ [name]: `${port}` }).exit;
      holder.close();
      expect(output).toMatch(
        new RegExp(`^Poundkey cannot start or continue: .*\\b${port}\\b.* Choose another `, 'm'),
      );
      expect(output).toMatch(new RegExp(`^Poundkey cannot .*\\b${name}\\b`, 'm'));
      expect(output).not.toContain('Poundkey has stopped');
      expect(output).not.toMatch(/^ +at /m);
      expect(code).toBe(70);
    },
  );

  it('lists everything that is wrong with its environment, and no value', async () => {
    const wrong = {
      PORT: 'abc',
      LOG_LEVEL: 'loud',
      TWILIO_AUTH_TOKEN: 'short',
      TWILIO_API_KEY_SID: 'SKwrong',
    };
    const { code, output } = await start(wrong).exit;
    for (const name of Object.keys(wrong)) expect(output).toMatch(new RegExp(`^ {2}- ${name} must `, 'm'));
    for (const value of Object.values(wrong)) expect(output).not.toMatch(new RegExp(`\\b${value}\\b`));
    expect(code).toBe(78);
  });

  it('names what it does not understand in a file of prompts', async () => {
    const { code, output } = await start({ TWIML_DIR: directory, DATA_DIR: join(directory, 'prompts') }).exit;
    expect(output).toContain(directory);
    expect(output).not.toMatch(/^ +at /m);
    expect(code).toBe(70);
  });
});
