import { PhoneNetworkError } from '../port.ts';
import { ERROR_CODES } from './error-codes.ts';
import { errorCodeOf, type Failure } from './read-failure.ts';

/** An error that says what could not be done (`action`, an infinitive such as "fetch a call") and why, in words that are safe to log. */
export function networkError(action: string, failure: Failure): PhoneNetworkError {
  return new PhoneNetworkError(
    `Could not ${action}: ${reasonOf(failure)}. ${adviceOn(failure)}`,
    errorCodeOf(failure),
  );
}

/** An answer that arrived but is not what Twilio documents; `expected` says what it should have been. */
export function badAnswer(expected: string): PhoneNetworkError {
  return new PhoneNetworkError(
    `The phone network's answer makes no sense: expected ${expected}. Check that the API base URL leads to Twilio`,
    'badAnswer',
  );
}

function reasonOf({ httpStatus, twilioCode, socketError }: Failure): string {
  if (socketError !== null) return `the phone network gave no answer (${socketError})`;
  if (httpStatus === null) return 'the answer of the phone network cannot be read';
  if (twilioCode === null) return `the phone network answered HTTP ${httpStatus} without an error code`;
  const meaning = ERROR_CODES.get(twilioCode)?.meaning ?? 'see the error dictionary of the network';
  return `the phone network answered HTTP ${httpStatus}, error ${twilioCode}: ${meaning}`;
}

/** Whether the network answered and will not do it, however often it is asked. */
export function isRefusal({ httpStatus }: Failure): boolean {
  return httpStatus !== null && httpStatus < 500 && httpStatus !== 408 && httpStatus !== 429;
}

function adviceOn(failure: Failure): string {
  return isRefusal(failure) ? 'Check the account, its credentials and the API base URL' : 'Ask again later';
}
