import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';
import { createAttemptDelivery } from '../outbox/attempt-delivery.ts';
import { createDelivery, type Delivery } from '../outbox/deliver.ts';
import { createWebhookEndpoints } from '../outbox/endpoints.ts';
import { webhookMessageRoutes } from '../outbox/message-routes.ts';
import { createOutboxMessages } from '../outbox/messages.ts';
import { createOutboxStore } from '../outbox/outbox-store.ts';
import { createPostMessage } from '../outbox/post-message.ts';
import { resealSecrets } from '../outbox/reseal-secrets.ts';
import { webhookEndpointRoutes } from '../outbox/routes.ts';
import type { Clock } from '../platform/clock.ts';
import { systemTicker } from '../platform/ticker.ts';
import type { Stores } from './open-stores.ts';
import type { OnStop } from './stop.ts';

/** How often due messages are looked for, ms: those of processes that ended, and those that are tried again. */
const LOOK_EVERY_MS = 1_000;
/** For writing down how the last attempts went, ms. */
const STOP_SLACK_MS = 2_000;

/** Outcome webhooks: the routes about them, and their delivery. */
export interface Outbox {
  routes: ReturnType<typeof webhookEndpointRoutes | typeof webhookMessageRoutes>;
  /** Delivers what is due now; see `outbox/deliver.ts`. */
  deliverDue: Delivery['deliverDue'];
  /** Takes a message that this process has just written; see `outbox/deliver.ts`. */
  deliverNow: Delivery['deliverNow'];
}

/** Puts the outbox together. Every process delivers what it writes itself; those that do work also claim what is due. */
export function openOutbox(
  config: Config,
  { stores, clock, log }: { stores: Stores; clock: Clock; log: Logger },
  onStop: OnStop,
): Outbox {
  const { sealKeys, database } = stores;
  const { db } = database;
  const { timeLimitMs } = config.webhooks;
  const post = createPostMessage(config.webhooks);
  const attempt = createAttemptDelivery({ post, sealKeys, clock });
  const works = config.role !== 'web';
  const store = createOutboxStore(db);
  const delivery = createDelivery({ store, attempt, timeLimitMs, claims: works, clock, log });
  onStop('outbox', delivery.stop, timeLimitMs + STOP_SLACK_MS);
  if (works) {
    const resealing = resealSecrets({ db, clock }, sealKeys).catch((error: unknown) =>
      log.error({ err: error, alarm: true }, 'webhook secrets could not be encrypted with the current key'),
    );
    onStop('webhook secrets', async () => await resealing);
    startClaiming(delivery, onStop);
  }
  const messages = createOutboxMessages({ db, clock, ...(works ? { onResent: delivery.wake } : {}) });
  return {
    routes: [
      ...webhookEndpointRoutes(createWebhookEndpoints({ db, sealKeys, clock }), config.webhooks),
      ...webhookMessageRoutes(messages),
    ],
    deliverDue: delivery.deliverDue,
    deliverNow: delivery.deliverNow,
  };
}

/** Messages that writers did not deliver: they died, had no room, or the receiver did not take it. */
function startClaiming(delivery: Delivery, onStop: OnStop): void {
  const stopTicking = systemTicker(LOOK_EVERY_MS, delivery.wake);
  onStop('claiming of outcome webhooks', async () => stopTicking());
}
