import type { Kysely } from 'kysely';
import type { Logger } from '../log.ts';
import type { Clock } from '../platform/clock.ts';
import type { KeyRing } from '../platform/secrets/key-ring.ts';
import type { OnStop } from '../platform/shutdown.ts';
import { systemTicker } from '../platform/ticker.ts';
import type { Registry } from '../registry/schema.ts';
import { createAttemptDelivery } from './attempt-delivery.ts';
import { createDelivery, type Delivery } from './deliver.ts';
import { createWebhookEndpoints } from './endpoints.ts';
import { webhookMessageRoutes } from './message-routes.ts';
import { createOutboxMessages } from './messages.ts';
import { createOutboxStore } from './outbox-store.ts';
import { createPostMessage, type PostRules } from './post-message.ts';
import { resealSecrets } from './reseal-secrets.ts';
import { webhookEndpointRoutes } from './routes.ts';
import { createSignMessage } from './sign-message.ts';

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

/** See `config.ts`. `timeLimitMs`: for one attempt. `messageTypes`: all that there are. */
interface OutboxSettings {
  role: 'all' | 'web' | 'worker';
  webhooks: PostRules & { messageTypes: readonly string[] };
}

interface OutboxStores {
  database: { db: Kysely<Registry> };
  sealKeys: KeyRing;
}

/** Puts the outbox together. Every process delivers what it writes itself; those that do work also claim what is due. */
export function openOutbox(
  settings: OutboxSettings,
  { stores, clock, log }: { stores: OutboxStores; clock: Clock; log: Logger },
  onStop: OnStop,
): Outbox {
  const { sealKeys, database } = stores;
  const { db } = database;
  const { timeLimitMs } = settings.webhooks;
  const post = createPostMessage(settings.webhooks);
  const attempt = createAttemptDelivery({ post, sign: createSignMessage(sealKeys), clock });
  const works = settings.role !== 'web';
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
      ...webhookEndpointRoutes(createWebhookEndpoints({ db, sealKeys, clock }), settings.webhooks),
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
