import type { CallListInstanceCreateOptions } from 'twilio/lib/rest/api/v2010/account/call.js';
import type { PlaceCallRequest } from '../port.ts';

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
    ...(request.detectMachine ? detectInBackground(webhooks.machine) : {}),
  };
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
