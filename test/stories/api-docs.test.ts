// The examples in docs/api.md against the API: none is missing, none is stale, and their form is what the API wants.
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { worldOn } from '../support/open-worlds.ts';
import { clientOf } from '../support/world.ts';

interface Example {
  method: string;
  /** With its query. */
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

const SOME_ID = '6f1c4ad2-6a3b-4c5e-9e63-0d4f6f9a1b2c';
const examples = readExamples(readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8'));

const { world } = worldOn('embedded', {
  policy: {
    smsSignIn: { allowed: true },
    selfService: { returnUrls: ['https://login.example.com/signed-in'] },
  },
});
/** Such as `GET /v1/policy`. */
let operations: string[];

beforeAll(async () => {
  const { body } = await clientOf(() => world.service.url ?? '', null)('GET', '/openapi.json');
  const paths: Record<string, object> = body.paths;
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
});

/** The calls of curl in blocks of shell. */
function readExamples(markdown: string): Example[] {
  const blocks = [...markdown.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block);
  const lines = blocks.flatMap((block) => block.replaceAll(/\\\n/g, ' ').split('\n'));
  return lines.filter((line) => line.startsWith('curl ')).map(readCurl);
}

function readCurl(line: string): Example {
  const words = [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');
  const comment = words.indexOf('#');
  const typed = comment === -1 ? words : words.slice(0, comment);
  const after = (flag: string) => typed.filter((_, index) => typed[index - 1] === flag);
  const [body] = after('-d');
  const headers = after('-H').map((header) => header.split(/: (.*)/));
  return {
    method: after('-X')[0] ?? (body === undefined ? 'GET' : 'POST'),
    path: (typed.find((word) => word.startsWith('$api')) ?? '').slice('$api'.length),
    headers: Object.fromEntries(
      headers.flatMap(([name = '', value = '']) =>
        name === 'Authorization' ? [] : [[name.toLowerCase(), value]],
      ),
    ),
    body,
  };
}

/** The operation that an example calls, or null. */
function operationOf({ method, path }: Example): string | null {
  const [bare = ''] = path.split('?');
  const fits = (operation: string) =>
    new RegExp(`^${operation.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(`${method} ${bare}`);
  // Where one path fits the template of another, the literal one is meant.
  return (
    operations.filter(fits).sort((one, other) => one.split('{').length - other.split('{').length)[0] ?? null
  );
}

test('every operation of the API has an example', () => {
  const shown = new Set(examples.map(operationOf));
  expect(operations.length).toBeGreaterThan(20);
  expect(operations.filter((operation) => !shown.has(operation))).toEqual([]);
});

test('every example calls an operation of the API', () => {
  const unknown = examples.filter((example) => operationOf(example) === null);
  expect(unknown.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
});

test('the form of every example is right', async () => {
  for (const { method, path, headers, body } of examples) {
    const filled = path.replaceAll(/<id>/g, SOME_ID);
    const answer = await world.api(method, filled, body, headers);
    const said = `${method} ${path}: ${JSON.stringify(answer.body)}`;
    // An assertion is too long to be shown, and that of the example was never issued.
    if (answer.body?.errors?.[0]?.field === '/assertion') continue;
    expect([200, 201, 204, 404, 409, 412], said).toContain(answer.status);
  }
});

test('the table of outcomes and the text beside it name every outcome', async () => {
  const { body } = await clientOf(() => world.service.url ?? '', null)('GET', '/openapi.json');
  const outcomes: string[] =
    JSON.stringify(body.components.schemas.Verification)
      .match(/"enum":\["approved"[^\]]*\]/)?.[0]
      .match(/(?<=")\w+(?=")/g) ?? [];
  const markdown = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');
  expect(outcomes.length).toBeGreaterThan(10);
  for (const outcome of outcomes.filter((word) => word !== 'enum'))
    expect(markdown).toContain(`\`${outcome}\``);
});
