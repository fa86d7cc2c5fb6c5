/** Sends status callbacks, numbered and one after the other. */
import type { Call } from './call.ts';
import type { StatusEvent } from './call-request.ts';
import type { DeliverWebhook, OutgoingWebhook } from './deliver-webhook.ts';
import type { Dialect } from './dialect.ts';
import type { FaultRegistry } from './faults.ts';
import { createOrderedCallbacks } from './ordered-callbacks.ts';
import { statusParams } from './webhook-params.ts';

/** Fires the callbacks of all calls. */
export interface StatusCallbacks {
  /** Sends `event` if the call subscribed to it. Callbacks of one call are sent one after the other. */
  fire(call: Call, event: StatusEvent): void;
}

/** Status callbacks sent through `deliver`; `now` is the simulator's instant. */
export function createStatusCallbacks({
  dialect,
  now,
  ...deps
}: {
  deliver: DeliverWebhook;
  faults: FaultRegistry;
  dialect: Dialect;
  now: () => number;
}): StatusCallbacks {
  const send = createOrderedCallbacks(deps, 'status');
  return {
    fire: (call, event) =>
      send(call, callbacksFor(dialect, call, event, now()), { event, isLast: event === 'completed' }),
  };
}

/** The callbacks, numbered; none if the call did not ask for them. */
function callbacksFor(dialect: Dialect, call: Call, event: StatusEvent, now: number): OutgoingWebhook[] {
  const { status } = call.request;
  if (!status?.events.includes(event)) return [];
  const address = { url: status.url, method: status.method };
  const words = event === 'completed' ? [call.status] : dialect.eventWords[event];
  return words.map((word) => {
    const params = statusParams(dialect, call, { word, sequence: call.callbacks++, now });
    return { kind: 'status', event, address, params };
  });
}
