/** Takes a call from the queue to its end: dial, ring, answer, play, hang up. */
import type { Call, CallStatus } from './call.ts';
import type { DeliverWebhook } from './deliver-webhook.ts';
import type { Desk } from './desk.ts';
import { followScript } from './desk-phone.ts';
import { detectMachine } from './detect-machine.ts';
import type { EndCall, Ending } from './end-call.ts';
import type { Hands } from './hands.ts';
import type { NextDocument } from './play-document.ts';
import type { Script } from './script.ts';
import { CallOver, type Stage, sendTones } from './stage.ts';
import type { StatusCallbacks } from './status-callbacks.ts';

/** What dialing needs. */
export interface DialDeps {
  stage: Stage;
  desk: Desk;
  hands: Hands;
  callbacks: StatusCallbacks;
  deliver: DeliverWebhook;
  endCall: EndCall;
  playCall: (call: Call, first: NextDocument) => Promise<void>;
}

const NO_ANSWER: Ending = { status: 'no-answer', by: 'network', sipResponseCode: 487 };
const BUSY: Ending = { status: 'busy', by: 'callee', sipResponseCode: 486 };
const COMPLETED: Ending = { status: 'completed', by: 'network', sipResponseCode: 200 };

/** Dials calls. `dial` resolves when the call is over, whoever ended it. */
export function createDialCall(deps: DialDeps) {
  const { stage, callbacks, endCall } = deps;

  return async function dial(call: Call): Promise<void> {
    await untilOver(async () => {
      await stage.timers.wait(call.queueMs, call.over.signal);
      call.dialedAt = stage.timers.now();
      stage.eventLog.record(call, { type: 'status', status: 'initiated' });
      callbacks.fire(call, 'initiated');
      await stage.timers.wait(stage.settings.setupMs, call.over.signal);
      const taken = await ring(call, deps.desk.scriptFor(call.request.to));
      if ('status' in taken) return endCall(call, taken);
      await talk(call, taken);
      endCall(call, COMPLETED);
    });
  };

  /**
   * Rings until the phone answers, with what then follows, or refuses the call; a phone that is busy or cannot be reached
   * does not ring.
   */
  async function ring(call: Call, script: Script): Promise<Ending | Script> {
    const { pickUp } = script;
    const { signal } = call.over;
    if (pickUp.kind === 'busy' || pickUp.kind === 'unreachable') {
      await stage.timers.wait(pickUp.afterMs, signal);
      if (pickUp.kind === 'busy') return BUSY;
      return { status: 'failed', by: 'network', sipResponseCode: pickUp.sipResponseCode };
    }
    become(call, 'ringing');
    callbacks.fire(call, 'ringing');
    return waitForPickUp(call, script);
  }

  async function waitForPickUp(call: Call, script: Script): Promise<Ending | Script> {
    const { pickUp } = script;
    const patienceMs = call.request.timeoutS * 1_000;
    if (pickUp.kind === 'byHand') return takenByHand(script, await deps.hands.ring(call, patienceMs));
    const answered = pickUp.kind === 'answer' && pickUp.afterMs < patienceMs;
    await stage.timers.wait(answered ? pickUp.afterMs : patienceMs, call.over.signal);
    return answered ? script : NO_ANSWER;
  }

  /** The call from pick-up until the documents have nothing more to say. */
  async function talk(call: Call, script: Script): Promise<void> {
    become(call, 'in-progress');
    call.answeredAt = stage.timers.now();
    call.sipResponseCode = 200;
    callbacks.fire(call, 'answered');
    const limit = stage.timers.after(call.request.timeLimitS * 1_000, () => endCall(call, COMPLETED));
    call.over.signal.addEventListener('abort', limit, { once: true });
    const hangUp = () => endCall(call, { ...COMPLETED, by: 'callee' });
    void untilOver(() => followScript({ stage, hands: deps.hands, hangUp }, call, script));
    const detected = detectMachine(deps, call, script);
    if (call.request.machineDetection?.async === null) await detected;
    else void untilOver(() => detected);
    const toned = sendTones(stage, call, call.request.sendDigits, call.over.signal);
    if (stage.settings.digitsBeforeDocument) await toned;
    else void untilOver(() => toned);
    await deps.playCall(call, { kind: 'answer', source: call.request.document, params: {} });
  }

  function become(call: Call, status: CallStatus): void {
    call.status = status;
    call.updatedAt = stage.timers.now();
    stage.eventLog.record(call, { type: 'status', status });
  }
}

/** What follows from how a person took the call. */
function takenByHand(script: Script, taking: Awaited<ReturnType<Hands['ring']>>): Ending | Script {
  if (taking === null) return NO_ANSWER;
  if (taking === 'rejected' || taking === 'inUse') return BUSY;
  return {
    ...script,
    pickUp: { kind: 'answer', afterMs: 0, by: taking === 'answered' ? 'human' : 'machine' },
  };
}

/** Runs `work`; that the call ended meanwhile is no failure. */
async function untilOver(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof CallOver)) throw error;
  }
}
