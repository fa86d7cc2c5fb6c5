/** The named scripts of desk phones, in one table. */
import type { Reaction, Script } from './script.ts';

const answers = (afterMs: number, ...reactions: Reaction[]): Script => ({
  pickUp: { kind: 'answer', afterMs, by: 'human' },
  reactions,
});

const presses = (press: string, afterMs = 1_000): Reaction => ({ on: 'promptEnd', afterMs, press });

/** Every scenario, by the name it is asked for. */
export const SCENARIOS = {
  'press-pound': answers(4_000, presses('#')),
  busy: { pickUp: { kind: 'busy', afterMs: 300 }, reactions: [] },
  'no-answer': { pickUp: { kind: 'ignore' }, reactions: [] },
  voicemail: { pickUp: { kind: 'answer', afterMs: 10_000, by: 'machine' }, reactions: [] },
  'wrong-key': answers(4_000, presses('5'), presses('7'), presses('9')),
  'wrong-then-pound': answers(4_000, presses('5'), presses('#')),
  fraud: answers(4_000, presses('0'), presses('#')),
  'hang-up': answers(4_000, { on: 'prompt', afterMs: 1_500, hangUp: true }),
  silence: answers(4_000),
  unreachable: {
    pickUp: { kind: 'unreachable', afterMs: 300, sipResponseCode: 404 },
    reactions: [],
    // Twilio, error 30003: unreachable destination handset.
    texts: { kind: 'undelivered', afterMs: 2_000, errorCode: 30003 },
  },
  /** Answers calls; its network takes no texts (Twilio, error 30006). */
  landline: {
    ...answers(4_000, presses('#')),
    texts: { kind: 'undelivered', afterMs: 2_000, errorCode: 30006 },
  },
  slow: answers(25_000, presses('#', 3_500)),
  /** Rings until a person decides, over HTTP or in the sandbox. */
  'by-hand': { pickUp: { kind: 'byHand' }, reactions: [] },
  /** Extension 1234. */
  pbx: {
    pickUp: { kind: 'answer', afterMs: 1_000, by: 'machine' },
    switchboard: { extension: '1234', transferMs: 3_000, patienceMs: 15_000 },
    reactions: [presses('#')],
  },
} as const satisfies Record<string, Script>;

/** The name of a scenario. */
export type ScenarioName = keyof typeof SCENARIOS;

/** All names, in the order of the table. */
export const SCENARIO_NAMES = Object.keys(SCENARIOS) as ScenarioName[];
