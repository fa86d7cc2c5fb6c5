// What the production image is made of: the service without the simulator, which nothing needs but a development start.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
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
  const dockerfile = readFileSync(join(PROJECT, 'Dockerfile'), 'utf8').replaceAll('\\\n', '');
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

test('without it, a start that asks for the simulator says so, and what to do', async () => {
  const image = mkdtempSync(join(tmpdir(), 'poundkey-image-'));
  onTestFinished(() => rmSync(image, { recursive: true, force: true }));
  for (const name of ['src', 'twiml', 'package.json'])
    cpSync(join(PROJECT, name), join(image, name), {
      recursive: true,
      filter: (path) => !path.startsWith(join(PROJECT, 'src/simulator')),
    });
  symlinkSync(join(PROJECT, 'node_modules'), join(image, 'node_modules'));
  mkdirSync(join(image, 'data'));
  const started = startScript(new URL(`file://${image}/src/main.ts`), [], {
    NODE_ENV: 'development',
    DATA_DIR: join(image, 'data'),
    TWIML_DIR: join(image, 'twiml'),
    PORT: '0',
    OPS_PORT: '0',
    LOG_LEVEL: 'error',
  });
  const { code, output } = await started.exit;
  expect(output).toContain('The simulator is not part of this installation. Set PHONE_NETWORK to a provider');
  expect(code).toBe(70);
});
