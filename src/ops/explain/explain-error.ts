import type { Explanation } from '../../domain/explanation.ts';
import { ERRORS, type ErrorCode } from '../../errors.ts';
import { EXPLAINED_CODES, explainCode } from '../../providers/explain-code.ts';
import { NETWORK_ERRORS, OWN_ERRORS } from './own-error-codes.ts';
import { REFUSAL_ACTIONS } from './refusal-actions.ts';

/**
 * What an error code means and what an operator does about it: a code of a provider, one of ours, an HTTP status, the
 * name of a socket error, or the code of a problem that the API answers. Every code has an explanation.
 */
export function explainError(code: string): Explanation {
  return (
    explainCode(code) ??
    known(OWN_ERRORS, code) ??
    refusal(code) ??
    known(NETWORK_ERRORS, code) ??
    other(code)
  );
}

/** The same as one text for a log line. */
export function meaningOf(code: string): string {
  const { meaning, action } = explainError(code);
  return `${meaning}. ${action}`;
}

/** Every code that has an explanation of its own, by kind. */
export const ALL_EXPLAINED: Readonly<Record<string, readonly string[]>> = {
  'Refused requests': Object.keys(REFUSAL_ACTIONS),
  "Poundkey's own codes": Object.keys(OWN_ERRORS),
  'Connections and HTTP': Object.keys(NETWORK_ERRORS),
  'Codes of providers': EXPLAINED_CODES,
};

function known(table: Readonly<Record<string, Explanation>>, code: string): Explanation | null {
  return Object.hasOwn(table, code) ? (table[code] ?? null) : null;
}

function refusal(code: string): Explanation | null {
  if (!Object.hasOwn(ERRORS, code)) return null;
  const { title } = ERRORS[code as ErrorCode];
  const action =
    REFUSAL_ACTIONS[code as ErrorCode] ?? 'The answer to the request says what to do (field detail).';
  return { meaning: title.charAt(0).toLowerCase() + title.slice(1), action };
}

function other(code: string): Explanation {
  if (/^5\d\d$/.test(code))
    return {
      meaning: `the provider, or a proxy before it, answered HTTP ${code}`,
      action:
        'Poundkey looks for the call and tries again by itself. If it goes on, look at the status page of the provider.',
    };
  if (/^4\d\d$/.test(code))
    return {
      meaning: `the provider, or a proxy before it, answered HTTP ${code} without an error code`,
      action:
        'Check the address of the API (TWILIO_API_BASE_URL, SIGNALWIRE_SPACE_URL) and proxies on the way: npm run poundkey -- check asks the provider.',
    };
  if (/^E[A-Z0-9_]+$/.test(code))
    return {
      meaning: `the connection to the provider failed (${code})`,
      action:
        'Check DNS, firewalls and proxies between Poundkey and the provider: npm run poundkey -- check asks the provider.',
    };
  return {
    meaning: `the provider reported ${code}`,
    action:
      "Look the code up in the provider's list of errors (Twilio: www.twilio.com/docs/api/errors), and into its console for the call.",
  };
}
