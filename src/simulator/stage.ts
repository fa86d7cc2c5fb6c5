/** What all steps of a simulated call share, and how events are recorded. */
import type { Call } from './call.ts';
import type { Dialect } from './dialect.ts';
import type { EventLog } from './events.ts';
import type { Timers } from './timers.ts';

/** How the simulated network behaves where the vendor leaves it open. Durations are milliseconds. */
export interface Settings {
  /** Speed of speech. */
  charactersPerSecond: number;
  /** How long any recording lasts; recordings are not fetched. */
  recordingMs: number;
  /** How long a sent tone lasts, with the gap after it. */
  toneMs: number;
  /** From the request to dialing. */
  queueMs: number;
  /** From dialing to ringing, or to the status that says why it does not ring. */
  setupMs: number;
  /** From pick-up to the result of machine detection (Twilio: typically 3 to 7 s). */
  machineDetectionMs: number;
  /** Whether the first document waits until `SendDigits` are played; Twilio does not say. */
  digitsBeforeDocument: boolean;
  /** Calls dialed per second; the others wait in the queue. null: no limit. */
  callsPerSecond: number | null;
  /** From the request for a text to sending it. */
  textQueueMs: number;
  /** From sending a text to the network having it. */
  textSendMs: number;
  /** Texts sent per second; the others wait in the queue. null: no limit. */
  textsPerSecond: number | null;
  /** What a minute costs, US dollars, for calls that name the most it may cost. */
  pricePerMinute: number;
}

/** The settings by default. */
export const DEFAULT_SETTINGS: Settings = {
  charactersPerSecond: 15,
  recordingMs: 3_000,
  toneMs: 200,
  queueMs: 100,
  setupMs: 500,
  machineDetectionMs: 4_000,
  digitsBeforeDocument: true,
  callsPerSecond: null,
  textQueueMs: 100,
  textSendMs: 500,
  textsPerSecond: null,
  pricePerMinute: 0.01,
};

/** Time, event log, settings and the provider's rules, as every part of a call needs them. */
export interface Stage {
  timers: Timers;
  eventLog: EventLog;
  settings: Settings;
  dialect: Dialect;
}

/** The call ended; thrown into everything that is still waiting in it. */
export class CallOver extends Error {
  override name = 'CallOver';
}

/** The person hears the network speak: recorded as an event and in the transcript. */
export function hear(
  stage: Stage,
  call: Call,
  text: string,
  language: string | null,
  voice: string | null,
): void {
  call.transcript.push({ at: stage.timers.now(), who: 'caller', text });
  stage.eventLog.record(call, { type: 'heard', text, language, voice });
}

/** The person presses a key: recorded as an event and in the transcript, and sent over the line. */
export function pressKey(stage: Stage, call: Call, key: string): void {
  call.transcript.push({ at: stage.timers.now(), who: 'callee', key });
  stage.eventLog.record(call, { type: 'key', who: 'callee', key });
  call.line.calleePresses(key);
}

/**
 * The network plays tones to the phone; `w` waits half a second and `W` a second (Twilio, SendDigits).
 * Rejects with the signal's reason when `signal` is aborted.
 */
export async function sendTones(stage: Stage, call: Call, tones: string, signal: AbortSignal): Promise<void> {
  for (const key of tones) {
    if (key === 'w' || key === 'W') {
      await stage.timers.wait(key === 'w' ? 500 : 1_000, signal);
      continue;
    }
    call.transcript.push({ at: stage.timers.now(), who: 'caller', key });
    stage.eventLog.record(call, { type: 'key', who: 'caller', key });
    call.line.callerSends(key);
    await stage.timers.wait(stage.settings.toneMs, signal);
  }
}
