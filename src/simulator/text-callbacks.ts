/** Sends the status callbacks of texts, one after the other. */
import type { DeliverWebhook, OutgoingWebhook } from './deliver-webhook.ts';
import type { Dialect } from './dialect.ts';
import type { FaultRegistry } from './faults.ts';
import { createOrderedCallbacks } from './ordered-callbacks.ts';
import type { TextMessage } from './text-message.ts';
import type { Params } from './webhook-params.ts';

/** Fires the callback for the status that a text has now; `isLast`: no other follows. */
export type FireTextCallback = (text: TextMessage, isLast: boolean) => void;

/** Callbacks sent through `deliver`. */
export function createTextCallbacks({
  dialect,
  ...deps
}: {
  deliver: DeliverWebhook;
  faults: FaultRegistry;
  dialect: Dialect;
}): FireTextCallback {
  const fire = createOrderedCallbacks(deps, 'text');
  return (text, isLast) => fire(text, callbacksFor(dialect, text), { event: text.status, isLast });
}

function callbacksFor(dialect: Dialect, text: TextMessage): OutgoingWebhook[] {
  const { status: address } = text.request;
  if (!address || !dialect.textCallbacks.includes(text.status)) return [];
  return [{ kind: 'text', event: text.status, address, params: textParams(dialect, text) }];
}

/** Twilio, outbound message status in status callbacks: `ErrorCode` only where there is one. */
function textParams(dialect: Dialect, text: TextMessage): Params {
  const { accountSid, to, from } = text.request;
  return {
    MessageSid: text.sid,
    SmsSid: text.sid,
    AccountSid: accountSid,
    MessageStatus: text.status,
    SmsStatus: text.status,
    To: to,
    From: from,
    ApiVersion: '2010-04-01',
    ...dialect.textExtras(text),
    ...(text.errorCode === null ? {} : { ErrorCode: String(text.errorCode) }),
  };
}
