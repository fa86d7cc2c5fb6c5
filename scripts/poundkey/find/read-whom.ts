import { UserId } from '../../../src/api.ts';
import { anyNumber } from '../../../src/domain/any-number.ts';
import { maskNumber } from '../../../src/domain/mask-number.ts';
import { formsOf } from '../../../src/domain/sign-in-number.ts';
import { UsageError } from '../command.ts';

/** Who or what is looked for. One text may be both a user's id and a number. */
export interface Whom {
  userId: string | null;
  /** E.164, each that the text may stand for, in every form that it has. */
  numbers: string[];
  /** As it may be printed: a number is masked. */
  shown: string;
}

/**
 * Reads a user's id, or a number in any form.
 * @param countries where a number without a country code may belong to, ISO 3166-1 alpha-2
 * @throws UsageError when it can be neither
 */
export function readWhom(text: string, countries: readonly string[]): Whom {
  const found = [undefined, ...countries].map((country) => numberIn(text, country));
  const numbers = [...new Set(found.flatMap((number) => (number === null ? [] : formsOf(number))))];
  const userId = UserId.safeParse(text).data ?? null;
  const masked = [...new Set(numbers.map(maskNumber))];
  if (masked.length > 0) return { userId, numbers, shown: `the number ${masked.join(' or ')}` };
  if (userId !== null) return { userId, numbers, shown: `the user ${userId}` };
  throw new UsageError(
    'USER|NUMBER: This is neither the id of a user nor a number that exists. Write the number with + and its country code.',
  );
}

/** What is printed in place of the user of a sign-in by number of which nobody gets a text. */
export const NOBODY = '(nobody)';

/** A user's id as it may be printed: some backends take the phone number for it. A number may be nobody's. */
export function shownUser(userId: string): string {
  if (userId === '') return NOBODY;
  const number = numberIn(userId, undefined);
  return number === null ? userId : maskNumber(number);
}

function numberIn(text: string, country: string | undefined): string | null {
  return anyNumber({ number: text.replace(/^00(?=[1-9])/, '+'), country });
}
