/** Phones that a person operates by hand: they ring until somebody decides, and press only what somebody presses. */
import { z } from 'zod';
import type { Call } from './call.ts';
import { DeskError } from './desk.ts';
import type { EndCall } from './end-call.ts';
import { pressKey, type Stage } from './stage.ts';
import { orInterrupted } from './timers.ts';

/** What a person can do with a phone: with one that rings, the first three; in a call, the others. */
export const handActionSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.enum(['answer', 'reject', 'toVoicemail']) }),
  z.strictObject({ do: z.literal('press'), key: z.string().regex(/^[0-9*#A-D]$/) }),
  z.strictObject({ do: z.literal('hangUp') }),
]);

/** One of these things. */
type HandAction = z.infer<typeof handActionSchema>;

/** How a person takes a call; `inUse`: the phone is in another call. */
type Taking = 'answered' | 'rejected' | 'voicemail' | 'inUse';

/** The phones. Numbers are E.164. */
export interface Hands {
  /** Rings the phone that was called, for `patienceMs` at most; null: nobody decided. Rejects with `CallOver` when the call ends first. */
  ring(call: Call, patienceMs: number): Promise<Taking | null>;
  /** A person does something with a phone. Throws `DeskError` when it does not ring, or is in no call. */
  act(number: string, action: HandAction): void;
}

/** A phone that rings, or (`decide` null) is in a call. */
interface InHand {
  call: Call;
  decide: ((taking: Taking) => void) | null;
}

const TAKINGS = { answer: 'answered', reject: 'rejected', toVoicemail: 'voicemail' } as const;

/** No phone rings. */
export function createHands({ stage, endCall }: { stage: Stage; endCall: EndCall }): Hands {
  const phones = new Map<string, InHand>();

  async function ring(call: Call, patienceMs: number): Promise<Taking | null> {
    const number = call.request.to;
    if (phones.has(number)) return 'inUse';
    const { promise, resolve } = Promise.withResolvers<Taking | null>();
    phones.set(number, { call, decide: resolve });
    const forget = () => void phones.delete(number);
    call.over.signal.addEventListener('abort', forget, { once: true });
    stage.eventLog.record(call, { type: 'handset', what: 'rings' });
    const stopWaiting = stage.timers.after(patienceMs, () => resolve(null));
    const taking = await orInterrupted(call.over.signal, promise).finally(stopWaiting);
    if (taking === 'answered') phones.set(number, { call, decide: null });
    else forget();
    stage.eventLog.record(call, { type: 'handset', what: taking ?? 'rangOut' });
    return taking;
  }

  function act(number: string, action: HandAction): void {
    const phone = phones.get(number);
    if (action.do !== 'press' && action.do !== 'hangUp') {
      if (!phone?.decide) throw new DeskError('This phone does not ring.');
      phone.decide(TAKINGS[action.do]);
      return;
    }
    if (!phone || phone.decide) throw new DeskError('This phone is in no call.');
    if (action.do === 'press') pressKey(stage, phone.call, action.key);
    else endCall(phone.call, { status: 'completed', by: 'callee', sipResponseCode: 200 });
  }

  return { ring, act };
}
