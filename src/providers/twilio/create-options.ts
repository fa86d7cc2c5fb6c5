import type { CallListInstanceCreateOptions } from 'twilio/lib/rest/api/v2010/account/call.js';
import type { PlaceCallRequest, SendDigits } from '../port.ts';

/** Twilio, Calls: without events only `completed` is reported; they are sent as one repeated parameter. */
const EVENTS = ['initiated', 'ringing', 'answered', 'completed'];

/** What Twilio is asked for one call: every webhook by POST, ring time and call time (s) always bounded. */
export function createOptions({ webhooks, ...request }: PlaceCallRequest): CallListInstanceCreateOptions {
  return {
    to: request.to,
    from: request.from,
    url: webhooks.answer,
    method: 'POST',
    fallbackUrl: webhooks.fallback,
    fallbackMethod: 'POST',
    statusCallback: webhooks.status,
    statusCallbackMethod: 'POST',
    statusCallbackEvent: EVENTS,
    timeout: request.ringTimeoutS,
    timeLimit: request.timeLimitS,
    // Twilio, SendDigits: with them, machine detection is ignored.
    ...(request.detectMachine && !request.sendDigits ? detectInBackground(webhooks.machine) : {}),
    ...(request.sendDigits ? { sendDigits: toTones(request.sendDigits) } : {}),
  };
}

/** Twilio, SendDigits: `w` waits half a second; 32 characters at most, which whoever asks has seen to. */
function toTones({ pauseBeforeS, digits, pauseAfterS }: SendDigits): string {
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
