/** Plays tones with the browser's audio. */

/** How long a tone fades in and out, s: without it, it clicks. */
const FADE_S = 0.005;
/** The shortest tone, s; switchboards want 65 ms. */
const SHORTEST_S = 0.09;

/** Something that sounds until it is stopped. */
export interface Sounding {
  /** Stops it, 90 ms after its beginning at the earliest. */
  stop(): void;
}

/** Where tones go, and how loud they are. */
export interface Output {
  context: AudioContext;
  master: GainNode;
}

/** When something sounds, in seconds from now on. */
export interface Burst {
  from: number;
  to: number;
}

/**
 * Plays some frequencies (Hz) at once. All is scheduled on the clock of the audio, so that it keeps its rhythm in a page that
 * nobody looks at.
 * @param level how loud, up to 1
 */
export function playTone(
  { context, master }: Output,
  frequencies: readonly number[],
  level: number,
  bursts: readonly Burst[],
): Sounding {
  const now = context.currentTime;
  const envelope = new GainNode(context, { gain: 0 });
  envelope.connect(master);
  for (const { from, to } of bursts) {
    envelope.gain.setValueAtTime(0, now + from);
    envelope.gain.linearRampToValueAtTime(level, now + from + FADE_S);
    envelope.gain.setValueAtTime(level, now + to - FADE_S);
    envelope.gain.linearRampToValueAtTime(0, now + to);
  }
  const oscillators = frequencies.map((frequency) => new OscillatorNode(context, { frequency }));
  for (const oscillator of oscillators) {
    oscillator.connect(envelope);
    oscillator.start();
  }
  return {
    stop() {
      const end = Math.max(context.currentTime, now + SHORTEST_S);
      envelope.gain.cancelScheduledValues(end);
      envelope.gain.setTargetAtTime(0, end, FADE_S);
      for (const oscillator of oscillators) oscillator.stop(end + 10 * FADE_S);
    },
  };
}
