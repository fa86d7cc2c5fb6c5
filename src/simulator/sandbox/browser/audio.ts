/** What sounds when: the bell, the voice, key tones and the busy tone, in one page at a time. */
import { serverTime } from './server-time.ts';
import { createSound } from './sound.ts';
import { takeTurns } from './turn.ts';
import type { CallView, View } from './view.ts';
import { createVoice } from './voice.ts';

/** The sounds of the page. */
export type Audio = ReturnType<typeof createAudio>;

/** How many times the busy tone sounds after a call has ended, and when a line is busy. */
const AFTER_CALL = 3;
const WHEN_BUSY = 5;

/** @param changed called when sound has become possible or impossible */
export function createAudio(isOn: boolean, changed: () => void) {
  const sound = createSound(() => refresh());
  const turn = takeTurns(() => refresh());
  const voice = createVoice(() => refresh());
  let view: View | null = null;
  let silenced: string | null = null;
  sound.setOn(isOn);
  // Browsers let a page sound once somebody has clicked or pressed a key in it; a finger counts when it is lifted.
  for (const gesture of ['pointerdown', 'pointerup', 'keydown'])
    document.addEventListener(gesture, sound.start, true);

  function refresh(): void {
    changed();
    if (!view) return;
    ring(view);
    say(view);
  }

  function say(now: View): void {
    const call = talkIn(now);
    const isHeard = call && !call.onHold && call.heard?.interruptedAt === null;
    voice.say(isHeard && sound.isOn() && turn.isOurs() ? call.heard : null);
  }

  function ring({ desk, mobile }: View): void {
    const ringing = [desk.call, mobile.call].find(
      (call) => call?.phase === 'ringing' && call.sid !== silenced,
    );
    if (ringing && sound.isOn() && turn.isOurs())
      sound.ring(desk.country, Math.max(0, (serverTime() - ringing.since) / 1_000));
    else sound.stopRinging();
  }

  function busyTone(before: View | null, { desk, timeline, person }: View): void {
    // Whoever chooses another person has not heard a call end.
    if (!turn.isOurs() || before?.person !== person) return;
    if (before.desk.call?.phase === 'talking' && !desk.call) sound.busy(AFTER_CALL);
    if (!before.timeline.outcome && timeline.outcome?.name === 'busy') sound.busy(WHEN_BUSY);
  }

  return {
    keyDown: sound.keyDown,
    keyUp: sound.keyUp,
    louder: sound.louder,
    isRunning: sound.isRunning,
    silenced: () => silenced,
    /** The bell of this call sounds no more. */
    silence(sid: string): void {
      silenced = sid;
      refresh();
    },
    setOn(on: boolean): void {
      sound.setOn(on);
      if (!on) voice.stop();
      refresh();
    },
    /** Says once more what the caller says. */
    repeatVoice(): void {
      const call = view && talkIn(view);
      if (call?.heard && sound.isOn()) voice.repeat(call.heard);
    },
    /** The server has sent a new view. */
    follow(next: View): void {
      busyTone(view, next);
      view = next;
      ring(next);
      say(next);
    },
  };
}

function talkIn({ desk, mobile }: View): CallView | null {
  return [desk.call, mobile.call].find((call) => call?.phase === 'talking') ?? null;
}
