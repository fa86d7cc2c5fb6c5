/** What the desk phones of a world heard and did, call by call. */
import type { CallReport } from '../../src/simulator/report-calls.ts';
import type { Script } from '../../src/simulator/script.ts';
import type { World } from '../support/world.ts';

/** The calls to a number (E.164), oldest first. */
export function callsTo({ simulator }: Pick<World, 'simulator'>, number: string): CallReport[] {
  return simulator.calls().filter(({ to }) => to === number);
}

/** What was dialed after the answer, such as `1234`. */
export function dialed(call: CallReport | undefined): string {
  return (call?.transcript ?? [])
    .flatMap((entry) => (entry.who === 'caller' && 'key' in entry ? [entry.key] : []))
    .join('');
}

/** The texts that were spoken. */
export function spoken(call: CallReport | undefined): string[] {
  return (call?.transcript ?? []).flatMap((entry) => ('text' in entry ? [entry.text] : []));
}

/** How long tones take: each 200 ms, as the simulator plays them. */
const TONE_MS = 200;

/** The silences around what was dialed, s: between the answer and the first tone, the last tone and the prompt. */
export function pausesOf(call: CallReport | undefined): { beforeS: number; afterS: number } {
  const tones = (call?.transcript ?? []).filter((entry) => entry.who === 'caller' && 'key' in entry);
  const prompt = call?.transcript.find((entry) => 'text' in entry);
  const last = (tones.at(-1)?.at ?? Number.NaN) + TONE_MS;
  return {
    beforeS: ((tones[0]?.at ?? Number.NaN) - (call?.answeredAt ?? Number.NaN)) / 1000,
    afterS: ((prompt?.at ?? Number.NaN) - last) / 1000,
  };
}

/** A switchboard that puts `extension` through; the person picks up `transferMs` later and presses `press`. */
export function switchboard(
  extension: string,
  { press = '#', transferMs = 3_000, patienceMs = 15_000 } = {},
): Script {
  return {
    pickUp: { kind: 'answer', afterMs: 1_000, by: 'machine' },
    switchboard: { extension, transferMs, patienceMs },
    reactions: press === '' ? [] : [{ on: 'promptEnd', afterMs: 1_000, press }],
  };
}
