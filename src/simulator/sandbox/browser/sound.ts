/** Key tones, the bell and the busy tone. Nothing sounds before somebody has clicked or pressed a key. */
import { type Burst, type Output, playTone, type Sounding } from './play-tone.ts';
import { burstsAfter } from './ring-rhythm.ts';
import { tonesOf } from './tones.ts';

/** How far ahead the bell is scheduled, s; no phone rings longer. */
const BELL_S = 120;
/** The longest that a key is held, s. */
const LONGEST_KEY_S = 20;
const BELL_HZ = [950, 1130];
const BUSY_HZ = [425];
const [QUIETEST, LOUDEST] = [0.1, 1];

/** Silent until `start`. @param stateChanged called when the browser lets it sound, or no longer */
export function createSound(stateChanged: () => void) {
  let output: Output | null = null;
  let volume = 0.6;
  let isOn = true;
  let bell: Sounding | null = null;
  let tone: Sounding | null = null;

  const setVolume = () => {
    output?.master.gain.setTargetAtTime(isOn ? volume : 0, output.context.currentTime, 0.01);
  };
  const play = (frequencies: readonly number[], level: number, bursts: readonly Burst[]) =>
    output?.context.state === 'running' ? playTone(output, frequencies, level, bursts) : null;

  function stopRinging(): void {
    bell?.stop();
    bell = null;
  }

  return {
    /** To be called while somebody clicks or presses a key; browsers allow no sound otherwise. */
    start(): void {
      output ??= openOutput(isOn ? volume : 0, () => {
        // The clock of the audio has stood still: the bell begins anew, in step with the handset.
        stopRinging();
        stateChanged();
      });
      // It may never settle (Safari), so nothing waits for it.
      if (output.context.state !== 'running') void output.context.resume().catch(() => undefined);
    },
    isRunning: (): boolean => output?.context.state === 'running',
    isOn: (): boolean => isOn,
    setOn(on: boolean): void {
      isOn = on;
      setVolume();
    },
    louder(step: number): void {
      volume = Math.min(LOUDEST, Math.max(QUIETEST, volume + step));
      setVolume();
    },
    /** The tone of a key, until `keyUp`. */
    keyDown(key: string): void {
      tone?.stop();
      const frequencies = tonesOf(key);
      tone = frequencies && play(frequencies, 0.18, [{ from: 0, to: LONGEST_KEY_S }]);
    },
    keyUp(): void {
      tone?.stop();
      tone = null;
    },
    /** The bell of a phone in `country` that has been ringing for `passed` seconds. Once it sounds, it goes on. */
    ring(country: string, passed: number): void {
      bell ??= play(BELL_HZ, 0.12, burstsAfter(country, passed, BELL_S));
    },
    stopRinging,
    /** The busy tone, some times. */
    busy(times: number): void {
      const bursts = Array.from({ length: times }, (_, place) => ({ from: place / 2, to: place / 2 + 0.25 }));
      const sounding = play(BUSY_HZ, 0.14, bursts);
      setTimeout(() => sounding?.stop(), times * 500);
    },
  };
}

function openOutput(gain: number, stateChanged: () => void): Output {
  const context = new AudioContext({ latencyHint: 'interactive' });
  const master = new GainNode(context, { gain });
  master.connect(context.destination);
  context.addEventListener('statechange', stateChanged);
  return { context, master };
}
