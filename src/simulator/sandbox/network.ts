/** What the sandbox sees and moves of the simulated network. */
import type { Call } from '../call.ts';
import type { Desk } from '../desk.ts';
import type { Listener } from '../events.ts';
import type { Faults } from '../faults.ts';
import type { Hands } from '../hands.ts';
import type { AnswerText, StopList } from '../stop-list.ts';
import type { TextMessage } from '../text-message.ts';

/** The network. Numbers are E.164, instants milliseconds since 1970. */
export interface Network {
  now(): number;
  /** Runs `fn` once, `ms` from now, until the simulator stops. Returns what withdraws it. */
  after(ms: number, fn: () => void): () => void;
  /** How many characters a voice speaks in a second. */
  charactersPerSecond: number;
  desk: Pick<Desk, 'script'>;
  hands: Pick<Hands, 'act'>;
  faults: Pick<Faults, 'next' | 'webhooks'>;
  stopList: StopList;
  findCall(sid: string): Call | null;
  texts(): readonly TextMessage[];
  answerText(answer: AnswerText): void;
  /** Hears of everything that happens until the returned function is called. */
  on(listener: Listener): () => void;
}
