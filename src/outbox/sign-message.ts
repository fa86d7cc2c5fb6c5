import { Webhook } from 'standardwebhooks';
import { secretContext } from '../domain/secret-context.ts';
import { type KeyRing, unseal } from '../platform/secrets/key-ring.ts';
import type { ClaimedMessage } from './written-message.ts';

/** A message as it is sent. */
export interface SignedMessage {
  headers: Record<string, string>;
  /** `{type, timestamp, data}`, JSON; the same at every attempt. */
  body: string;
}

/**
 * Writes and signs a message by Standard Webhooks ("Webhook headers", "Signature scheme"): the id stays the same over
 * all attempts, the timestamp is that of the attempt, and while a secret is being replaced there are two signatures.
 * @throws Error when the key that sealed the secret is gone from the ring
 */
export function signMessage(message: ClaimedMessage, sealKeys: KeyRing, now: Date): SignedMessage {
  const { id, type, createdAt, payload, tenantId } = message;
  const body = JSON.stringify({ type, timestamp: createdAt.toISOString(), data: payload });
  const alsoPrevious = message.previousUntil !== null && now < message.previousUntil;
  const sealed = [message.sealedSecret, ...(alsoPrevious ? [message.previousSealedSecret] : [])];
  const signatures = sealed
    .filter((secret) => secret !== null)
    .map((secret) => new Webhook(unseal(sealKeys, secret, secretContext(tenantId))).sign(id, now, body));
  return {
    headers: {
      'Content-Type': 'application/json',
      'User-Agent': 'Poundkey',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': signatures.join(' '),
    },
    body,
  };
}
