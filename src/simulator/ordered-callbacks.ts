/** Sends the callbacks of each call or text one after the other, and late where that was asked for. */
import type { DeliverWebhook, InTurn, OutgoingWebhook, Recipient } from './deliver-webhook.ts';
import type { CallbackEvent, FaultRegistry } from './faults.ts';

/** The callbacks of one call or text that wait: the chain of those being sent, and those held back to come late. */
interface Outbox {
  inTurn: InTurn;
  heldBack: OutgoingWebhook[];
}

/** Sends the callbacks that report `event`, if there are any; `isLast`: nothing comes after them. */
type FireCallbacks = (
  about: Recipient,
  webhooks: OutgoingWebhook[],
  at: { event: CallbackEvent; isLast: boolean },
) => void;

/** Callbacks of one kind, sent through `deliver`. */
export function createOrderedCallbacks(
  { deliver, faults }: { deliver: DeliverWebhook; faults: FaultRegistry },
  kind: 'status' | 'text',
): FireCallbacks {
  const outboxes = new WeakMap<Recipient, Outbox>();
  const send = (about: Recipient, webhook: OutgoingWebhook, outbox: Outbox) =>
    void deliver(about, webhook, outbox.inTurn);

  return function fire(about, webhooks, { event, isLast }) {
    const outbox = outboxes.get(about) ?? { inTurn: oneAfterTheOther(), heldBack: [] };
    outboxes.set(about, outbox);
    if (webhooks.length > 0 && !isLast && faults.takeReorder(kind, about.request.to, event))
      return void outbox.heldBack.push(...webhooks);
    for (const webhook of webhooks) send(about, webhook, outbox);
    // Whatever was held back follows the next callback, or the end where nobody asked for that one.
    if (webhooks.length > 0 || isLast)
      for (const late of outbox.heldBack.splice(0)) send(about, late, outbox);
  };
}

function oneAfterTheOther(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (send) => {
    const sent = last.then(send);
    last = sent;
    return sent;
  };
}
