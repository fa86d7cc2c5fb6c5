import { Webhook } from 'standardwebhooks';
import { secretContext } from '../domain/secret-context.ts';
import { keepNewest } from '../platform/keep-newest.ts';
import { type KeyRing, unseal } from '../platform/secrets/key-ring.ts';
import type { ClaimedMessage } from './written-message.ts';

/** A message as it is sent. */
interface SignedMessage {
  headers: Record<string, string>;
  /** `{type, timestamp, data}`, JSON; the same at every attempt. */
  body: string;
}

/**
 * Writes and signs a message by Standard Webhooks ("Webhook headers", "Signature scheme"): the id stays the same over
 * all attempts, the timestamp is that of the attempt, and while a secret is being replaced there are two signatures.
 * @throws Error when the key that sealed the secret is gone from the ring
 */
export type SignMessage = (message: ClaimedMessage, now: Date) => SignedMessage;

/** Secrets that are kept open, those that were opened last. */
const MOST_OPEN = 1_000;

/** Makes `SignMessage`. Opening a secret takes longer than signing with it, so secrets stay open. */
export function createSignMessage(sealKeys: KeyRing): SignMessage {
  const open = new Map<string, Webhook>();
  const opened = (sealed: string, tenantId: string): Webhook => {
    const context = secretContext(tenantId);
    // With the tenant: a seal that was moved to another one must not open.
    const key = `${context} ${sealed}`;
    const known = open.get(key);
    if (known !== undefined) return known;
    const webhook = new Webhook(unseal(sealKeys, sealed, context));
    keepNewest(open, key, webhook, MOST_OPEN);
    return webhook;
  };
  return (message, now) => signMessage(message, opened, now);
}

function signMessage(
  message: ClaimedMessage,
  opened: (sealed: string, tenantId: string) => Webhook,
  now: Date,
): SignedMessage {
  const { id, type, createdAt, payload, tenantId } = message;
  const body = JSON.stringify({ type, timestamp: createdAt.toISOString(), data: payload });
  const alsoPrevious = message.previousUntil !== null && now < message.previousUntil;
  const sealed = [message.sealedSecret, ...(alsoPrevious ? [message.previousSealedSecret] : [])];
  const signatures = sealed
    .filter((secret) => secret !== null)
    .map((secret) => opened(secret, tenantId).sign(id, now, body));
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
