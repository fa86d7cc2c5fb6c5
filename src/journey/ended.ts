import { ServiceError } from '../errors.ts';

const WORDS = {
  verification: { code: 'verification.alreadyDecided', name: 'verification' },
  signIn: { code: 'signIn.alreadyDecided', name: 'sign-in' },
} as const;

/**
 * The error for a verification, or a sign-in by number, that has ended.
 * @param how it ended, as it is told
 * @param next what cannot be done any more, and what to do instead: a sentence or two
 */
export function hasEnded(what: keyof typeof WORDS, how: string, next: string): ServiceError {
  const { code, name } = WORDS[what];
  return new ServiceError(code, `The ${name} has ended (${how}). ${next}`);
}
