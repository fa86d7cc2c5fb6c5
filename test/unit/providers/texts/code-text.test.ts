// The text with the code: in every language, with long names and hosts, in the form that phones find the code in.
import { describe, expect, it } from 'vitest';
import { type CodeTextValues, LONG_HOST } from '../../../../src/providers/texts/code-text.ts';
import { loadPrompts } from '../../../../src/providers/twilio/twiml/load-prompts.ts';
import { PROMPTS_DIRECTORY } from '../twiml/copied-prompts.ts';

const prompts = loadPrompts(PROMPTS_DIRECTORY);
const CODE = '012345';
const fill = (locale: string, values: Partial<CodeTextValues> = {}) =>
  prompts.fillCodeText({
    locale,
    tenantId: null,
    organisation: 'Contoso',
    code: CODE,
    host: null,
    ...values,
  });

/** WICG, SMS one-time codes: the last line, as a phone parses it. */
const LAST_LINE = /^@((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9-]+) #([^\s%]+)$/;
/** Google, SMS User Consent: what may be a code. */
const codesIn = (text: string) =>
  text.match(/(?<![\p{L}\p{N}])(?=[\p{L}\p{N}]*\p{Nd})[\p{L}\p{N}]{4,10}(?![\p{L}\p{N}])/gu) ?? [];

describe.each(prompts.locales)('the text in %s', (locale) => {
  it('names the organisation, and has the code once', () => {
    const { body, segments } = fill(locale);
    expect(body).toContain('Contoso');
    expect(codesIn(body)).toEqual([CODE]);
    expect(body).not.toMatch(/[{}\n]/);
    expect(segments).toBe(1);
  });

  it('ends the sentence right after the code', () => {
    expect(fill(locale).body).toMatch(new RegExp(`${CODE}([.。] ?|$)`));
  });

  it.each([
    ['login.example.com', 'login.example.com'],
    ['LOGIN.Example.COM', 'login.example.com'],
    ['login.example.com:8443', 'login.example.com'],
    ['inloggning.räksmörgås.se', 'inloggning.xn--rksmrgs-5wao1o.se'],
    ['日本語.jp', 'xn--wgv71a119e.jp'],
    ['localhost', 'localhost'],
  ])('is bound to %s in its last line', (host, bound) => {
    const { body } = fill(locale, { host });
    const lines = body.split('\n');
    expect(lines).toHaveLength(2);
    expect(LAST_LINE.exec(lines[1]!)?.slice(1)).toEqual([bound, CODE]);
  });

  it.each([
    ['alone', null],
    ['before the host', 'sign-in.contoso.example'.slice(0, 22)],
  ])('has the hash of an app on a line of its own, %s', (_where, host) => {
    const appHash = 'FA+9qCX9VSu';
    for (const organisation of ['Contoso', 'W'.repeat(60), 'Łódź '.repeat(11)]) {
      const { body, segments } = fill(locale, { organisation, host, appHash });
      const lines = body.split('\n');
      expect([segments, lines[1]]).toEqual([1, appHash]);
      // Google, SMS Retriever.
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(140);
      expect(lines.slice(2).map((line) => LAST_LINE.exec(line)?.slice(1))).toEqual(
        host === null ? [] : [[host, CODE]],
      );
    }
  });

  it.each(['', 'no host', '[::1]', 'a/b', 'a@b', '#'])('is not bound to %j', (host) => {
    expect(fill(locale, { host }).body).toBe(fill(locale).body);
  });

  it.each([
    ['the longest name', 'W'.repeat(60)],
    [
      'the longest name in words',
      'Aktiebolaget Nordisk Handel och Logistik i Sundsvall och Umeå'.slice(0, 60),
    ],
    ['letters that lose their marks', `Żabka Łódź São Paulo Île-de-France “Œuvre” ${'š'.repeat(16)}`],
  ])('is one segment with %s and a long host', (_what, organisation) => {
    const { segments, encoding, body } = fill(locale, { organisation, host: LONG_HOST });
    expect({ segments, encoding }).toEqual({ segments: 1, encoding: locale === 'ja-JP' ? 'UCS-2' : 'GSM-7' });
    expect(body.endsWith(`\n@${LONG_HOST} #${CODE}`)).toBe(true);
  });
});

describe('the name of the organisation', () => {
  const named = (organisation: string, locale = 'en-US', host: string | null = LONG_HOST) =>
    fill(locale, { organisation, host }).body.split('\n')[0];

  it.each([
    ['Contoso 2024 AB', 'Your Contoso AB code: 012345.'],
    ['Web2000', 'Your Web code: 012345.'],
    ['3M', 'Your 3M code: 012345.'],
    ['1177', 'Your 1177 code: 012345.'],
    ['Con\ntoso\u202e\t AB', 'Your Con toso AB code: 012345.'],
    ['A {{code}} $& $1', 'Your A {{code}} $& $1 code: 012345.'],
  ])('%j gives "%s"', (organisation, beginning) => {
    expect(named(organisation)).toBe(`${beginning} Do not share it with anyone.`);
  });

  it('keeps its marks where there is room', () => {
    expect(named('Żabka', 'en-US', null)).toContain('Your Żabka code');
    expect(named('Żabka')).toContain('Your Zabka code');
    expect(named('São Paulo', 'ja-JP')).toContain('São Paulo');
  });

  it('is cut after a word, and never within a character', () => {
    expect(named('Nordic Trade Company', 'ja-JP')).toBe('Nordic Tradeの確認コード：012345');
    expect(named('Contoso International', 'ja-JP')).toBe('Contoso Internatioの確認コード：012345');
    expect(named('👩‍👩‍👧‍👦'.repeat(7), 'ja-JP')).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
  });

  it('stays whole where even less of it would need two segments', () => {
    const { body, segments } = fill('en-US', {
      organisation: '株式会社コントソ国際事業本部人事課',
      host: LONG_HOST,
    });
    expect(segments).toBe(2);
    expect(body).toContain('株式会社コントソ国際事業本部人事課');
  });
});

it('a language that there is no text in gets that of the nearest', () => {
  expect(fill('sv-FI').body).toBe(fill('sv-SE').body);
  expect(fill('tlh').body).toBe(fill(prompts.locales[0]!).body);
});

it('each text has its own code, name and host, however many there were before', () => {
  const names = ['Contoso', 'Fabrikam', 'Contoso'];
  const hosts = ['a.example', null, 'b.example'];
  const seen = names.flatMap((organisation, index) =>
    ['000000', '999999'].map(
      (code) => fill('en-US', { organisation, code, host: hosts[index] ?? null }).body,
    ),
  );
  expect(seen.map((body) => body.replace(' Do not share it with anyone.', ''))).toEqual([
    'Your Contoso code: 000000.\n@a.example #000000',
    'Your Contoso code: 999999.\n@a.example #999999',
    'Your Fabrikam code: 000000.',
    'Your Fabrikam code: 999999.',
    'Your Contoso code: 000000.\n@b.example #000000',
    'Your Contoso code: 999999.\n@b.example #999999',
  ]);
});
