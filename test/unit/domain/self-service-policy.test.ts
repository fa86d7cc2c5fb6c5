import { describe, expect, test } from 'vitest';
import { parsePolicy, readPolicy } from '../../../src/domain/policy.ts';
import { localReturnProblems, withoutLocalReturns } from '../../../src/domain/self-service-policy.ts';
import { png } from '../../support/png.ts';

const read = (selfService: object) => parsePolicy({ selfService }, 'Contoso').selfService;
const problems = (selfService: object) => {
  const found = readPolicy({ selfService }, 'Contoso').problems ?? [];
  return found.map(({ field, rule }) => `${field.replace('/selfService/', '')}: ${rule}`);
};
const pngLogo = (bytes: Buffer) => ({ logo: { type: 'image/png', data: bytes.toString('base64') } });
const svgLogo = (data: string) => ({ logo: { type: 'image/svg+xml', data } });

describe('the name on the page', () => {
  test.each([
    'Contoso',
    '<script>alert(1)</script>',
    'Ström & Söner "AB"',
    '株式会社',
    'شركة',
    'Contoso 🏢',
    '👩‍👩‍👧',
  ])('may be %s', (name) => {
    expect(read({ name }).name).toBe(name);
  });

  test('has no spaces around', () => {
    expect(read({ name: ' Contoso ' }).name).toBe('Contoso');
  });

  test.each([
    ['a turn of direction', 'Contoso \u202eosotnoC'],
    ['an isolate', 'Contoso \u2066x'],
    ['a mark of direction', 'Contoso\u200f'],
    ['a control character', 'Con\u0000toso'],
    ['a line break', 'Con\ntoso'],
    ['another line break', 'Con\u2028toso'],
    ['an invisible character', 'Con\u200btoso'],
    ['an invisible letter', '\u3164'],
    ['invisible tags', 'Contoso\u{e0041}'],
    ['half a character', 'Contoso \ud83c'],
    ['joiners only', '\u200d\u200c'],
  ])('may not have %s', (_what, name) => {
    expect(problems({ name })).toEqual([expect.stringMatching(/^name: This must be one line of plain text/)]);
  });

  test.each([
    ['10,000 characters', 'x'.repeat(10_000), /^name: This must be at most 60 characters long\.$/],
    ['nothing', ' ', /^name: This must be at least 1 character long\.$/],
    ['a number', 7, /^name: This must be text\.$/],
  ])('may not be %s', (_what, name, told) => {
    expect(problems({ name })).toEqual([expect.stringMatching(told)]);
  });
});

test('the colour is kept in lower case', () => {
  expect(read({ colour: '#B3401A' }).colour).toBe('#b3401a');
  for (const colour of ['red', '#b34', '#b3401a00', 'b3401a', '#b3401g', ''])
    expect(problems({ colour })).toEqual([expect.stringMatching(/^colour: This must be a colour such as/)]);
});

describe('the contact', () => {
  test('is a name and an e-mail address', () => {
    const contact = { name: 'Anna Berg, IT', email: 'it@contoso.example' };
    expect(read({ contact }).contact).toEqual(contact);
  });

  test.each([
    [{ name: 'Anna\u202e', email: 'it@contoso.example' }, /^contact\/name: This must be one line/],
    [
      { name: 'Anna', email: 'it@contoso.example?bcc=x@y.example' },
      /^contact\/email: This must be an e-mail/,
    ],
    [{ name: 'Anna', email: 'javascript:alert(1)' }, /^contact\/email: This must be an e-mail address/],
    [{ name: 'Anna' }, /^contact\/email: selfService\.contact\.email is required\.$/],
    ['Anna', /^contact: This must be a JSON object\.$/],
  ])('may not be %j', (contact, told) => {
    expect(problems({ contact })).toEqual([expect.stringMatching(told)]);
  });
});

describe('addresses of pages', () => {
  test('come out as browsers send them', () => {
    expect(
      read({ helpUrl: 'https://Help.Contoso.example', privacyUrl: 'https://x.example/å b' }),
    ).toMatchObject({
      helpUrl: 'https://help.contoso.example/',
      privacyUrl: 'https://x.example/%C3%A5%20b',
    });
  });

  test.each([
    ['http://contoso.example/', /https:\/\//],
    ['javascript:alert(1)', /https:\/\//],
    ['data:text/html,x', /https:\/\//],
    ['//contoso.example', /absolute address/],
    ['contoso.example', /absolute address/],
    ['https://contoso.example@evil.example/', /user name or a password/],
    [`https://contoso.example/${'x'.repeat(500)}`, /at most 500/],
    [`https://contoso.example/${'å'.repeat(200)}`, /at most 500 characters long with its %-escapes/],
  ])('may not be %s', (helpUrl, told) => {
    expect(problems({ helpUrl })).toEqual([expect.stringMatching(told)]);
  });
});

describe('addresses to return to', () => {
  const rule = (address: string) => problems({ returnUrls: [address] });

  test('are https, or http on the person’s own machine', () => {
    const returnUrls = [
      'https://mfa.contoso.example/done?x=1',
      'http://localhost:3000/done',
      'http://127.0.0.1/',
      'http://[::1]:8080/',
    ];
    expect(read({ returnUrls }).returnUrls).toEqual(returnUrls);
  });

  test.each([
    ['http://contoso.example/', /must start with https:\/\//],
    ['http://localhost.evil.example/', /must start with https:\/\//],
    ['http://127.0.0.1.evil.example/', /must start with https:\/\//],
    ['com.contoso.app://done', /must start with https:\/\//],
    ['https://contoso.example', /as browsers send it/],
    ['https://Contoso.example/', /as browsers send it/],
    ['https://contoso.example:443/', /as browsers send it/],
    ['https://contoso.example/a/../b', /as browsers send it/],
    ['https://contoso.example\\@evil.example/', /as browsers send it/],
    ['https://contoso.example/ ', /as browsers send it/],
    ['https://contoso.example/#', /fragment/],
    ['https://me@contoso.example/', /user name/],
  ])('may not be %s', (address, told) => {
    expect(rule(address)).toEqual([expect.stringMatching(told)]);
  });

  test('are 20 at most', () => {
    const returnUrls = Array.from({ length: 21 }, (_, index) => `https://contoso.example/${index}`);
    expect(problems({ returnUrls })).toEqual(['returnUrls: This must have at most 20 entries.']);
    expect(read({ returnUrls: returnUrls.slice(1) }).returnUrls).toHaveLength(20);
  });

  test('are https only in production', () => {
    const policy = parsePolicy(
      { selfService: { returnUrls: ['https://a.example/', 'http://localhost/', 'http://127.0.0.1:3000/'] } },
      'Contoso',
    );
    expect(localReturnProblems(policy).map(({ field }) => field)).toEqual([
      '/selfService/returnUrls/1',
      '/selfService/returnUrls/2',
    ]);
    const left = withoutLocalReturns(policy);
    expect(left.selfService.returnUrls).toEqual(['https://a.example/']);
    expect(left).toMatchObject({ organisation: 'Contoso', selfService: { linkMinutes: 10 } });
  });
});

describe('the logo', () => {
  const WHOLE = png(36, 36);

  test('may be a PNG of 32 kB', () => {
    const largest = png(36, 36, 32 * 1024 - WHOLE.length - 12);
    expect(largest).toHaveLength(32 * 1024);
    expect(read(pngLogo(largest)).logo).toEqual(pngLogo(largest).logo);
  });

  test.each<[what: string, bytes: Buffer, told: RegExp]>([
    ['one byte more', png(36, 36, 32 * 1024 - WHOLE.length - 11), /at most 32 kB/],
    ['too many pixels', png(2_049, 1), /1 to 2048 pixels/],
    ['another kind of picture', Buffer.from('GIF89a'), /whole PNG/],
    ['nothing', Buffer.alloc(0), /whole PNG/],
    ['a PNG that is cut', WHOLE.subarray(0, -1), /whole PNG/],
    ['a PNG with something behind', Buffer.concat([WHOLE, Buffer.from('<script>')]), /whole PNG/],
    [
      'a PNG with a wrong byte',
      Buffer.from(WHOLE.toString('hex').replace('49444154', '49444155'), 'hex'),
      /whole PNG/,
    ],
    ['a signature alone', WHOLE.subarray(0, 8), /whole PNG/],
    ['a PNG without its first part', Buffer.concat([WHOLE.subarray(0, 8), WHOLE.subarray(33)]), /whole PNG/],
  ])('may not be %s', (_what, bytes, told) => {
    expect(problems(pngLogo(bytes))).toEqual([expect.stringMatching(told)]);
    expect(problems(pngLogo(bytes))[0]).toMatch(/^logo\/data: /);
  });

  test.each([
    ['not base64', { type: 'image/png', data: '<svg/>' }, /^logo\/data: This must be base64/],
    ['base64 on two lines', { type: 'image/png', data: 'AAAA\nAAAA' }, /^logo\/data: This must be base64/],
    [
      'of another kind',
      { type: 'image/gif', data: 'AAAA' },
      /^logo\/type: This must have the type image\/png/,
    ],
    ['of no kind', { data: 'AAAA' }, /^logo\/type: This must have the type image\/png/],
    ['an address', 'https://contoso.example/logo.png', /^logo: /],
    ['a PNG with an address', { type: 'image/png', data: 'AAAA', url: 'x' }, /^logo\/(url|data): /],
  ])('is refused: %s', (_what, logo, told) => {
    expect(problems({ logo })).toContainEqual(expect.stringMatching(told));
  });

  test('may be an SVG, of which what is seen is kept', () => {
    const data = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><!-- x --><path d="M0 0"/></svg>';
    const kept = read(svgLogo(data)).logo;
    expect(kept?.data).toBe(
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0"></path></svg>',
    );
    expect(read({ logo: kept }).logo).toEqual(kept);
  });

  test('may not be an SVG that runs something, or of more than 32 kB without what is not seen', () => {
    const around = (inside: string) =>
      svgLogo(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1">${inside}</svg>`);
    expect(problems(around('<script/>'))).toEqual([expect.stringMatching(/^logo\/data: .*no <script>/)]);
    expect(problems(around(`<!-- ${'x'.repeat(50_000)} -->`))).toEqual([]);
    expect(problems(around(`<text>${'å'.repeat(16_400)}</text>`))).toEqual([
      expect.stringMatching(/at most 32 kB/),
    ]);
    expect(problems(around(`<!-- ${'x'.repeat(70_000)} -->`))).toEqual([
      expect.stringMatching(/at most 32 kB/),
    ]);
  });
});

test('a link can be opened for 1 to 60 minutes', () => {
  expect(problems({ linkMinutes: 0 })).toEqual(['linkMinutes: This must be at least 1.']);
  expect(problems({ linkMinutes: 61 })).toEqual(['linkMinutes: This must be at most 60.']);
  expect(read({ linkMinutes: 60 }).linkMinutes).toBe(60);
});
