import { describe, expect, test } from 'vitest';
import { maskNumber } from '../../../src/domain/mask-number.ts';
import { parseNumber } from '../../../src/domain/number.ts';
import { parsePolicy } from '../../../src/domain/policy.ts';
import { ServiceError } from '../../../src/errors.ts';

const defaults = parsePolicy({}, 'Contoso');
const everything = parsePolicy({ numberTypes: { refused: [], nonGeographicRefused: false } }, 'Contoso');

function refusalOf(number: string, country?: string, policy = defaults): ServiceError {
  try {
    parseNumber({ number, country }, policy);
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
  throw new Error(`${number} was not refused`);
}

describe('the detail of a refusal', () => {
  test.each([
    ['12', 'SE', 'The number cannot be used. It must be a complete number that exists in its country.'],
    ['08-12345678', undefined, 'The number cannot be used. The country is required, since '],
  ])('of %s in %s says what each rule is about', (number, country, detail) => {
    expect(refusalOf(number, country).message).toContain(detail);
  });
});

describe('a hint at what may be meant', () => {
  test.each([
    ['0046 8 123 456 78', undefined, 'Write +46 in place of 0046 '],
    ['00 46 8 123 456 78', undefined, 'Write +46 in place of 0046 '],
    ['011 46 8 123 456 78', undefined, 'Write +46 in place of 01146 '],
    ['0011 46 8 123 456 78', undefined, 'Write +46 in place of 001146 '],
    ['010 46 8 123 456 78', undefined, 'Write +46 in place of 01046 '],
    ['810 46 8 123 456 78', undefined, 'Write +46 in place of 81046 '],
    ['0046 8 123 456 78', 'US', 'Write +46 in place of 0046 '],
    ['011 46 8 123 456 78', 'SE', 'Write +46 in place of 01146 '],
    ['020 7946 0123', 'UK', 'Did you mean GB?'],
    ['020 7946 0123', 'uk', 'Did you mean GB?'],
    ['020 7946 0123', 'EN', 'Did you mean GB?'],
    ['21 0123 4567', 'EL', 'Did you mean GR?'],
    ['03-1234-5678', 'JA', 'Did you mean JP?'],
    ['08-123 456 78', 'Sweden', 'Did you mean SE?'],
    ['020 7946 0123', 'united kingdom', 'Did you mean GB?'],
  ])('is given for %s in %s', (number, country, hint) => {
    expect(refusalOf(number, country).problems[0]?.rule).toContain(hint);
  });

  test.each([
    ['08-123 456 78', undefined],
    ['00 12', undefined],
    ['020 7946 0123', 'ZZ'],
  ])('is not given for %s in %s', (number, country) => {
    expect(refusalOf(number, country).problems[0]?.rule).not.toMatch(/Did you mean|in place of/);
  });
});

describe('a number that may be called', () => {
  test.each([
    // number as typed, country, E.164, country of the number, type
    ['+442079460123', undefined, '+442079460123', 'GB', 'FIXED_LINE'],
    ['+12025550123', undefined, '+12025550123', 'US', 'FIXED_LINE_OR_MOBILE'],
    ['+1 (202) 555-0123', 'US', '+12025550123', 'US', 'FIXED_LINE_OR_MOBILE'],
    ['+46 8 123 456 78', undefined, '+46812345678', 'SE', 'FIXED_LINE'],
    ['+46 8 123 456 78', 'SE', '+46812345678', 'SE', 'FIXED_LINE'],
    ['08-123 456 78', 'SE', '+46812345678', 'SE', 'FIXED_LINE'],
    ['08-123 456 78', 'se', '+46812345678', 'SE', 'FIXED_LINE'],
    ['  08-123 456 78  ', 'SE', '+46812345678', 'SE', 'FIXED_LINE'],
    ['+46 (0)8 123 456 78', undefined, '+46812345678', 'SE', 'FIXED_LINE'],
    ['0046 8 123 456 78', 'SE', '+46812345678', 'SE', 'FIXED_LINE'],
    ['011 1 202 555 0123', 'US', '+12025550123', 'US', 'FIXED_LINE_OR_MOBILE'],
    ['+46\u00a08\u2011123\u00a0456\u00a078', undefined, '+46812345678', 'SE', 'FIXED_LINE'],
    ['＋４６８１２３４５６７８', undefined, '+46812345678', 'SE', 'FIXED_LINE'],
    ['０８－１２３４５６７８', 'SE', '+46812345678', 'SE', 'FIXED_LINE'],
    ['+٤٦٨١٢٣٤٥٦٧٨', undefined, '+46812345678', 'SE', 'FIXED_LINE'],
    ['010-123 45 67', 'SE', '+46101234567', 'SE', 'UAN'],
    ['030/1234567', 'DE', '+49301234567', 'DE', 'FIXED_LINE'],
    ['06 12345678', 'IT', '+390612345678', 'IT', 'FIXED_LINE'],
    ['070-123 45 67', 'SE', '+46701234567', 'SE', 'MOBILE'],
    // Guernsey shares +44 with GB: the same phone rings, and the number's own country is told.
    ['07911 123456', 'GB', '+447911123456', 'GG', 'MOBILE'],
  ])('reads %j (%s) as %s', (number, country, e164, own, type) => {
    expect(parseNumber({ number, country }, defaults)).toMatchObject({ e164, country: own, type });
  });

  test('is also given as people write it', () => {
    expect(parseNumber({ number: '+46812345678' }, defaults)).toMatchObject({
      international: '+46 8 123 456 78',
    });
  });
});

describe('a number that nobody can call', () => {
  test.each([
    ['nothing', ''],
    ['a word', 'hello'],
    ['a vanity number', '+1-800-FLOWERS'],
    ['letters among digits', '+46 8 TAXI 1234'],
    ['a number inside text', 'call me at +46812345678 thanks'],
    ['another URI', 'sip:+46812345678@example.com'],
    ['a # at the end', '+46812345678#'],
    ['67# after a space, which would eat a group of digits', '+46-70-123 45 67#'],
    ['a * at the end', '+46812345678*'],
    ['digits after a *', '+4681234567*12'],
    ['a service code with #', '#31#0812345678'],
    ['a service code with *', '*31*0812345678'],
    ['a second + in the middle', '+46+812345678'],
    ['a digit before the +', '7+46812345678'],
    ['+ and 00 together', '+0046812345678'],
    ['a second ending after a slash', '+43 1 234567/89'],
    ['more than 250 characters', `+46${' '.repeat(250)}812345678`],
    ['250 digits', `+${'4'.repeat(249)}`],
    ['too few digits', '+4681'],
    ['too many digits', '+468123456781'],
    ['an emergency number', '+46112'],
    ['the drama mobiles of Ofcom', '+447700900123'],
    ['an unused country code', '+999123456789'],
    ['a NUL character', '+46812345678\u0000'],
    ['half of a surrogate pair', '+46812345678\ud800'],
    ['an emoji', '+46812345678📞'],
    ['Chinese numerals', '+四六八一二三四五六七八'],
  ])('is refused: %s', (_what, number) => {
    const refusal = refusalOf(number);
    expect(refusal.code).toBe('number.invalid');
    expect(refusal.problems).toEqual([{ field: '/number', rule: expect.stringMatching(/^This must .*\.$/) }]);
  });

  test.each([
    ['a service code', '#31#0812345678'],
    ['a # at the end', '08-123 456 78#'],
    ['a letter', '08-TAXI1234'],
    ['the international prefix of another country', '00 46 8 123 456 78'],
  ])('is refused at /number although the country is known: %s', (_what, number) => {
    expect(refusalOf(number, 'US')).toMatchObject({
      code: 'number.invalid',
      problems: [{ field: '/number' }],
    });
  });
});

describe('an extension', () => {
  test.each([
    ['+46812345678 ext. 1234', '1234'],
    ['+46812345678 ext 1234', '1234'],
    ['+46812345678 extension 1234', '1234'],
    ['+46812345678 Extn 12', '12'],
    ['+46812345678 extensión 12', '12'],
    ['+46812345678x1234', '1234'],
    ['+46812345678 x 1234', '1234'],
    ['+46812345678#1234', '1234'],
    ['+46812345678 #12', '12'],
    ['+46812345678;ext=1234', '1234'],
    ['+46812345678 int 12', '12'],
    ['+46812345678 int. 12', '12'],
    ['+46812345678 доб. 12', '12'],
    ['+46812345678,1234', '1234'],
    ['+46812345678,,1234', '1234'],
    ['+46812345678;12', '12'],
    ['+46812345678p12', '12'],
    ['+46812345678w12', '12'],
    ['+46812345678 x0', '0'],
    ['+46812345678 x0012', '0012'],
    ['+46812345678 x12345678901', '12345678901'],
    ['+46 8 123 456 78 anknytning 12', '12'],
    ['+46 8 123 456 78, ankn. 12', '12'],
    ['+46 8 123 456 78 ankn 12', '12'],
    ['+46 8 123 456 78 ANKN: 12', '12'],
    ['+46 8 123 456 78 anx 12', '12'],
    ['+46 8 123 456 78 - ext 12', '12'],
    ['＋４６８１２３４５６７８ｘ１２', '12'],
    ['+46812345678 x ٣٤', '34'],
  ])('is read in %j as %s, apart from the number', (number, extension) => {
    expect(parseNumber({ number }, defaults)).toMatchObject({
      e164: '+46812345678',
      international: '+46 8 123 456 78',
      extension,
    });
  });

  test('may be given on its own, or in both places alike', () => {
    const number = '08-123 456 78';
    expect(parseNumber({ number, country: 'SE', extension: '007' }, defaults).extension).toBe('007');
    const both = { number: `${number} ankn. 12`, country: 'SE', extension: '12' };
    expect(parseNumber(both, defaults).extension).toBe('12');
    expect(parseNumber({ number, country: 'SE' }, defaults).extension).toBeNull();
  });

  test.each([
    ['1234', '4321'],
    ['12', '012'],
    ['12', '123'],
  ])('is refused when %s stands after the number and %s on its own', (typed, extension) => {
    const refuse = () => parseNumber({ number: `+46812345678x${typed}`, extension }, defaults);
    expect(refuse).toThrow(expect.objectContaining({ code: 'number.invalid', status: 422 }));
    expect(refuse).toThrow(
      expect.objectContaining({ problems: [{ field: '/extension', rule: expect.any(String) }] }),
    );
  });

  test.each([
    ['nothing after x', '+46812345678x'],
    ['nothing after a word', '+46812345678 ankn.'],
    ['nothing after a pause', '+46812345678,'],
    ['a # after it', '+46812345678,,1234#'],
    ['a * in it', '+46812345678x12*34'],
    ['a letter in it', '+46812345678 ext 12b'],
    ['a space in it', '+46812345678 ext 12 34'],
    ['another one', '+46812345678 x12 x13'],
    ['12 digits', '+46812345678x123456789012'],
    ['8 digits after a #, which may be a service code', '+46812345678#12345678'],
    ['a plus', '+46812345678 ext +46812345678'],
    ['no number before it', 'x1234'],
    ['a word for the number', 'switchboard x1234'],
    ['a service code before it', '#31#1234567'],
    ['another extension in a tel: URI', 'tel:+46812345678x12;ext=12'],
    ['a number that is too short before it', '+4681x1234'],
    ['an unknown word before it', '+46812345678 door 12'],
    ['Chinese numerals', '+46812345678x一二'],
    ['a line break in it', '+46812345678x12\n34'],
  ])('is refused with %s', (_what, number) => {
    expect(refusalOf(number)).toMatchObject({ code: 'number.invalid', problems: [{ field: '/number' }] });
  });

  test.each([
    ['/number', { number: '+46812345678 ankn. 12' }],
    ['/number', { number: '+46812345678 ankn. 12', extension: '12' }],
    ['/extension', { number: '+46812345678', extension: '12' }],
  ])('is refused at %s where the policy does not allow it', (field, typed) => {
    const direct = parsePolicy({ extension: { allowed: false } }, 'Contoso');
    expect(() => parseNumber(typed, direct)).toThrow(
      expect.objectContaining({
        code: 'number.extensionUnsupported',
        problems: [{ field, rule: expect.stringContaining('direct number') }],
      }),
    );
    expect(parseNumber({ number: '+46812345678' }, direct).extension).toBeNull();
  });
});

describe('the country', () => {
  test.each([
    ['a national number without one', '08-123 456 78', undefined],
    ['00 without one, since it is not the prefix everywhere', '0046812345678', undefined],
    ['three letters', '08-123 456 78', 'SWE'],
    ['no code at all', '08-123 456 78', 'Sweden'],
    ['a code that does not exist', '+46812345678', 'ZZ'],
    ['UK, which is GB', '020 7946 0123', 'UK'],
    ['an empty one', '08-123 456 78', ''],
    ['another than that of the number', '+46 8 123 456 78', 'US'],
    ['another than that of a number with 00', '0044 20 7946 0123', 'SE'],
  ])('is refused: %s', (_what, number, country) => {
    expect(refusalOf(number, country)).toMatchObject({
      code: 'number.invalid',
      problems: [{ field: '/country' }],
    });
  });

  test('is held against the list of allowed countries', () => {
    const swedish = parsePolicy({ countries: { allowed: ['SE', 'FI'] } }, 'Contoso');
    expect(parseNumber({ number: '+46812345678' }, swedish).country).toBe('SE');
    expect(refusalOf('+442079460123', undefined, swedish)).toMatchObject({
      code: 'number.countryRefused',
      status: 422,
      problems: [{ field: '/number', rule: 'Only numbers of these countries are called: SE, FI.' }],
    });
  });

  test.each([
    ['+18095551234', 'DO'],
    ['+18765551234', 'JM'],
    ['+12684601234', 'AG'],
  ])('of %s is %s, not US', (number, country) => {
    expect(parseNumber({ number }, defaults).country).toBe(country);
    const american = parsePolicy({ countries: { allowed: ['US'] } }, 'Contoso');
    expect(refusalOf(number, 'US', american).code).toBe('number.countryRefused');
  });

  test('is 001 for a number of no country, which no list allows', () => {
    expect(parseNumber({ number: '+870773111632' }, everything).country).toBe('001');
    const listed = parsePolicy(
      { numberTypes: { nonGeographicRefused: false }, countries: { allowed: ['SE'] } },
      'Contoso',
    );
    expect(refusalOf('+870773111632', undefined, listed).code).toBe('number.countryRefused');
  });
});

describe('the type', () => {
  test.each([
    // Numbers of the kinds that were tried: Sweden, Britain, Germany, the Baltics, Norway, Italy, Spain, +1.
    ['0900-123 45 67', 'SE', 'PREMIUM_RATE'],
    ['0939-123 45 67', 'SE', 'PREMIUM_RATE'],
    ['0944-123 45 67', 'SE', 'PREMIUM_RATE'],
    ['077-179 33 36', 'SE', 'SHARED_COST'],
    ['020-12 34 56', 'SE', 'TOLL_FREE'],
    ['075-123 45 67', 'SE', 'PERSONAL_NUMBER'],
    ['074-023 45 67', 'SE', 'PAGER'],
    ['070 1234 5678', 'GB', 'PERSONAL_NUMBER'],
    ['0909 879 0123', 'GB', 'PREMIUM_RATE'],
    ['0800 1111', 'GB', 'TOLL_FREE'],
    ['0899 123456', 'FR', 'PREMIUM_RATE'],
    ['0900 1 123456', 'DE', 'PREMIUM_RATE'],
    ['0180 1 123456', 'DE', 'SHARED_COST'],
    ['902 123 456', 'ES', 'SHARED_COST'],
    ['+1 900 555 0123', undefined, 'PREMIUM_RATE'],
    ['+1 500 555 1234', undefined, 'PERSONAL_NUMBER'],
    ['+1 800 555 1234', undefined, 'TOLL_FREE'],
  ])('of %j (%s) is refused as %s', (number, country, type) => {
    expect(parseNumber({ number, country }, everything).type).toBe(type);
    expect(refusalOf(number, country)).toMatchObject({
      code: 'number.typeRefused',
      problems: [{ field: '/number', rule: `Numbers of the type ${type} are not called.` }],
    });
  });

  test.each([
    ['a satellite that looks like a mobile', '+870773111632'],
    ['a network of no country', '+8821612345678'],
    ['another network of no country', '+883510012345'],
    ['international toll free', '+80012345678'],
    ['international premium', '+979123456789'],
    ['international shared cost', '+80812345678'],
    ['a universal access number', '+88812345678901'],
  ])('is refused: %s', (_what, number) => {
    expect(refusalOf(number).code).toBe('number.typeRefused');
    const typesAllowed = parsePolicy({ numberTypes: { refused: [] } }, 'Contoso');
    expect(refusalOf(number, undefined, typesAllowed).problems).toEqual([
      { field: '/number', rule: 'Numbers that belong to no country are not called.' },
    ]);
  });

  test('can be allowed by the policy, or refused further', () => {
    const policy = parsePolicy({ numberTypes: { refused: ['MOBILE'] } }, 'Contoso');
    expect(parseNumber({ number: '020-12 34 56', country: 'SE' }, policy).type).toBe('TOLL_FREE');
    expect(refusalOf('070-123 45 67', 'SE', policy).code).toBe('number.typeRefused');
  });
});

describe('what an error says', () => {
  test.each([
    ['+46 900 123 45 67', undefined],
    ['+46 8 123 456 78 ext 12345b', undefined],
    ['+46 8 123 456 78', 'US'],
    ['+46 8 123 456 78 99 99', undefined],
    ['08-123 456 78', undefined],
  ])('never holds the number %j', (number, country) => {
    const refusal = refusalOf(number, country);
    const told = JSON.stringify([refusal.message, refusal.problems, refusal.cause ?? null]).replaceAll(
      /[^\d]/g,
      '',
    );
    expect(told).not.toContain('12345');
  });

  test('shows an understood number masked', () => {
    expect(refusalOf('+46 900 123 45 67').message).toContain('+46 ••• 67');
  });
});

describe('a masked number', () => {
  test.each([
    ['+46812345678', '+46 ••• 78'],
    ['+442079460123', '+44 ••• 23'],
    ['+12025550123', '+1 ••• 23'],
    ['+870773111632', '+870 ••• 32'],
    ['12', '•••'],
    ['', '•••'],
  ])('of %j is %s', (number, masked) => {
    expect(maskNumber(number)).toBe(masked);
  });
});
