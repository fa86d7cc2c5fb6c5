/** The number that somebody types as their user name. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { countryCode } from './country-code.ts';
import { type ParsedNumber, parseNumber } from './number.ts';
import { refusal } from './number-refusal.ts';
import { mayBeMobile } from './phone-refusal.ts';
import { readTypedNumber } from './typed-number.ts';

/**
 * Of telephones with two numbers in E.164, the one with which mobiles are called. The other one is what people have known
 * by heart for years, and libphonenumber says that it does not exist, or is a landline. `sign_in_key` in migration 0018
 * says the same to the index that keeps them apart, which cannot ask here, and nothing here can wait for the registry.
 * `contracts/sign-in-keys.test.ts` shows that the two agree about every number.
 */
const OLDER_FORMS: readonly { older: Form; called: Form }[] = [
  {
    older: { is: /^\+55(\d\d)([6-9]\d{7})$/, of: '+55$1$2' },
    called: { is: /^\+55(\d\d)9([6-9]\d{7})$/, of: '+55$19$2' },
  },
  { older: { is: /^\+521(\d{10})$/, of: '+521$1' }, called: { is: /^\+52(\d{10})$/, of: '+52$1' } },
  { older: { is: /^\+54(\d{10})$/, of: '+54$1' }, called: { is: /^\+549(\d{10})$/, of: '+549$1' } },
];

/** A form of a number, E.164: what is one, and how it is written with the groups of the other one. */
interface Form {
  is: RegExp;
  of: string;
}

/**
 * Reads the number with which somebody signs in, in any of its forms. Nothing is known of it here.
 * @param typed as for `parseNumber`
 * @throws ServiceError `number.invalid`, `number.typeRefused`, `number.countryRefused` or `number.extensionUnsupported`,
 * naming the field and the broken rule
 */
export function parseSignInNumber(
  typed: { number: string; country?: string | undefined },
  policy: Parameters<typeof parseNumber>[1],
): ParsedNumber {
  const parsed = parseNumber({ ...typed, number: calledForm(typed) ?? typed.number }, policy, 'mobile');
  if (parsed.extension !== null)
    throw refusal(
      'number.extensionUnsupported',
      '/number',
      'This must have no extension: it is a mobile phone.',
    );
  if (mayBeMobile(parsed)) return parsed;
  const rule = 'This is not the number of a mobile phone, and people sign in with those only.';
  throw refusal('number.typeRefused', '/number', rule, parsed.e164);
}

/**
 * The number with which the mobile is called, E.164; null: it is that one already, or no number that can be read.
 * @throws ServiceError `number.invalid` for what cannot be a number
 */
export function calledForm({ number, country }: Parameters<typeof parseSignInNumber>[0]): string | null {
  const { number: text, extension } = readTypedNumber(number);
  const defaultCountry = country === undefined ? undefined : countryCode(country);
  if (extension !== null || (defaultCountry === undefined && !text.startsWith('+'))) return null;
  const read = parsePhoneNumberFromString(text, {
    extract: false,
    ...(defaultCountry ? { defaultCountry } : {}),
  });
  const called = calledFormOf(read?.number ?? '');
  return read === undefined || called === read.number ? null : called;
}

/** The number with which the mobile of a number (E.164) is called. */
export function calledFormOf(e164: string): string {
  const { older, called } = OLDER_FORMS.find((forms) => forms.older.is.test(e164)) ?? {};
  return older && called ? e164.replace(older.is, called.of) : e164;
}

/** All numbers (E.164) that may be the telephone of a number, itself first; most have one. */
export function formsOf(e164: string): string[] {
  const others = OLDER_FORMS.flatMap(({ older, called }) => [
    ...(older.is.test(e164) ? [e164.replace(older.is, called.of)] : []),
    ...(called.is.test(e164) ? [e164.replace(called.is, older.of)] : []),
  ]);
  return [e164, ...others];
}
