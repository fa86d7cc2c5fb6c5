/** Forms of settings as they stand in an environment: always text, read and bounded. Messages never hold values. */
import { z } from 'zod';
import { parseKeyRing } from './secrets/key-ring.ts';
import { parseSigningRing } from './secrets/signing-ring.ts';

/** A whole number within bounds, and what it is when absent. */
export const whole = (least: number, most: number, otherwise: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be between ${least} and ${most}`)
    .default(otherwise);

/** One of some words. */
export const oneOf = <const T extends [string, ...string[]]>(...words: T) =>
  z.enum(words, `must be one of ${words.join(', ')}`);

/** Words with commas between; spaces around them do not matter. `message` is said of all that is wrong with the list. */
export const listOf = <Word extends z.ZodType>(word: Word, message: string) =>
  z.string().transform((text, context): z.output<Word>[] => {
    const words = z.array(word).safeParse(text.split(',').map((each) => each.trim()));
    if (words.success) return words.data;
    context.issues.push({ code: 'custom', message, input: text });
    return z.NEVER;
  });

/** An address with one of some protocols, such as `https:`. */
export const address = (protocols: string[]) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `must be an address that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    );

/**
 * An http or https address to which paths are added, in one spelling: scheme and host in lower case, neither a standard
 * port nor a slash or a dot at the end.
 */
export const baseAddress = z.string().transform((text, context) => {
  const problem = baseAddressProblem(text);
  if (problem === null) return spellAddress(text);
  context.addIssue({ code: 'custom', message: problem });
  return z.NEVER;
});

/** What cannot stay in an address that others are given, and is not for us to leave out either. */
function baseAddressProblem(text: string): string | null {
  if (/[\s\p{Cc}\p{Cf}\\]/u.test(text)) return 'must not have spaces, backslashes or invisible characters';
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text))
    return 'must be an address that starts with https:// or http://';
  if (/[?#]/.test(text)) return 'must not have a query or a fragment, since paths are added to it';
  if (/^\w+:\/\/[^/]*@/.test(text)) return 'must not have a user or a password';
  const { hostname, pathname } = new URL(text);
  if (!/^(\[[0-9a-f:.]+\]|[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?)$/.test(hostname))
    return 'must have the name or address of one host';
  return /\/\/+[^/]/.test(pathname) ? 'must not have empty parts in its path' : null;
}

function spellAddress(text: string): string {
  const address = new URL(text);
  address.hostname = address.hostname.replace(/\.$/, '');
  return `${address.origin}${address.pathname.replace(/\/+$/, '')}`;
}

/** Whether an address is on this machine, so that nobody on a network sees what goes there. */
export function isLoopback(address: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(address).hostname);
}

/** Names of hosts, separated by commas: no port, no scheme. */
export const hostNames = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .refine(
    (names) => names.every((name) => /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?\.?$/.test(name)),
    'must be names of hosts such as web-1 or ops.example, separated by commas, without ports',
  );

/** Text that a rule has nothing against. @param problemOf says what is wrong with it, without repeating it, or null */
export const checked = (problemOf: (text: string) => string | null) =>
  z.string().superRefine((text, context) => {
    const problem = problemOf(text);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  });

/** A secret, with a minimum length against typing errors. */
export const secret = z.string().min(8, 'must have at least 8 characters');

/** A key ring as text; see `secrets/key-ring.ts`. */
export const keyRing = readBy(parseKeyRing);

/** A ring of keys that sign, as text; see `secrets/signing-ring.ts`. */
export const signingRing = readBy(parseSigningRing);

/** Text that can be read. @param read throws an Error that names the entry and the form, never what was given */
function readBy(read: (text: string) => unknown) {
  return checked((text) => {
    try {
      read(text);
      return null;
    } catch (error) {
      return `cannot be read. ${(error as Error).message}`;
    }
  });
}
