import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { post, type Sample, send, startSample } from '../../../support/sample-service.ts';

let service: Sample;
beforeAll(async () => {
  service = await startSample();
});
afterAll(() => service.close(1_000));

const json = { 'content-type': 'application/json' };
const wren = { species: 'wren' };

describe('a body that breaks a rule', () => {
  test.each<[string, unknown, [field: string, rule: string | RegExp][]]>([
    ['is a list', [], [['', 'This must be a JSON object.']]],
    ['is null', 'null', [['', 'This must be a JSON object.']]],
    ['is a text', '"wren"', [['', 'This must be a JSON object.']]],
    ['is a number', '7', [['', 'This must be a JSON object.']]],
    ['is true', 'true', [['', 'This must be a JSON object.']]],
    ['is empty', {}, [['/species', 'species is required.']]],
    ['is no byte at all', '', [['/species', 'species is required.']]],
    ['has a number for a text', { species: 7 }, [['/species', 'This must be text.']]],
    ['has null for a text', { species: null }, [['/species', 'This must be text.']]],
    ['has a list for a text', { species: ['wren'] }, [['/species', 'This must be text.']]],
    ['has an object for a text', { species: { $ne: '' } }, [['/species', 'This must be text.']]],
    ['has too short a text', { species: 'w' }, [['/species', 'This must be at least 2 characters long.']]],
    [
      'has too long a text',
      { species: 'w'.repeat(21) },
      [['/species', 'This must be at most 20 characters long.']],
    ],
    ['has a text for a number', { ...wren, count: '7' }, [['/count', 'This must be a number.']]],
    ['has half a bird', { ...wren, count: 1.5 }, [['/count', 'This must be a whole number.']]],
    ['has too small a number', { ...wren, count: 0 }, [['/count', 'This must be at least 1.']]],
    ['has too large a number', { ...wren, count: 100 }, [['/count', 'This must be at most 99.']]],
    ['has a number beyond all', '{"species":"wren","count":1e400}', [['/count', /^This must be a/]]],
    [
      'has none of the choices',
      { ...wren, habitat: 'sea' },
      [['/habitat', 'This must be one of forest, shore.']],
    ],
    ['breaks a pattern', { ...wren, ring: 'xy' }, [['/ring', 'This must be two capitals and digits.']]],
    ['has no field inside', { ...wren, seenBy: {} }, [['/seenBy/id', 'seenBy.id is required.']]],
    ['has no UUID', { ...wren, seenBy: { id: 'me' } }, [['/seenBy/id', 'This must be a UUID.']]],
    ['has no instant', { ...wren, seenAt: 'noon' }, [['/seenAt', /^This must be an instant such as/]]],
    [
      'has too long a list',
      { ...wren, marks: ['a', 'b', 'c'] },
      [['/marks', 'This must have at most 2 entries.']],
    ],
    ['has a wrong entry', { ...wren, marks: ['a', 7] }, [['/marks/1', 'This must be text.']]],
    ['has an unknown field', { ...wren, wings: 2 }, [['/wings', 'This field is not known; leave it out.']]],
    [
      'has an unknown field inside',
      { ...wren, seenBy: { id: '6f1c4ad2-6a3b-4c5e-9e63-0d4f6f9a1b2c', a: 1 } },
      [['/seenBy/a', /not known/]],
    ],
    ['has an unknown field with a slash', { ...wren, 'a/b~c': 2 }, [['/a~1b~0c', /not known/]]],
    ['has __proto__', '{"species":"wren","__proto__":{"count":5}}', [['/__proto__', /not known/]]],
    ['has constructor', { ...wren, constructor: { prototype: {} } }, [['/constructor', /not known/]]],
    ['has a NUL character', '{"species":"wr\\u0000en"}', [['/species', /plain text/]]],
    ['has a high surrogate alone', '{"species":"wr\\ud83den"}', [['/species', /plain text/]]],
    ['has a low surrogate alone', '{"species":"wr\\ude00en"}', [['/species', /plain text/]]],
    ['has a NUL character in a list', '{"species":"wren","marks":["\\u0000"]}', [['/marks/0', /plain text/]]],
    [
      'has a NUL character in a name',
      '{"species":"wren","a\\u0000":1}',
      [
        ['', /names of fields/],
        ['/a\u0000', /not known/],
      ],
    ],
    ['has a rule broken twice in a field', '{"species":"\\u0000"}', [['/species', /plain text/]]],
    [
      'breaks several rules',
      { species: 1, count: 'x', wings: 2 },
      [
        ['/species', /text/],
        ['/count', /number/],
        ['/wings', /not known/],
      ],
    ],
  ])('is refused: %s', async (_what, body, errors) => {
    const answer = await post(service, '/v1/birds', body);
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({
      code: 'request.invalid',
      status: 400,
      type: 'urn:poundkey:problem:request.invalid',
    });
    expect(answer.json.errors).toEqual(
      errors.map(([field, rule]) => ({
        field,
        rule: rule instanceof RegExp ? expect.stringMatching(rule) : rule,
      })),
    );
  });

  test('is answered briefly however much is wrong', async () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`f${index}`, 1]));
    expect((await post(service, '/v1/birds', many)).json.errors).toHaveLength(20);
    const long = await post(service, '/v1/birds', { ...wren, ['x'.repeat(15_000)]: 1 });
    expect(long.text.length).toBeLessThan(700);
  });

  test('never comes back', async () => {
    const secret = 'SECRET-0812345678';
    const bodies = [
      { species: secret.repeat(2) },
      { ...wren, habitat: secret },
      { ...wren, ring: secret, count: secret },
    ];
    for (const body of [...bodies, `{"species":"${secret}`, `"${secret}"`]) {
      expect((await post(service, '/v1/birds', body)).text).not.toContain('SECRET');
    }
    expect((await send(service, 'GET', '/v1/birds/b1?lang=SECRET&depth=SECRET')).text).not.toContain(
      'SECRET',
    );
    expect(JSON.stringify(service.logged)).not.toContain('SECRET');
  });

  test('cannot change what other objects inherit', async () => {
    await post(
      service,
      '/v1/birds',
      '{"species":"wren","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('a body that cannot be read', () => {
  const filler = (bytes: number) => JSON.stringify({ species: 'w'.repeat(bytes - 14) });
  test.each<[string, Record<string, string>, string | Buffer, number, string]>([
    ['cut off', json, '{"species":', 400, 'request.malformedJson'],
    ['with a comma too many', json, '{"species":"wren",}', 400, 'request.malformedJson'],
    ['of two values', json, '{}{}', 400, 'request.malformedJson'],
    ['of spaces', json, '   ', 400, 'request.malformedJson'],
    ['not UTF-8', json, Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 400, 'request.malformedJson'],
    [
      'a form',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'species=wren',
      415,
      'request.unsupportedMediaType',
    ],
    ['a text', { 'content-type': 'text/plain' }, '{"species":"wren"}', 415, 'request.unsupportedMediaType'],
    [
      'of a kind of JSON',
      { 'content-type': 'application/merge-patch+json' },
      '{}',
      415,
      'request.unsupportedMediaType',
    ],
    ['of no type', {}, '{"species":"wren"}', 415, 'request.unsupportedMediaType'],
    [
      'of nonsense type',
      { 'content-type': ';;;' },
      '{"species":"wren"}',
      415,
      'request.unsupportedMediaType',
    ],
    [
      'in Latin-1',
      { 'content-type': 'application/json; charset=latin1' },
      '{"species":"wren"}',
      415,
      'request.unsupportedMediaType',
    ],
    [
      'in UTF-16',
      { 'content-type': 'application/json; charset="UTF-16"' },
      '{"species":"wren"}',
      415,
      'request.unsupportedMediaType',
    ],
    [
      'compressed',
      { ...json, 'content-encoding': 'gzip' },
      gzipSync('{"species":"wren"}'),
      415,
      'request.unsupportedMediaType',
    ],
    ['one byte over 16 kB', json, filler(16 * 1024 + 1), 413, 'request.tooLarge'],
    ['of 1 MB', json, filler(1024 * 1024), 413, 'request.tooLarge'],
    [
      'of 1 MB in chunks',
      { ...json, 'transfer-encoding': 'chunked' },
      filler(1024 * 1024),
      413,
      'request.tooLarge',
    ],
  ])('is refused: %s', async (_what, headers, body, status, code) => {
    const answer = await send(service, 'POST', '/v1/birds', { headers, body });
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ code, status });
    expect(answer.headers['content-type']).toBe('application/problem+json');
  });

  test('that is too large is told the limit', async () => {
    const answer = await post(service, '/v1/birds', filler(20_000));
    expect(answer.json.detail).toBe('The body is larger than 16384 bytes. Send a smaller one.');
  });

  test('of exactly 16 kB is read', async () => {
    const answer = await send(service, 'POST', '/v1/birds', { headers: json, body: filler(16 * 1024) });
    expect(answer.json.errors).toEqual([
      { field: '/species', rule: 'This must be at most 20 characters long.' },
    ]);
  });

  test('of 16,000 brackets is answered', async () => {
    const brackets = '['.repeat(8_000) + ']'.repeat(8_000);
    expect((await post(service, '/v1/birds', brackets)).json.code).toBe('request.invalid');
    const inside = await post(service, '/v1/birds', `{"species":"wren","x":${brackets}}`);
    expect(inside.json.errors).toEqual([{ field: '/x', rule: expect.stringContaining('not known') }]);
  });
});

describe('an address or its parts', () => {
  test.each<[string, string, string, number, string, string[]]>([
    ['nothing', 'GET', '/', 404, 'route.notFound', []],
    ['an unknown path', 'GET', '/v1/fish', 404, 'route.notFound', []],
    ['a slash too many', 'GET', '/v1/birds/b1/', 404, 'route.notFound', []],
    ['capitals', 'GET', '/V1/BIRDS/b1', 404, 'route.notFound', []],
    ['a path upwards', 'GET', '/v1/birds/../../etc/passwd', 404, 'route.notFound', []],
    ['broken percent-encoding', 'GET', '/v1/birds/%ZZ', 400, 'request.invalid', []],
    ['percent-encoding that is not UTF-8', 'GET', '/v1/birds/%ff%fe', 400, 'request.invalid', []],
    ['a NUL character', 'GET', '/v1/birds/b%00d', 400, 'request.invalid', ['id']],
    ['too short a parameter', 'GET', '/v1/birds/b', 400, 'request.invalid', ['id']],
    ['an unknown query parameter', 'GET', '/v1/birds/b1?verbose=1', 400, 'request.invalid', ['verbose']],
    [
      'a query parameter given twice',
      'GET',
      '/v1/birds/b1?lang=en&lang=sv',
      400,
      'request.invalid',
      ['lang'],
    ],
    ['a query parameter as a list', 'GET', '/v1/birds/b1?lang[]=en', 400, 'request.invalid', ['lang[]']],
    ['__proto__ in the query', 'GET', '/v1/birds/b1?__proto__=en', 400, 'request.invalid', ['__proto__']],
    ['a value outside the choices', 'GET', '/v1/birds/b1?lang=de', 400, 'request.invalid', ['lang']],
    ['a query that is no number', 'GET', '/v1/birds/b1?depth=deep', 400, 'request.invalid', ['depth']],
    ['a NUL character in the query', 'GET', '/v1/birds/b1?lang=%00', 400, 'request.invalid', ['lang']],
    ['a query of broken percent-encoding', 'GET', '/v1/birds/b1?lang=%E4', 400, 'request.invalid', ['?']],
    ['a query where none is taken', 'POST', '/v1/birds?dry=1', 400, 'request.invalid', ['dry', '/species']],
    ['wrong path and query at once', 'GET', '/v1/birds/b?lang=de', 400, 'request.invalid', ['id', 'lang']],
  ])('is refused: %s', async (_what, method, path, status, code, fields) => {
    const answer = await send(service, method, path);
    expect(answer.json).toMatchObject({ status, code });
    expect(answer.status).toBe(status);
    expect(((answer.json.errors ?? []) as { field: string }[]).map(({ field }) => field)).toEqual(fields);
  });

  test.each([
    ['PUT', '/v1/birds/b1', 'GET, HEAD, DELETE'],
    ['OPTIONS', '/v1/birds/b1', 'GET, HEAD, DELETE'],
    ['GET', '/v1/birds', 'POST'],
    ['PURGE', '/v1/birds', 'POST'],
    ['POST', '/openapi.json', 'GET, HEAD'],
  ])('has no method %s: %s allows %s', async (method, path, allow) => {
    const answer = await send(service, method, path);
    expect(answer).toMatchObject({
      status: 405,
      headers: { allow },
      json: { code: 'route.methodNotAllowed' },
    });
  });

  test('takes no body where none is meant, but for an empty object', async () => {
    expect((await send(service, 'DELETE', '/v1/birds/b1', { headers: json, body: '{}' })).status).toBe(200);
    const answer = await send(service, 'DELETE', '/v1/birds/b1', { headers: json, body: '{"force":true}' });
    expect(answer.json.errors).toEqual([{ field: '/force', rule: expect.stringContaining('not known') }]);
  });
});

describe('headers', () => {
  test.each<[string, Record<string, string | string[]>, string]>([
    ['too long', { 'idempotency-key': 'x'.repeat(21) }, 'This must be at most 20 characters long.'],
    ['empty', { 'idempotency-key': '' }, 'This must be at least 1 character long.'],
    ['twice', { 'idempotency-key': ['a', 'b'] }, 'This may be given only once.'],
  ])('are refused: one that is %s', async (_what, headers, rule) => {
    const body = JSON.stringify(wren);
    const answer = await send(service, 'POST', '/v1/birds', { headers: { ...json, ...headers }, body });
    expect(answer.status).toBe(400);
    expect(answer.json.errors).toEqual([{ field: 'idempotency-key', rule }]);
  });

  test.each([
    ['apiKey.missing', []],
    ['apiKey.invalid', 'Bearer open'],
  ])('without the right key are refused as %s before the body is looked at', async (code, authorization) => {
    const headers = { 'content-type': 'text/plain', authorization };
    const answer = await send(service, 'POST', '/v1/birds', { headers, body: 'x' });
    expect(answer).toMatchObject({ status: 401, json: { code } });
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
  });
});
