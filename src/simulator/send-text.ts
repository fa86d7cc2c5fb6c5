/** Takes a text from the queue to the phone. */
import type { Desk } from './desk.ts';
import { CallOver, type Stage } from './stage.ts';
import type { FireTextCallback } from './text-callbacks.ts';
import type { TextMessage, TextStatus } from './text-message.ts';

/** Twilio, error 30036: the validity period was over before the text could be sent. */
const TOO_LATE = 30036;
/** From sending to delivery, for phones whose script does not say. */
const DELIVERY_MS = 2_000;

/** What sending needs. */
interface SendingDeps {
  stage: Stage;
  desk: Desk;
  fire: FireTextCallback;
}

/** Sends texts to the phones of the desk. */
export function createSendText(deps: SendingDeps) {
  return async function send(text: TextMessage): Promise<void> {
    try {
      deps.fire(text, false);
      if (await leaveQueue(deps, text)) await deliver(deps, text);
    } catch (interruption) {
      if (!(interruption instanceof CallOver)) throw interruption;
    }
  };
}

/** Whether the text was sent on before it was too late. */
async function leaveQueue(deps: SendingDeps, text: TextMessage): Promise<boolean> {
  const { timers } = deps.stage;
  const validityMs = text.request.validityS * 1_000;
  const isTooLate = text.queueMs > validityMs;
  await timers.wait(isTooLate ? validityMs : text.queueMs, text.over.signal);
  become(deps, text, isTooLate ? { status: 'failed', errorCode: TOO_LATE } : { status: 'sending' });
  return !isTooLate;
}

async function deliver(deps: SendingDeps, text: TextMessage): Promise<void> {
  const { timers, settings } = deps.stage;
  const phone = deps.desk.scriptFor(text.request.to).texts;
  await timers.wait(settings.textSendMs, text.over.signal);
  if (phone?.kind === 'failed') return become(deps, text, { status: 'failed', errorCode: phone.errorCode });
  text.sentAt = timers.now();
  become(deps, text, { status: 'sent' });
  const afterMs = phone && 'afterMs' in phone ? phone.afterMs : DELIVERY_MS;
  await timers.wait(afterMs, text.over.signal);
  if (phone?.kind === 'undelivered')
    return become(deps, text, { status: 'undelivered', errorCode: phone.errorCode });
  text.receivedAt = timers.now();
  deps.stage.eventLog.record(text, { type: 'textReceived', body: text.request.body });
  if (phone?.kind !== 'silent') become(deps, text, { status: 'delivered' });
}

function become(
  { stage, fire }: SendingDeps,
  text: TextMessage,
  { status, errorCode }: { status: TextStatus; errorCode?: number },
): void {
  text.status = status;
  text.errorCode = errorCode ?? null;
  text.updatedAt = stage.timers.now();
  stage.eventLog.record(text, { type: 'textStatus', status, code: text.errorCode });
  fire(text, status !== 'sending' && status !== 'sent');
}
