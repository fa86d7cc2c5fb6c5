import type { Explanation } from '../../domain/explanation.ts';
import type { TextReason } from '../text-port.ts';
import { ERROR_CODES, type Verdict } from './error-codes.ts';
import { TEXT_CODES } from './text-codes.ts';

const CREDENTIALS =
  'Compare TWILIO_ACCOUNT_SID and the auth token or API key (SIGNALWIRE_PROJECT_ID and SIGNALWIRE_API_TOKEN) with the console of the provider, then restart. All calls and texts fail until then.';
const ACCOUNT =
  'Look into the console of the provider: is the account suspended, closed or without balance? All calls and texts fail until that is settled there.';
const GEO =
  'Switch the country on in the console of the provider (Voice, Geographic permissions), or take it out of the policy (countries.allowed) if it is not to be called.';
const LINE =
  'Compare CALLER_LINE and CALLER_LINES with the numbers in the console of the provider: each must belong to this account or be verified there. All calls and texts from this number fail until then.';
const ADDRESS = 'Check PUBLIC_URL: npm run poundkey -- check asks it and says what is wrong.';
const TYPED =
  'Nothing is wrong with Poundkey. Ask the user for the number again, and whether it can be called from another phone.';
const NOT_CALLED =
  'The provider refuses this number for good. Ask the user for another number; if many are refused, ask the support of the provider.';
const TOO_FAST =
  'It is tried again by itself. If it happens often, ask the provider for more calls per second, or lower CALLS_PER_SECOND or LIVE_CALLS to what it allows.';
const OURS =
  'This is an error in what Poundkey sends: report it with the id of the verification. All calls may fail until it is mended.';

/** What to do about codes for which their kind says too little. */
const ACTIONS: Readonly<Record<number, string>> = {
  10001: ACCOUNT,
  20003: CREDENTIALS,
  20005: ACCOUNT,
  20006: CREDENTIALS,
  20403: CREDENTIALS,
  20404:
    'Check TWILIO_ACCOUNT_SID and TWILIO_API_BASE_URL (SIGNALWIRE_SPACE_URL): the provider does not know this account at this address.',
  13227: GEO,
  21203: GEO,
  21215: GEO,
  21205: ADDRESS,
  21609: ADDRESS,
  21210: LINE,
  21212: LINE,
  21213: LINE,
  21219:
    'Upgrade the account in the console of the provider, or verify the number there. A trial account cannot call anybody else.',
  22005:
    'Ask the support of the provider: more than a day of calls waits there. New calls are tried again by themselves.',
  30010: 'Raise SIGNALWIRE_MAX_PRICE_PER_MINUTE, if such expensive numbers are to be called.',
};

/** The code of a provider in words; null for one that is not in the table. */
export function explainCode(code: string): Explanation | null {
  const text = TEXT_CODES.get(Number(code));
  if (text !== undefined) return { meaning: text.meaning, action: text.action };
  const row = ERROR_CODES.get(Number(code));
  if (row === undefined) return null;
  return { meaning: row.meaning, action: ACTIONS[Number(code)] ?? actionFor(row.verdict) };
}

/** What a person must know of a code of a text; null: no more than that the text failed. */
export function reasonOf(code: string): TextReason | null {
  return TEXT_CODES.get(Number(code))?.reason ?? null;
}

/** All codes of both tables. */
export const EXPLAINED_CODES: readonly string[] = [...ERROR_CODES.keys(), ...TEXT_CODES.keys()]
  .sort((a, b) => a - b)
  .map(String);

function actionFor(verdict: Verdict): string {
  if (verdict.kind === 'tryLater') return TOO_FAST;
  if (verdict.kind === 'unknown')
    return 'Poundkey looks for the call or text and tries again by itself. If it goes on, look at the status page of the provider.';
  if (verdict.outcome === 'providerError') return OURS;
  return verdict.outcome === 'blocked' ? NOT_CALLED : TYPED;
}
