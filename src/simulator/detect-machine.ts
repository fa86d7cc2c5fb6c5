/** Answering machine detection (Twilio, Voice: Answering Machine Detection). */
import type { Call } from './call.ts';
import type { DeliverWebhook } from './deliver-webhook.ts';
import type { Script } from './script.ts';
import type { Stage } from './stage.ts';
import { machineParams } from './webhook-params.ts';

/**
 * Waits for the result, notes it on the call and, for asynchronous detection, sends the callback.
 * Rejects with `CallOver` when the call ends first; no callback is sent then.
 */
export async function detectMachine(
  { stage, deliver }: { stage: Stage; deliver: DeliverWebhook },
  call: Call,
  script: Script,
): Promise<void> {
  const { machineDetection } = call.request;
  if (!machineDetection) return;
  await stage.timers.wait(stage.settings.machineDetectionMs, call.over.signal);
  call.answeredBy = stage.dialect.answeredBy(found(script, machineDetection.endOfMessage));
  const address = machineDetection.async?.callback;
  if (!address) return;
  const params = machineParams(call, stage.settings.machineDetectionMs);
  await deliver(call, { kind: 'machine', address, params });
}

/** `Enable` finds the machine as it starts, `DetectMessageEnd` waits for its beep. */
function found({ pickUp }: Script, endOfMessage: boolean): string {
  if (pickUp.kind !== 'answer') return 'unknown';
  if (pickUp.by !== 'machine') return pickUp.by;
  return endOfMessage ? 'machine_end_beep' : 'machine_start';
}
