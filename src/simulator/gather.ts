/** Plays a Gather: speaks, listens for keys, says what came in (Twilio, TwiML: Gather). */
import type { Call } from './call.ts';
import type { Dialect } from './dialect.ts';
import { playAudio } from './play-audio.ts';
import type { Stage } from './stage.ts';
import type { Verb } from './twiml.ts';

/** What a Gather brought. `finishedOnKey` is '' when the number of digits or the time-out ended it. */
export interface Gathered {
  digits: string;
  finishedOnKey: string;
}

interface Rules {
  numDigits: number;
  /** '' means that no key finishes. */
  finishOnKey: string;
  timeoutMs: number;
  dtmf: boolean;
}

/** The keys the person has pressed and that are not taken yet; `next` waits for one, at most `ms`. */
interface Keys {
  next(ms: number): Promise<string | null>;
  close(): void;
}

/**
 * Plays what is inside the Gather and collects keys until the number of digits, the finish key or the time-out.
 * The first key stops the sound; the time-out starts when the sound is over or with the first key, and again with
 * every key. The finish key is not part of the digits. Rejects when `signal` is aborted.
 */
export async function gather(stage: Stage, call: Call, verb: Verb, signal: AbortSignal): Promise<Gathered> {
  const rules = readRules(verb, stage.dialect, (code, message) =>
    stage.eventLog.record(call, { type: 'warning', code, message }),
  );
  const bargeIn = new AbortController();
  const keys = listen(stage, call, rules.dtmf, signal, () => bargeIn.abort());
  call.line.promptIs('playing');
  try {
    await playNested(stage, call, verb, signal, bargeIn.signal);
    if (!bargeIn.signal.aborted) call.line.promptIs('waiting');
    return await collect(keys, rules);
  } finally {
    keys.close();
    call.line.promptIs('none');
  }
}

/** Plays all of it; returns early when a key barges in. */
async function playNested(stage: Stage, call: Call, verb: Verb, signal: AbortSignal, bargeIn: AbortSignal) {
  const either = AbortSignal.any([signal, bargeIn]);
  try {
    for (const child of verb.children) await playAudio(stage, call, child, either);
  } catch (interruption) {
    if (signal.aborted || !bargeIn.aborted) throw interruption;
  }
}

async function collect(keys: Keys, rules: Rules): Promise<Gathered> {
  let digits = '';
  while (digits.length < rules.numDigits) {
    const key = await keys.next(rules.timeoutMs);
    if (key === null) break;
    if (key === rules.finishOnKey) return { digits, finishedOnKey: key };
    digits += key;
  }
  return { digits, finishedOnKey: '' };
}

function listen(stage: Stage, call: Call, dtmf: boolean, signal: AbortSignal, onFirst: () => void): Keys {
  const pressed: string[] = [];
  let wake: (() => void) | null = null;
  const off = call.line.on('calleeKey', (key) => {
    if (!dtmf) return;
    pressed.push(key);
    onFirst();
    wake?.();
  });
  return {
    async next(ms) {
      if (pressed.length === 0) {
        const woken = new AbortController();
        wake = () => woken.abort();
        await stage.timers
          .wait(ms, AbortSignal.any([signal, woken.signal]))
          .catch((interruption: unknown) => {
            if (signal.aborted) throw interruption;
          });
        wake = null;
      }
      return pressed.shift() ?? null;
    },
    close: off,
  };
}

/** Bad values are warnings (13310 to 13314) and Twilio goes on with the default. */
function readRules(
  verb: Verb,
  { emptyFinishOnKey }: Dialect,
  warn: (code: number, message: string) => void,
): Rules {
  const { attributes } = verb;
  const positive = (name: string, otherwise: number, code: number) => {
    const given = attributes[name];
    if (given === undefined) return otherwise;
    if (/^\d+$/.test(given) && Number(given) > 0) return Number(given);
    warn(code, `Gather: ${name} must be a positive whole number, not "${given}"`);
    return otherwise;
  };
  return {
    numDigits: positive('numDigits', Number.POSITIVE_INFINITY, 13314),
    finishOnKey: readFinishOnKey(attributes.finishOnKey, warn) || emptyFinishOnKey,
    timeoutMs: positive('timeout', 5, 13313) * 1_000,
    dtmf: (attributes.input ?? 'dtmf').split(' ').includes('dtmf'),
  };
}

function readFinishOnKey(given: string | undefined, warn: (code: number, message: string) => void): string {
  if (given === undefined) return '#';
  if (/^[0-9#*]?$/.test(given)) return given;
  warn(13310, `Gather: finishOnKey must be one of 0-9 # * or empty, not "${given}"`);
  return '#';
}
