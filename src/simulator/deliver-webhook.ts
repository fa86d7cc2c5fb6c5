/** Delivers webhooks of a call: virtual time does not pass meanwhile, configured faults are applied, events are recorded. */
import type { Call } from './call.ts';
import type { Address, StatusEvent } from './call-request.ts';
import type { EventLog, WebhookKind } from './events.ts';
import type { FaultRegistry } from './faults.ts';
import { newToken, type Webhook, type WebhookResult } from './send-webhook.ts';
import type { SimulatorTime } from './time.ts';
import type { Timers } from './timers.ts';
import type { Params } from './webhook-params.ts';

/** A webhook of a call. */
export interface CallWebhook {
  kind: WebhookKind;
  address: Address;
  params: Params;
  /** For status callbacks: the time of the event they report. */
  event?: StatusEvent;
}

/** Makes sending wait until those before it are through. */
export type InTurn = (send: () => Promise<WebhookResult>) => Promise<WebhookResult>;

/** Sends one webhook, in turn if given, and says how it went; never rejects. A delayed one takes its turn after the delay. */
export type DeliverWebhook = (call: Call, webhook: CallWebhook, inTurn?: InTurn) => Promise<WebhookResult>;

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
  return async function deliver(call, webhook, inTurn = (send) => send()) {
    const fault = deps.faults.takeWebhook(webhook.kind, call.request.to, webhook.event);
    if (fault?.do === 'lose')
      return finishAttempt(call, webhook, { kind: 'failed', failure: 'ct', reason: 'lost on demand' });
    if (fault?.do === 'delay')
      await new Promise<void>((resolve) => void deps.timers.after(fault.ms, resolve));
    const token = newToken();
    return inTurn(async () => {
      const first = sendHeld(call, webhook, token);
      if (fault?.do === 'double') await Promise.all([first, sendHeld(call, webhook, token)]);
      return first;
    });
  };

  async function sendHeld(call: Call, webhook: CallWebhook, token: string): Promise<WebhookResult> {
    const release = deps.time.hold();
    const { kind, address, params } = webhook;
    const onAttempt = (attempt: number) =>
      deps.eventLog.record(call, { type: 'webhookSent', kind, ...address, params, token, attempt });
    const result = await deps.send({
      address,
      params,
      token,
      isStatus: kind === 'status' || kind === 'machine',
      onAttempt,
    });
    release();
    return finishAttempt(call, webhook, result);
  }

  function finishAttempt(call: Call, { kind }: CallWebhook, result: WebhookResult): WebhookResult {
    if (result.kind === 'failed')
      deps.eventLog.record(call, { type: 'webhookFailed', kind, reason: result.reason });
    else {
      const { status, body } = result.answer;
      deps.eventLog.record(call, { type: 'webhookAnswered', kind, status, body });
    }
    return result;
  }
}
