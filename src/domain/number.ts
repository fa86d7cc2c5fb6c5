import {
  type CountryCode,
  getCountryCallingCode,
  type NumberType,
  ParseError,
  type PhoneNumber,
  parsePhoneNumberWithError,
} from 'libphonenumber-js/max';
import type { ServiceError } from '../errors.ts';
import { countryCode, countryRule } from './country-code.ts';
import { keepForms } from './number-forms.ts';
import { refusal } from './number-refusal.ts';
import type { PhoneType } from './phone-type.ts';
import type { TenantPolicy } from './policy.ts';
import { readTypedNumber } from './typed-number.ts';

/** A number that may be called. */
export interface ParsedNumber {
  /** Such as `+46812345678`. */
  e164: string;
  /** The number's own country, ISO 3166-1 alpha-2; `001` (the world) for a number of no country. */
  country: string;
  /** libphonenumber's name for the kind of number, such as `FIXED_LINE`. */
  type: string;
  /** For people abroad: `+46 8 123 456 78`. */
  international: string;
  /** What is dialed once the number has answered, 1 to 11 digits, or null. */
  extension: string | null;
}

/**
 * Reads a number as people type it and decides whether it may be called. Pure: no look-ups.
 * @param typed.number with `+` and the country code, or as dialed within `typed.country`
 * @param typed.country ISO 3166-1 alpha-2; needed unless the number starts with `+`
 * @param typed.extension 1 to 11 digits; needed unless the number holds it or there is none
 * @param phoneType whether a mobile may be an office phone is a rule for office phones only
 * @throws ServiceError `number.invalid`, `number.extensionUnsupported`, `number.typeRefused` or
 * `number.countryRefused`, naming `/number` or `/country` and the broken rule; a number appears masked only
 */
export function parseNumber(
  typed: { number: string; country?: string | undefined; extension?: string | undefined },
  policy: Pick<TenantPolicy, 'countries' | 'numberTypes' | 'extension' | 'officePhone'>,
  phoneType: PhoneType = 'office',
): ParsedNumber {
  const { number: text, extension: typedExtension } = readTypedNumber(typed.number);
  const country = readCountry(typed.country);
  if (country === undefined && !text.startsWith('+')) throw countryMissing(text);
  const number = parse(text, country);
  requireSameCountry(number, country);
  requireOneReading(text, number);
  // Each look at the type tries the number against all kinds of numbers of its country.
  const type = number.getType();
  requireAllowedType(number, type, policy.numberTypes);
  if (phoneType === 'office' && policy.officePhone.mobileNumbers === 'refused') requireNoMobile(number, type);
  requireAllowedCountry(number, policy.countries.allowed);
  const extension = oneExtension(typedExtension, typed.extension);
  if (extension !== null && !policy.extension.allowed)
    throw extensionRefused(typedExtension === null ? '/extension' : '/number');
  return {
    e164: number.number,
    country: number.country ?? NO_COUNTRY,
    type: String(type),
    international: keepForms(number, type ?? null).international,
    extension,
  };
}

/** The error for an extension that a phone of this type cannot have; null: it has none, or may have one. */
export function refuseExtension(
  { e164, type, extension }: ParsedNumber,
  phoneType: PhoneType,
): ServiceError | null {
  if (extension === null || (phoneType === 'office' && type !== 'MOBILE')) return null;
  const rule = 'This must be left out: a mobile phone has no extensions.';
  return refusal('number.extensionUnsupported', '/extension', rule, e164);
}

/** libphonenumber's region code for numbers that belong to the world (+800, +870 and so on). */
const NO_COUNTRY = '001';

function readCountry(given: string | undefined): CountryCode | undefined {
  if (given === undefined) return undefined;
  const code = countryCode(given);
  if (code) return code;
  throw refusal('number.invalid', '/country', countryRule(given));
}

function countryMissing(text: string) {
  const rule = 'The country is required, since the number does not start with + and its country code.';
  return refusal('number.invalid', '/country', `${rule}${abroadHint(text)}`);
}

/** Prefixes for calls abroad. None is valid everywhere, so the country must be known, or + be written. */
const ABROAD = ['00', '011', '0011', '010', '810'];

/** How to write a number that is dialed from abroad; empty unless it would then be complete. */
function abroadHint(text: string): string {
  for (const prefix of ABROAD.filter((each) => text.startsWith(each))) {
    const number = parseOrNull(`+${text.slice(prefix.length)}`, undefined);
    const code = number?.countryCallingCode;
    if (number?.isValid()) return ` Write +${code} in place of ${prefix}${code} to call a number abroad.`;
  }
  return '';
}

/** `extract: false`: without it libphonenumber picks a number out of any text around it. */
function parse(text: string, country: CountryCode | undefined): PhoneNumber {
  const number = parseOrNull(text, country);
  // isValid with the full metadata; merely possible numbers include those that are not in use.
  if (number?.isValid() && number.ext === undefined) return number;
  const rule = `This must be a complete number that exists in its country.${abroadHint(text)}`;
  throw refusal('number.invalid', '/number', rule);
}

function parseOrNull(text: string, country: CountryCode | undefined): PhoneNumber | null {
  try {
    return parsePhoneNumberWithError(text, {
      extract: false,
      ...(country ? { defaultCountry: country } : {}),
    });
  } catch (error) {
    if (error instanceof ParseError) return null;
    throw error;
  }
}

/** With a typing error in either of the two, a wrong number abroad would be called. */
function requireSameCountry(number: PhoneNumber, country: CountryCode | undefined): void {
  if (country === undefined || getCountryCallingCode(country) === number.countryCallingCode) return;
  const rule = `The number belongs to +${number.countryCallingCode}, which is not ${country}: give its own country or none.`;
  throw refusal('number.invalid', '/country', rule);
}

/**
 * Browsers and people leave out the +. Where the digits are a number with the country code that they begin with, and
 * another one if they are dialed within the country, neither is guessed.
 */
function requireOneReading(text: string, number: PhoneNumber): void {
  const { countryCallingCode: code, country } = number;
  if (otherReading(text, number) === null) return;
  const rule = `This can be read in two ways: ${code} may be the country code, or the first digits of a number in ${country ?? 'the country'}. Write + in front if it is the code; otherwise write the number in full, as it is dialed within the country.`;
  throw refusal('number.invalid', '/number', rule);
}

function otherReading(text: string, { number, countryCallingCode: code }: PhoneNumber): PhoneNumber | null {
  const digits = text.replaceAll(/\D/g, '');
  if (text.startsWith('+') || !digits.startsWith(code)) return null;
  const abroad = parseOrNull(`+${digits}`, undefined);
  return abroad?.isValid() && abroad.number !== number ? abroad : null;
}

/**
 * Both numbers that somebody may have meant who left out the +, for a page that asks which.
 * @returns E.164 and grouped, first as it is dialed within the country; null: there are not two
 */
export function twoReadings(
  typed: string,
  country: CountryCode,
): Pick<ParsedNumber, 'e164' | 'international'>[] | null {
  const number = parseOrNull(typed, country);
  const other = number?.isValid() ? otherReading(typed, number) : null;
  if (!number || !other) return null;
  return [number, other].map((each) => ({ e164: each.number, international: each.formatInternational() }));
}

/** Satellite numbers are valid mobile numbers to libphonenumber; only the missing country shows what they are. */
function requireAllowedType(number: PhoneNumber, type: NumberType, rules: TenantPolicy['numberTypes']): void {
  if (type === undefined || rules.refused.includes(type)) {
    throw refusal(
      'number.typeRefused',
      '/number',
      `Numbers of the type ${type ?? 'unknown'} are not called.`,
      number.number,
      ANOTHER,
    );
  }
  if (rules.nonGeographicRefused && number.isNonGeographic()) {
    throw refusal(
      'number.typeRefused',
      '/number',
      'Numbers that belong to no country are not called.',
      number.number,
      ANOTHER,
    );
  }
}

/** What to do about a number that the policy does not allow. */
const ANOTHER = 'Use another number, or ask an administrator to change the policy.';

/** Of numbers that may be both, as in the United States, nothing shows which they are. */
function requireNoMobile(number: PhoneNumber, type: NumberType): void {
  if (type !== 'MOBILE') return;
  const rule = 'The policy does not allow mobile numbers as office phones. Give the number of a fixed line.';
  throw refusal('number.typeRefused', '/number', rule, number.number);
}

function requireAllowedCountry(number: PhoneNumber, allowed: string[] | null): void {
  if (allowed === null || (number.country !== undefined && allowed.includes(number.country))) return;
  const rule =
    allowed.length === 0
      ? 'No country is called: the policy allows none, or none that the operator allows.'
      : `Only numbers of these countries are called: ${allowed.join(', ')}.`;
  throw refusal('number.countryRefused', '/number', rule, number.number, ANOTHER);
}

/** Typed after the number or given on its own; if both are given, they must be equal, or the wrong phone would ring. */
function oneExtension(typed: string | null, given: string | undefined): string | null {
  if (given === undefined || typed === null || typed === given) return typed ?? given ?? null;
  throw refusal(
    'number.invalid',
    '/extension',
    'This must be the extension that is written after the number, or be left out.',
  );
}

function extensionRefused(field: '/number' | '/extension') {
  const rule = 'Give the direct number of the phone: the policy does not allow extensions.';
  return refusal('number.extensionUnsupported', field, rule);
}
