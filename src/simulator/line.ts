/** The line between the network and the desk phone: keys one way, prompts and sent digits the other. */
import { EventEmitter } from 'node:events';

/** What happens on a line. `prompt`: a gather began (`playing`) or has played all it had to say (`waiting`). */
interface LineEvents {
  calleeKey: [key: string];
  callerKey: [key: string];
  prompt: [phase: PromptPhase];
}

/** Where the gather that is under way stands; `none` between gathers. */
type PromptPhase = 'none' | 'playing' | 'waiting';

/** A line. Keys are single characters of `0-9 * # A-D`. */
export interface Line {
  /** Hears of `event` until the returned function is called. */
  on<E extends keyof LineEvents>(event: E, listener: (...what: LineEvents[E]) => void): () => void;
  /** The person presses a key. */
  calleePresses(key: string): void;
  /** The network plays a tone to the phone. */
  callerSends(key: string): void;
  /** The gather under way goes on to another phase. */
  promptIs(phase: PromptPhase): void;
  /** How many gathers there have been, and where the latest stands. */
  readonly prompt: { count: number; phase: PromptPhase };
}

/** A new line, without a gather. */
export function createLine(): Line {
  const emitter = new EventEmitter<LineEvents>();
  const prompt = { count: 0, phase: 'none' as PromptPhase };
  return {
    prompt,
    on(event, listener) {
      emitter.on(event, listener as never);
      return () => void emitter.off(event, listener as never);
    },
    calleePresses: (key) => void emitter.emit('calleeKey', key),
    callerSends: (key) => void emitter.emit('callerKey', key),
    promptIs(phase) {
      if (phase === 'playing') prompt.count++;
      prompt.phase = phase;
      emitter.emit('prompt', phase);
    },
  };
}
