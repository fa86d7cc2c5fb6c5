// What the production image is made of: the service without the simulator, which nothing needs but a development start.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { PROJECT } from '../support/lint.ts';
import { startScript } from '../support/run-script.ts';

const sources = readdirSync(join(PROJECT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.startsWith('simulator'))
  .map((path) => ({ path, text: readFileSync(join(PROJECT, 'src', path), 'utf8') }));

test('leaves the simulator out', () => {
  const ignored = readFileSync(join(PROJECT, '.dockerignore'), 'utf8').split('\n');
  expect(ignored.indexOf('src/simulator')).toBeGreaterThan(ignored.indexOf('!src'));
});

test('the simulator is loaded in one place, and only when it is asked for', () => {
  const always = sources.filter(({ text }) => /^import (?!type )[^;]*\/simulator\//m.test(text));
  const late = sources.filter(({ text }) => /import\('[^']*\/simulator\//.test(text));
  expect(always.map(({ path }) => path)).toEqual([]);
  expect(late.map(({ path }) => path)).toEqual(['service/start-simulator.ts']);
});

test('of Swagger UI the image has what the page of the API loads, with the licences, and no more', () => {
  const dockerfile = readDockerfile().join('\n');
  const [command = ''] = /\["find", "node_modules\/swagger-ui-dist"[^\]]*\]/.exec(dockerfile) ?? [];
  const directory = mkdtempSync(join(tmpdir(), 'poundkey-image-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const place = join(directory, 'node_modules/swagger-ui-dist');
  cpSync(join(PROJECT, 'node_modules/swagger-ui-dist'), place, { recursive: true });
  const [program = '', ...args] = JSON.parse(command) as string[];
  execFileSync(program, args, { cwd: directory });
  const left = readdirSync(place);
  const served = [
    ...readFileSync(join(PROJECT, 'src/platform/http/docs/files.ts'), 'utf8').matchAll(
      /swagger-ui-dist\/([^']+)/g,
    ),
  ];
  expect(served.length).toBe(2);
  expect(left).toEqual(
    expect.arrayContaining([...served.map(([, name]) => name), 'package.json', 'LICENSE', 'NOTICE']),
  );
  const bytes = left.reduce((sum, name) => sum + statSync(join(place, name)).size, 0);
  expect(bytes).toBeLessThan(2_200_000);
});

describe('bundled from what the image is built from', () => {
  const image = mkdtempSync(join(tmpdir(), 'poundkey-image-'));
  afterAll(() => rmSync(image, { recursive: true, force: true }));

  beforeAll(() => {
    for (const name of readDockerfile().flatMap(copiedForTheBundle))
      cpSync(join(PROJECT, name), join(image, name), {
        recursive: true,
        filter: (path) => !path.startsWith(join(PROJECT, 'src/simulator')),
      });
    symlinkSync(join(PROJECT, 'node_modules'), join(image, 'node_modules'));
    execFileSync(process.execPath, ['scripts/build-service.ts'], { cwd: image });
  });

  const start = (settings: Record<string, string>) =>
    startScript(pathToFileURL(join(image, 'dist/service/main.js')), [], {
      ...{ NODE_ENV: 'development', PORT: '0', OPS_PORT: '0', LOG_LEVEL: 'error' },
      ...{ DATA_DIR: join(image, 'data'), TWIML_DIR: join(PROJECT, 'twiml') },
      ...settings,
    }).exit;

  test('a start that asks for the simulator says that there is none, and what to do', async () => {
    const { code, output } = await start({});
    expect(output).toContain(
      'The simulator is not part of this installation. Set PHONE_NETWORK to a provider',
    );
    expect(code).toBe(70);
  });

  test('a start with wrong settings names them', async () => {
    const { code, output } = await start({ LOG_LEVEL: 'loud' });
    expect(output).toContain('LOG_LEVEL');
    expect(code).toBe(78);
  });
});

/** The instructions of the Dockerfile, each on one line. */
const readDockerfile = () =>
  readFileSync(join(PROJECT, 'Dockerfile'), 'utf8').replaceAll('\\\n', '').split('\n');

/** What an instruction copies for the bundle: the paths of the project that come before its script runs. */
function copiedForTheBundle(instruction: string, place: number, all: string[]): string[] {
  const from = all.findIndex((line) => line.endsWith(' AS bundle'));
  const to = all.findIndex((line) => line.includes('"scripts/build-service.ts"'));
  const [command, ...paths] = instruction.split(' ');
  return command === 'COPY' && place > from && place < to ? paths.slice(0, -1) : [];
}
