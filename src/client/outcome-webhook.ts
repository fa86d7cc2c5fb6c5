import { Webhook } from 'standardwebhooks';
import type { Outcome } from './types.ts';

/** What is posted to the tenant's webhook endpoint: ids and words, no number and no secret. */
export interface OutcomeMessage {
  type: string;
  /** ISO 8601, UTC. */
  timestamp: string;
  data: {
    verificationId: string;
    userId: string;
    purpose: string;
    channel: string;
    phoneType: string;
    outcome: Outcome;
    errorCode: string | null;
    finishedAt: string;
    phoneMethodId: string | null;
    appPasswordId: string | null;
  };
}

/**
 * Checks that a message is Poundkey's (Standard Webhooks) and reads it. The same message may come twice: its
 * `webhook-id` header stays the same.
 * @param secret `whsec_…`
 * @param message.body the body as it came, before any parsing
 * @throws WebhookVerificationError when it is not, or is older than five minutes
 */
export function readOutcomeWebhook(
  secret: string,
  message: { headers: Record<string, string>; body: string },
): OutcomeMessage {
  return new Webhook(secret).verify(message.body, message.headers) as OutcomeMessage;
}
