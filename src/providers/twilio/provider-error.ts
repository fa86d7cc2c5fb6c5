import { ProviderError } from '../port.ts';
import { errorCodeOf, type Failure, readFailure } from './read-failure.ts';
import { knownCode } from './text-codes.ts';

/**
 * What a request threw as an error that is safe to log; `action` as for `providerError`. Never the thrown error itself,
 * not even as a cause: it holds the credentials and the numbers.
 */
export function safeError(action: string, thrown: unknown): ProviderError {
  return thrown instanceof ProviderError ? thrown : providerError(action, readFailure(thrown));
}

/** An error that says what could not be done (`action`, an infinitive such as "fetch a call") and why, in words that are safe to log. */
function providerError(action: string, failure: Failure): ProviderError {
  return new ProviderError(
    `Could not ${action}: ${reasonOf(failure)}. ${adviceOn(failure)}`,
    errorCodeOf(failure),
  );
}

/** An answer that arrived but is not what is documented; `expected` says what it should have been. */
export function badAnswer(expected: string): ProviderError {
  return new ProviderError(
    `The provider's answer makes no sense: expected ${expected}. Check that the API base URL leads to the provider`,
    'badAnswer',
  );
}

function reasonOf({ httpStatus, twilioCode, socketError }: Failure): string {
  if (socketError !== null) return `the provider gave no answer (${socketError})`;
  if (httpStatus === null) return 'the answer of the provider cannot be read';
  if (twilioCode === null) return `the provider answered HTTP ${httpStatus} without an error code`;
  const meaning = knownCode(twilioCode)?.meaning ?? 'see the error dictionary of the provider';
  return `the provider answered HTTP ${httpStatus}, error ${twilioCode}: ${meaning}`;
}

/** Whether the provider answered and will not do it, however often it is asked. */
export function isRefusal({ httpStatus }: Failure): boolean {
  return httpStatus !== null && httpStatus < 500 && httpStatus !== 408 && httpStatus !== 429;
}

function adviceOn(failure: Failure): string {
  return isRefusal(failure) ? 'Check the account, its credentials and the API base URL' : 'Ask again later';
}
