/** Faults on demand: what goes wrong next, for REST requests and for webhooks. */
import type { StatusEvent } from './call-request.ts';
import type { WebhookKind } from './events.ts';
import type { TextStatus } from './text-message.ts';

/** A kind of REST request: about calls, or about texts. */
export type Operation = 'create' | 'fetch' | 'list' | 'update' | 'createText' | 'fetchText' | 'listTexts';

/** What a status callback reports: of a call or of a text. */
export type CallbackEvent = StatusEvent | TextStatus;

/**
 * What goes wrong with a REST request.
 * - `drop`: the connection breaks and nothing was done.
 * - `acceptAndDrop`: it is done, then the connection breaks.
 * - `acceptAndHold`: it is done, the answer comes only with `release()`.
 * - `{ lateMs }`: it is done, the answer comes `lateMs` of simulator time later.
 * - `tooManyRequests` (429, 20429), `serverError` (500, 20500), `unavailable` (503, 20503), `html` (502): nothing was done.
 * - `{ refuse }`: nothing was done; any other error in Twilio's shape.
 */
export type RestFault =
  | 'drop'
  | 'acceptAndDrop'
  | 'acceptAndHold'
  | 'tooManyRequests'
  | 'serverError'
  | 'unavailable'
  | 'html'
  | { lateMs: number }
  | { refuse: { status: number; code: number; message: string } };

/**
 * What goes wrong with webhooks of one kind. `event` narrows status callbacks, `to` (E.164) the calls and texts; `times` is
 * how many are hit (all, until `clear()`).
 * - `lose`: never sent; for a document that is a connection that failed.
 * - `double`: sent twice with the same token.
 * - `delay`: sent `ms` of simulator time later.
 * - `reorder`: sent after the next status callback of the call or text (the last one stays where it is).
 */
type WebhookFault = { event?: CallbackEvent; to?: string; times?: number } & (
  | { kind: WebhookKind; do: 'lose' | 'double' }
  | { kind: WebhookKind; do: 'delay'; ms: number }
  | { kind: 'status' | 'text'; do: 'reorder' }
);

/** The switches for faults. */
export interface Faults {
  /**
   * The next request of this kind (or the next `times`, or only those about `to`, E.164) goes wrong. Returns what
   * removes the fault again; `onHit` is called each time that something goes wrong by it.
   */
  next(
    operation: Operation,
    fault: RestFault,
    only?: { times?: number; to?: string },
    onHit?: () => void,
  ): () => void;
  /** Webhooks of a kind go wrong from now on; likewise. */
  webhooks(fault: WebhookFault, onHit?: () => void): () => void;
  /** Sends all held answers. */
  release(): void;
  /** Removes all faults that were not applied yet; held answers stay held. */
  clear(): void;
}

/** The switches, and what the simulator asks them. */
export interface FaultRegistry extends Faults {
  /** The fault for this REST request, used up by asking. */
  takeRest(operation: Operation, to: string | null): RestFault | null;
  /** The fault for this webhook, used up by asking. */
  takeWebhook(kind: WebhookKind, to: string, event?: CallbackEvent): WebhookFault | null;
  /** Whether this status callback is to come after the next one; used up by asking. */
  takeReorder(kind: 'status' | 'text', to: string, event: CallbackEvent): boolean;
  /** Keeps an answer until `release()`. */
  keep(send: () => void): void;
}

interface Planned<F> {
  fault: F;
  left: number;
  onHit: (() => void) | undefined;
}

/** No faults yet. */
export function createFaults(): FaultRegistry {
  const rest: Planned<{ operation: Operation; to: string | null; fault: RestFault }>[] = [];
  const webhooks: Planned<WebhookFault>[] = [];
  const held: (() => void)[] = [];
  return {
    next: (operation, fault, only = {}, onHit = undefined) =>
      plan(rest, { fault: { operation, fault, to: only.to ?? null }, left: only.times ?? 1, onHit }),
    webhooks: (fault, onHit) =>
      plan(webhooks, { fault, left: fault.times ?? Number.POSITIVE_INFINITY, onHit }),
    release() {
      for (const send of held.splice(0)) send();
    },
    clear() {
      rest.length = 0;
      webhooks.length = 0;
    },
    keep: (send) => void held.push(send),
    takeRest: (operation, to) =>
      take(rest, (plan) => plan.operation === operation && (plan.to === null || plan.to === to))?.fault ??
      null,
    takeWebhook: (kind, to, event) =>
      take(webhooks, (plan) => plan.do !== 'reorder' && plan.kind === kind && isAbout(plan, to, event)),
    takeReorder: (kind, to, event) =>
      take(webhooks, (plan) => plan.do === 'reorder' && plan.kind === kind && isAbout(plan, to, event)) !==
      null,
  };
}

/** Adds a plan; the result takes it away. */
function plan<F>(plans: Planned<F>[], added: Planned<F>): () => void {
  plans.push(added);
  return () => {
    const place = plans.indexOf(added);
    if (place !== -1) plans.splice(place, 1);
  };
}

function take<F>(plans: Planned<F>[], fits: (fault: F) => boolean): F | null {
  const plan = plans.find(({ fault, left }) => left > 0 && fits(fault));
  if (!plan) return null;
  plan.left--;
  plan.onHit?.();
  return plan.fault;
}

function isAbout(plan: WebhookFault, to: string, event: CallbackEvent | undefined): boolean {
  return (plan.to === undefined || plan.to === to) && (plan.event === undefined || plan.event === event);
}
