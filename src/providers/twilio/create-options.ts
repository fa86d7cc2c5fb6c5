import type { CallListInstanceCreateOptions } from 'twilio/lib/rest/api/v2010/account/call.js';
import type { Extension } from '../dialogue.ts';
import type { PlaceCallRequest } from '../port.ts';
import type { Profile } from './profiles.ts';

/**
 * What something follows from: the others would be one more request each. That a call was answered is known by the
 * request for its first document. Sent as one repeated parameter (Twilio, Calls).
 */
const EVENTS = ['ringing', 'completed'];

/** What is asked for one call: every webhook by POST, ring time and, where the provider knows one, call time (s) bounded. */
export function createOptions(
  { webhooks, ...request }: PlaceCallRequest,
  { retryFragment, hasTimeLimit }: Profile,
): CallListInstanceCreateOptions {
  return {
    to: request.to,
    from: request.from,
    url: webhooks.answer,
    method: 'POST',
    fallbackUrl: webhooks.fallback,
    fallbackMethod: 'POST',
    statusCallback: webhooks.status + retryFragment,
    statusCallbackMethod: 'POST',
    statusCallbackEvent: EVENTS,
    timeout: request.ringTimeoutS,
    ...(hasTimeLimit ? { timeLimit: request.timeLimitS } : {}),
    // Twilio, SendDigits: with them, machine detection is ignored.
    ...(request.detectMachine && !request.sendDigits
      ? detectInBackground(webhooks.machine + retryFragment)
      : {}),
    ...(request.sendDigits ? { sendDigits: toTones(request.sendDigits) } : {}),
  };
}

/** Twilio, SendDigits: `w` waits half a second; 32 characters at most, which whoever asks has seen to. */
function toTones({ pauseBeforeS, digits, pauseAfterS }: Extension): string {
  const wait = (seconds: number) => 'w'.repeat(Math.round(2 * seconds));
  return `${wait(pauseBeforeS)}${digits}${wait(pauseAfterS)}`;
}

/** Twilio, AsyncAmd: detection that holds nothing up; without it the person hears silence for some seconds. */
function detectInBackground(callback: string): Partial<CallListInstanceCreateOptions> {
  return {
    machineDetection: 'Enable',
    asyncAmd: 'true',
    asyncAmdStatusCallback: callback,
    asyncAmdStatusCallbackMethod: 'POST',
  };
}
