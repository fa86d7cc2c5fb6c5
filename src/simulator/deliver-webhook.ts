/** Delivers webhooks of calls and texts: virtual time does not pass meanwhile, configured faults are applied, events are recorded. */
import type { Address } from './call-request.ts';
import type { EventLog, WebhookKind } from './events.ts';
import type { CallbackEvent, FaultRegistry } from './faults.ts';
import { newToken, type Webhook, type WebhookResult } from './send-webhook.ts';
import type { SimulatorTime } from './time.ts';
import type { Timers } from './timers.ts';
import type { Params } from './webhook-params.ts';

/** The call or text that a webhook is about. */
export interface Recipient {
  readonly sid: string;
  readonly request: { to: string };
}

/** A webhook to deliver. */
export interface OutgoingWebhook {
  kind: WebhookKind;
  address: Address;
  params: Params;
  /** For status callbacks: the event they report. */
  event?: CallbackEvent;
}

/** Makes sending wait until those before it are through. */
export type InTurn = (send: () => Promise<WebhookResult>) => Promise<WebhookResult>;

/** Sends one webhook, in turn if given, and says how it went; never rejects. A delayed one takes its turn after the delay. */
export type DeliverWebhook = (
  about: Recipient,
  webhook: OutgoingWebhook,
  inTurn?: InTurn,
) => Promise<WebhookResult>;

/** What delivering needs. */
export interface DeliveryDeps {
  send: (webhook: Webhook) => Promise<WebhookResult>;
  time: SimulatorTime;
  timers: Timers;
  faults: FaultRegistry;
  eventLog: EventLog;
}

/** Delivers webhooks. A doubled one is sent twice at once and answered by the first. */
export function createWebhookDelivery(deps: DeliveryDeps): DeliverWebhook {
  return async function deliver(about, webhook, inTurn = (send) => send()) {
    const fault = deps.faults.takeWebhook(webhook.kind, about.request.to, webhook.event);
    if (fault?.do === 'lose')
      return finishAttempt(about, webhook, { kind: 'failed', failure: 'ct', reason: 'lost on demand' });
    if (fault?.do === 'delay')
      await new Promise<void>((resolve) => void deps.timers.after(fault.ms, resolve));
    const token = newToken();
    return inTurn(async () => {
      const first = sendHeld(about, webhook, token);
      if (fault?.do === 'double') await Promise.all([first, sendHeld(about, webhook, token)]);
      return first;
    });
  };

  async function sendHeld(about: Recipient, webhook: OutgoingWebhook, token: string): Promise<WebhookResult> {
    const release = deps.time.hold();
    const { kind, address, params } = webhook;
    const onAttempt = (attempt: number) =>
      deps.eventLog.record(about, { type: 'webhookSent', kind, ...address, params, token, attempt });
    const result = await deps.send({
      address,
      params,
      token,
      isStatus: kind === 'status' || kind === 'machine' || kind === 'text',
      onAttempt,
    });
    release();
    return finishAttempt(about, webhook, result);
  }

  function finishAttempt(about: Recipient, { kind }: OutgoingWebhook, result: WebhookResult): WebhookResult {
    if (result.kind === 'failed')
      deps.eventLog.record(about, { type: 'webhookFailed', kind, reason: result.reason });
    else {
      const { status, body } = result.answer;
      deps.eventLog.record(about, { type: 'webhookAnswered', kind, status, body });
    }
    return result;
  }
}
