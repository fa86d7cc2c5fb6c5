/** Plays the verbs that make sound or silence: Say, Play, Pause. */
import type { Call } from './call.ts';
import { hear, type Stage, sendTones } from './stage.ts';
import type { Verb } from './twiml.ts';

/** `loop="0"` repeats for ever; nobody listens that long. */
const FOR_EVER = 1_000;

/** Plays one verb to its end. Rejects with the signal's reason when `signal` is aborted (hang-up, barge-in). */
export async function playAudio(stage: Stage, call: Call, verb: Verb, signal: AbortSignal): Promise<void> {
  if (verb.name === 'Pause') return stage.timers.wait(seconds(verb.attributes.length, 1) * 1_000, signal);
  const tones = verb.attributes.digits;
  for (let round = 0; round < rounds(verb); round++) {
    if (verb.name === 'Say') await say(stage, call, verb, signal);
    else if (tones !== undefined) await sendTones(stage, call, tones, signal);
    else await stage.timers.wait(stage.settings.recordingMs, signal);
  }
}

/** Empty text is skipped with warning 13520. */
async function say(stage: Stage, call: Call, verb: Verb, signal: AbortSignal): Promise<void> {
  if (verb.text === '')
    return stage.eventLog.record(call, { type: 'warning', code: 13520, message: 'Say: no text' });
  hear(stage, call, verb.text, verb.attributes.language ?? null, verb.attributes.voice ?? null);
  await stage.timers.wait((verb.text.length / stage.settings.charactersPerSecond) * 1_000, signal);
}

function rounds(verb: Verb): number {
  const loop = seconds(verb.attributes.loop, 1);
  return loop === 0 ? FOR_EVER : loop;
}

function seconds(given: string | undefined, otherwise: number): number {
  return given !== undefined && /^\d+$/.test(given) ? Number(given) : otherwise;
}
