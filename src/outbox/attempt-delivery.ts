import type { Clock } from '../platform/clock.ts';
import type { PostMessage } from './post-message.ts';
import { AddressRefused } from './public-address.ts';
import type { SignMessage } from './sign-message.ts';
import type { ClaimedMessage } from './written-message.ts';

/** Why an attempt failed, without secrets or addresses, and whether trying again can help. */
interface DeliveryFailure {
  reason: string;
  final: boolean;
}

/** Tries to deliver one message, once. Null: the receiver has it. */
export type AttemptDelivery = (message: ClaimedMessage) => Promise<DeliveryFailure | null>;

/** Only an answer of 2xx is success. 410 means: no more attempts (Standard Webhooks, "Delivery and retries"). */
export function createAttemptDelivery(deps: {
  post: PostMessage;
  sign: SignMessage;
  clock: Clock;
}): AttemptDelivery {
  return async (message) => {
    if (message.url === null) return { reason: 'The tenant has no webhook endpoint.', final: true };
    try {
      const { headers, body } = deps.sign(message, deps.clock.now());
      return failureOf(await deps.post(message.url, headers, body));
    } catch (error) {
      return { reason: reasonOf(error), final: false };
    }
  };
}

function failureOf(status: number): DeliveryFailure | null {
  if (status >= 200 && status < 300) return null;
  if (status === 410) return { reason: 'The endpoint answered 410 (Gone).', final: true };
  const redirected = status >= 300 && status < 400 ? '; redirects are not followed' : '';
  return { reason: `The endpoint answered ${status} instead of 2xx${redirected}.`, final: false };
}

/** Codes only: messages of sockets may hold addresses. */
function reasonOf(error: unknown): string {
  if (error instanceof AddressRefused) return `The endpoint may not be called: ${error.message}`;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ETIMEDOUT') return 'The endpoint did not answer in time.';
  if (code.startsWith('HPE_')) return `The answer of the endpoint is not HTTP (${code}).`;
  if (code !== '') return `The connection to the endpoint failed (${code}).`;
  return error instanceof Error ? error.message : 'The attempt failed.';
}
