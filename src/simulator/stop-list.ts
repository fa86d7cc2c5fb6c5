/** Who wants no more texts from whom (Twilio: support for opt-out keywords). */
import { DeskError } from './desk.ts';
import { isSenderName } from './text-request.ts';

const STOP = ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT'];
const START = ['START', 'YES', 'UNSTOP'];
/** Toll-free numbers of +1: their network knows only these words. */
const TOLL_FREE = /^\+18(00|33|44|55|66|77|88)/;
const TOLL_FREE_WORDS = ['STOP', 'START', 'UNSTOP'];

/** A text from a phone to a sender; both E.164. */
export interface AnswerText {
  from: string;
  to: string;
  body: string;
}

/** The phones that sent STOP. */
export interface StopList {
  /** Takes note of what a phone answers: only the bare word counts, in capitals or not. Throws `DeskError` for a sender that is a name. */
  hear(answer: AnswerText): void;
  /** Whether the phone wants no texts from this sender. */
  has(sender: string, phone: string): boolean;
}

/** A list of nobody. */
export function createStopList(): StopList {
  const stopped = new Set<string>();
  const pair = (sender: string, phone: string) => `${sender} ${phone}`;
  return {
    hear({ from, to, body }) {
      if (isSenderName(to))
        throw new DeskError('A sender that is a name cannot be answered. Give the number (E.164) of a line.');
      const word = body.trim().toUpperCase();
      if (TOLL_FREE.test(to) && !TOLL_FREE_WORDS.includes(word)) return;
      if (STOP.includes(word)) stopped.add(pair(to, from));
      if (START.includes(word)) stopped.delete(pair(to, from));
    },
    has: (sender, phone) => stopped.has(pair(sender, phone)),
  };
}
