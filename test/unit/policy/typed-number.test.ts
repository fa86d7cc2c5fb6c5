// Numbers as people type them and as address books, PDF files, chats and directories hold them.
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { describe, expect, test } from 'vitest';
import { parseNumber } from '../../../src/domain/number.ts';
import { parsePolicy } from '../../../src/domain/policy.ts';
import { ServiceError } from '../../../src/errors.ts';

const defaults = parsePolicy({}, 'Contoso');
const read = (number: string, country?: string) => parseNumber({ number, country }, defaults);

function brokenRule(number: string, country?: string): string {
  try {
    read(number, country);
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'number.invalid')
      return error.problems[0]?.rule ?? '';
    throw error;
  }
  throw new Error(`${JSON.stringify(number)} was not refused`);
}

describe('what cannot be seen', () => {
  const everything = Array.from({ length: 0x110000 }, (_, code) => code)
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCodePoint(code));
  const invisible = everything.filter((sign) => /[\p{Cf}\p{Default_Ignorable_Code_Point}]/u.test(sign));

  test('makes no difference, wherever it stands', () => {
    expect(invisible.length).toBeGreaterThan(150);
    for (const sign of invisible) {
      const code = `U+${sign.codePointAt(0)?.toString(16)}`;
      const number = `${sign}+46${sign} 8-12${sign}3 456 78${sign} ext${sign} 1${sign}2${sign}`;
      expect(read(number), code).toMatchObject({ e164: '+46812345678', extension: '12' });
    }
  });

  test.each([
    ['\u202a+46 8 123 456 78\u202c', undefined],
    ['\u200e08-123 456 78', 'SE'],
    ['+46812345678\u200b', undefined],
    ['\ufeff+46\u00ad8\u2060123\u200d456\u200c78', undefined],
    ['\u2068tel:+46-8-123-456-78\u2069', undefined],
  ])('is left out of %j', (number, country) => {
    expect(read(number, country).e164).toBe('+46812345678');
  });
});

describe('signs of other keyboards', () => {
  test.each([
    // Every space of Unicode that is no line break.
    ...[
      ...' \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000',
    ].map((space) => `+46${space}8${space}123${space}456${space}78`),
    // Hyphens, dashes and what stands for them.
    ...[...'-\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u2500\u30fc\ufe58\ufe63\uff0d\uff70'].map(
      (dash) => `+46 8${dash}123${dash}456 78`,
    ),
    '＋４６（０）８１２３．４５６．７８',
    '﹢46 8 123 456 78',
    '+46 [0]8 123 456 78',
    '(+46) 8 123 456 78',
    '+ 46 8 123 456 78',
    '+٤٦٨١٢٣٤٥٦٧٨',
    '+۴۶ ۸ ۱۲۳ ۴۵۶ ۷۸',
  ])('are read in %j', (number) => {
    expect(read(number)).toMatchObject({ e164: '+46812345678', extension: null });
  });

  test.each([
    ['０３ー１２３４ー５６７８', null],
    ['０３ｰ１２３４ｰ５６７８', null],
    ['０３－１２３４－５６７８', null],
    ['０３−１２３４−５６７８', null],
    ['０３―１２３４―５６７８', null],
    ['０３（１２３４）５６７８', null],
    ['０３　１２３４　５６７８', null],
    ['０３ー１２３４ー５６７８（内線１２）', '12'],
    ['03-1234-5678 内線：12', '12'],
  ])('are read in %j, as typed in Japan', (number, extension) => {
    expect(read(number, 'JP')).toMatchObject({ e164: '+81312345678', extension });
  });

  test.each([
    ['Arabic-Indic', '٠١٢٣٤٥٦٧٨٩'],
    ['Persian', '۰۱۲۳۴۵۶۷۸۹'],
    ['Devanagari', '०१२३४५६७८९'],
    ['Bengali', '০১২৩৪৫৬৭৮৯'],
    ['Thai', '๐๑๒๓๔๕๖๗๘๙'],
    ['Myanmar', '၀၁၂၃၄၅၆၇၈၉'],
    ['full-width', '０１２３４５６７８９'],
  ])('are digits in %s, also of an extension', (_script, digits) => {
    const typed = '+46 8 123 456 78 ext. 1290'.replaceAll(/\d/g, (digit) => digits[Number(digit)] ?? '');
    expect(read(typed)).toMatchObject({ e164: '+46812345678', extension: '1290' });
  });

  test.each([
    ['a wave dash, which means "to"', '03-1234-5678〜9', 'JP'],
    ['the one of Chinese digits, which looks like a dash', '03一1234一5678', 'JP'],
    ['a superscript, which may be a footnote', '+46 8 123 456 7⁸', undefined],
    ['a digit in a circle', '+46 8 123 456 7⑧', undefined],
    ['two lines', '+46 8 123\n456 78', undefined],
    ['two cells of a table', '030 123456\t12', 'DE'],
    ['digits in brackets at the end, which may be an extension', '030 123456 (12)', 'DE'],
    ['two numbers with a comma between', '202-555-0143,2025550144', 'US'],
    ['two numbers with a semicolon between', '08-123 456 78;0812345679', 'SE'],
  ])('are refused where they may mean something else: %s', (_what, number, country) => {
    expect(brokenRule(number, country)).toMatch(/^This must .*\.$/);
  });
});

describe('a tel: URI', () => {
  test.each<[uri: string, extension: string | null, country?: string]>([
    ['tel:+46812345678', null],
    ['tel:+46-8-123-456-78', null],
    ['tel:+46.8.123.456.78', null],
    ['tel:+46(0)8-12345678', null],
    ['TEL:+46812345678', null],
    ['tel://+46812345678', null],
    ['tel: +46 8 123 456 78', null],
    ['tel:%2B46-8-123-456-78', null],
    ['tel:+46%208%20123%20456%2078', null],
    ['tel:%E2%80%AA+46812345678%E2%80%AC', null],
    ['tel:+46812345678;ext=12', '12'],
    ['tel:+46-8-123-456-78;ext=1-2', '12'],
    ['tel:+46812345678;EXT=12', '12'],
    ['tel:+46812345678;ext=%31%32', '12'],
    ['tel:+46812345678;phone-context=+46', null],
    ['tel:+46812345678;isub=1411', null],
    ['tel:+46812345678;ext=12;a-word', '12'],
    ['tel:+46812345678;a=b;ext=12', '12'],
    ['tel:8-123-456-78;phone-context=+46', null],
    ['tel:8-123-456-78;ext=12;phone-context=+46', '12'],
    ['tel:8-123-456-78;phone-context=%2B46;ext=12', '12'],
    ['tel:123-456-78;phone-context=+46-8', null],
    ['tel:08-123-456-78;phone-context=+46', null],
    ['tel:08-123-456-78', null, 'SE'],
    ['tel:08-123-456-78;ext=12', '12', 'SE'],
    ['tel:+46812345678,,12', '12'],
    ['tel:+46812345678;12', '12'],
    ['tel:+46812345678p12', '12'],
    ['+46-8-123-456-78;ext=12', '12'],
    ['8-123-456-78;phone-context=+46', null],
  ])('is read: %s', (uri, extension, country) => {
    expect(read(uri, country)).toMatchObject({ e164: '+46812345678', extension });
  });

  test.each([
    ['nothing', 'tel:'],
    ['only parameters', 'tel:;ext=12'],
    ['letters', 'tel:+46-8-TAXI-1234'],
    ['keys', 'tel:*31*0812345678'],
    ['an encoded key', 'tel:+46812345678%23'],
    ['two extensions', 'tel:+46812345678;ext=12;ext=13'],
    ['an extension in letters', 'tel:+46812345678;ext=reception'],
    ['an empty extension', 'tel:+46812345678;ext='],
    ['an extension of 12 digits', 'tel:+46812345678;ext=123456789012'],
    ['a number of the plan of a domain', 'tel:08-123-456-78;phone-context=example.com'],
    ['a context of another country', 'tel:+46812345678;phone-context=+47'],
    ['a context of the whole number', 'tel:12;phone-context=+46812345678'],
    ['digits after dialing', 'tel:+46812345678;postd=pp22'],
    ['a parameter that must be understood', 'tel:+46812345678;m-carrier=7'],
    ['broken percent-encoding', 'tel:%ZZ46812345678'],
    ['percent-encoding twice', 'tel:%252B46812345678'],
    ['a query', 'tel:+46812345678?call'],
    ['another scheme', 'sms:+46812345678'],
    ['two schemes', 'tel:tel:+46812345678'],
  ])('is refused with %s', (_what, uri) => {
    expect(brokenRule(uri, 'SE')).toMatch(/^This must .*\.$/);
  });
});

/** By the language of the prompts; each stands between a number and 12. */
const MARKS: Record<string, string[]> = {
  'da-DK': ['lokal', 'lokalnr.', 'lokal nr.', 'lok.', 'lokalnummer', 'internnummer'],
  'de-DE': [
    'Durchwahl',
    'Durchwahl:',
    'DW',
    'Dw.',
    '-DW',
    'Nebenstelle',
    'NSt.',
    'Apparat',
    'App.',
    'Klappe',
    'Durchwahl-Nr.',
  ],
  'en-GB': ['ext', 'ext.', 'Extn.', 'extension', 'EXT:', 'x', 'ext no.', 'extension number', 'Ext #'],
  'en-US': ['ext.', 'x', 'X', 'xtn', 'ext:', 'ext-', ', ext.', '; ext', '– ext', '— Ext.', '/ ext', '. Ext'],
  'es-ES': [
    'ext.',
    'extensión',
    'EXTENSIÓN',
    'extensio\u0301n',
    'anexo',
    'interno',
    'int.',
    'núm. ext.',
    'extensión n.º',
  ],
  'fi-FI': ['alanumero', 'alanro', 'ala', 'alanum.'],
  'fr-FR': ['poste', 'Poste:', 'poste n°', 'no de poste', 'int.', 'interne', 'p.'],
  'it-IT': ['interno', 'int.', 'int', 'interno n.'],
  'ja-JP': ['内線', '内線番号', '内線：', '内線番号：', '内線No.', '(内)', '（内線）'],
  'nb-NO': ['internnummer', 'intern', 'internnr.', 'int.nr.', 'lokal', 'biapparat'],
  'nl-NL': ['toestel', 'toestelnr.', 'tst.', 'doorkiesnummer', 'doorkies'],
  'pl-PL': [
    'wew.',
    'wewn.',
    'wewnętrzny',
    'WEWNĘTRZNY',
    'wewnetrzny',
    'nr wew.',
    'numer wewnętrzny',
    'w.',
    'tel. wew.',
  ],
  'pt-BR': ['ramal', 'Ramal:', 'ram.', 'r.', 'extensão', 'número de ramal', 'ramal nº'],
  'sv-SE': [
    'ankn',
    'ankn.',
    'anknytning',
    'Anknytning:',
    'ANKN:',
    'anknytn.',
    'anknytningsnr',
    'anknr',
    'anx',
    'ank.',
  ],
  'ru-RU': ['доб.', 'ДОБ', 'добавочный', 'внутр.', 'вн.', '– доб.'],
};

describe.each(Object.entries(MARKS))('an extension written in %s', (_language, marks) => {
  test.each(marks)('with %j', (mark) => {
    for (const text of [
      `${mark} 12`,
      `${mark}12`,
      `${mark.toUpperCase()} 12`,
      `, ${mark} 12`,
      `– ${mark} 12`,
      `(${mark} 12)`,
      `[${mark}12]`,
    ])
      for (const number of ['+46 8 123 456 78', '+46812345678 '])
        expect(read(`${number}${/^[\d#]/.test(text) ? ' ' : ''}${text}`), text).toMatchObject({
          e164: '+46812345678',
          international: '+46 8 123 456 78',
          extension: '12',
        });
  });
});

describe('an extension', () => {
  test.each([
    ['+1 202-555-0143 (ext 12)', undefined, '+12025550143'],
    ['(+1 202-555-0143 ext. 12)', undefined, '+12025550143'],
    ['08-123 456 78 (ankn 12)', 'SE', '+46812345678'],
    ['8 (495) 123-45-67 (доб. 12)', 'RU', '+74951234567'],
    ['+1 202-555-0143 – ext 12', undefined, '+12025550143'],
    ['(11) 3333-4444 ramal 12', 'BR', '+551133334444'],
    ['01 23 45 67 89, poste 12', 'FR', '+33123456789'],
    ['030/1234567 Durchwahl 12', 'DE', '+49301234567'],
  ])('is read in %j', (number, country, e164) => {
    expect(read(number, country)).toMatchObject({ e164, extension: '12' });
  });

  test.each([
    ['a time', '08-123 456 78 kl. 12'],
    ['a word that begins like a mark', '08-123 456 78 external 12'],
    ['a word behind a mark', '08-123 456 78 ext reception'],
    ['a door', '08-123 456 78 door 12'],
  ])('is not seen in %s, and the answer says how to write one', (_what, number) => {
    expect(brokenRule(number, 'SE')).toContain('extension');
  });
});

describe("libphonenumber's own parser reads the same", () => {
  const SEPARATORS = ['', ' ', ', ', '\u00a0'];
  const LABELS = [
    'ext',
    'ext.',
    'extn',
    'xtn',
    'extension',
    'extensión',
    'x',
    'x ',
    '#',
    'int',
    'доб',
    'доб.',
    'anexo',
    'ｅｘｔ',
  ];
  const forms = SEPARATORS.flatMap((separator) => LABELS.map((label) => `${separator}${label}12`));

  test.each([...forms, ';ext=12', ',12', ',,12', ';12', ' ext: 12', ' ext.12', ' ext-12'])(
    'in a number with %j',
    (written) => {
      for (const [number, country] of [
        ['+1 202-555-0143', 'US'],
        ['08-123 456 78', 'SE'],
        ['０３ー１２３４ー５６７８', 'JP'],
      ] as const) {
        const theirs = parsePhoneNumberFromString(`${number}${written}`, country);
        expect(theirs?.ext, number).toBe('12');
        expect(read(`${number}${written}`, country)).toMatchObject({ e164: theirs?.number, extension: '12' });
      }
    },
  );

  test.each([
    'tel:+46-8-123-456-78',
    'tel:+46812345678;ext=12',
    'tel:08-123-456-78;phone-context=+46',
    'tel:+46812345678;isub=12',
  ])('in %s', (uri) => {
    const theirs = parsePhoneNumberFromString(uri);
    expect(read(uri)).toMatchObject({ e164: theirs?.number, extension: theirs?.ext ?? null });
  });
});
