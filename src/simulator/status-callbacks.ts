/** Sends status callbacks, numbered and one after the other. */
import type { Call } from './call.ts';
import type { StatusEvent } from './call-request.ts';
import type { CallWebhook, DeliverWebhook, InTurn } from './deliver-webhook.ts';
import type { Dialect } from './dialect.ts';
import type { FaultRegistry } from './faults.ts';
import { statusParams } from './webhook-params.ts';

/** Fires the callbacks of all calls. */
export interface StatusCallbacks {
  /** Sends `event` if the call subscribed to it. Callbacks of one call are sent one after the other. */
  fire(call: Call, event: StatusEvent): void;
}

/** The callbacks of one call that wait: the chain of those being sent, and those held back to come late. */
interface Outbox {
  inTurn: InTurn;
  heldBack: CallWebhook[];
}

/** Status callbacks sent through `deliver`; `now` is the simulator's instant. */
export function createStatusCallbacks(deps: {
  deliver: DeliverWebhook;
  faults: FaultRegistry;
  dialect: Dialect;
  now: () => number;
}): StatusCallbacks {
  const outboxes = new WeakMap<Call, Outbox>();

  const send = (call: Call, webhook: CallWebhook, outbox: Outbox) =>
    void deps.deliver(call, webhook, outbox.inTurn);

  const fire = (call: Call, event: StatusEvent) => {
    const outbox = outboxes.get(call) ?? { inTurn: oneAfterTheOther(), heldBack: [] };
    outboxes.set(call, outbox);
    const webhooks = callbacksFor(deps.dialect, call, event, deps.now());
    if (webhooks.length > 0 && event !== 'completed' && isReordered(call, event))
      return void outbox.heldBack.push(...webhooks);
    for (const webhook of webhooks) send(call, webhook, outbox);
    // Whatever was held back follows the next callback, or the end of a call that does not subscribe to it.
    if (webhooks.length > 0 || event === 'completed')
      for (const late of outbox.heldBack.splice(0)) send(call, late, outbox);
  };

  const isReordered = (call: Call, event: StatusEvent) => deps.faults.takeReorder(call.request.to, event);

  return { fire };
}

/** The callbacks, numbered; none if the call did not ask for them. */
function callbacksFor(dialect: Dialect, call: Call, event: StatusEvent, now: number): CallWebhook[] {
  const { status } = call.request;
  if (!status?.events.includes(event)) return [];
  const address = { url: status.url, method: status.method };
  const words = event === 'completed' ? [call.status] : dialect.eventWords[event];
  return words.map((word) => {
    const params = statusParams(dialect, call, { word, sequence: call.callbacks++, now });
    return { kind: 'status', event, address, params };
  });
}

function oneAfterTheOther(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (send) => {
    const sent = last.then(send);
    last = sent;
    return sent;
  };
}
