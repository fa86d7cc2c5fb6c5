/** What each phone is doing: the calls at the phones, followed by the network's events. */
import type { SimulatorEvent } from '../events.ts';
import type { CallView, HeardView } from './browser/view.ts';
import { forPeople } from './format-number.ts';
import type { Network } from './network.ts';

/** The phones. Numbers are E.164. */
export interface Phones {
  /** The call at a phone, or null. */
  callAt(number: string): CallView | null;
  /** Puts the caller on hold, or takes it back; while on hold no keys are sent. */
  hold(number: string): void;
  /** Takes note of what happened in the network. */
  hear(event: SimulatorEvent): void;
}

/** A call, of which nothing is shown until it has a phase. */
interface Followed extends Omit<CallView, 'phase' | 'awaits'> {
  phase: CallView['phase'] | null;
  isAsked: boolean;
}

/**
 * Phones that nobody calls yet.
 * @param isSwitchboard whether a switchboard answers for a number
 * @param awaited the key that a caller of a number waits for, given what was pressed
 * @param changed called whenever a call of a phone changed without an event
 */
export function createPhones(deps: {
  network: Network;
  isSwitchboard: (number: string) => boolean;
  awaited: (number: string, keys: string) => string;
  changed: () => void;
}): Phones {
  const calls = new Map<string, Followed>();

  function begin(event: SimulatorEvent): void {
    const call = deps.network.findCall(event.sid);
    if (!call) return;
    const followed = newCall(event, call.request.from);
    calls.set(event.to, followed);
    const off = call.line.on('prompt', (phase) => {
      followed.isAsked = phase !== 'none';
      deps.changed();
    });
    call.over.signal.addEventListener('abort', off, { once: true });
  }

  return {
    callAt(number) {
      const call = calls.get(number);
      if (!call?.phase) return null;
      const { isAsked, phase, ...rest } = call;
      const awaits = isAsked && phase === 'talking' ? deps.awaited(number, call.keys) : null;
      return { ...rest, phase, awaits };
    },
    hold(number) {
      const call = calls.get(number);
      if (call?.phase === 'talking') call.onHold = !call.onHold;
    },
    hear(event) {
      if (event.type === 'created') return begin(event);
      const call = calls.get(event.to);
      if (call?.sid !== event.sid) return;
      if (event.type === 'ended') calls.delete(event.to);
      else follow(call, event, deps.isSwitchboard(event.to), deps.network.charactersPerSecond);
    },
  };
}

function newCall({ sid, at }: SimulatorEvent, from: string): Followed {
  return {
    ...{ sid, phase: null, from: forPeople(from), since: at, keys: '', tones: '' },
    ...{ onHold: false, heard: null, isAsked: false },
  };
}

function follow(call: Followed, event: SimulatorEvent, isSwitchboard: boolean, speed: number): void {
  if (event.type === 'status' && event.status === 'in-progress' && call.phase === null)
    enter(call, isSwitchboard ? 'main' : 'machine', event.at);
  if (event.type === 'handset') {
    const phase = PHASES[event.what];
    if (phase) enter(call, phase, event.at);
  }
  if (event.type === 'heard') call.heard = heardIn(event, speed);
  if (event.type !== 'key') return;
  if (event.who === 'caller') call.tones += event.key;
  else press(call, event.key, event.at);
}

/** What a phone does from then on, after what happened to its handset. */
const PHASES: Partial<Record<(SimulatorEvent & { type: 'handset' })['what'], CallView['phase']>> = {
  rings: 'ringing',
  answered: 'talking',
  voicemail: 'machine',
};

function enter(call: Followed, phase: CallView['phase'], at: number): void {
  call.phase = phase;
  call.since = at;
}

function heardIn(
  { text, language, at }: Extract<SimulatorEvent, { type: 'heard' }>,
  speed: number,
): HeardView {
  return { text, language, at, until: at + (text.length / speed) * 1_000, interruptedAt: null };
}

/** A key interrupts what is being said. */
function press(call: Followed, key: string, at: number): void {
  call.keys += key;
  if (call.heard && call.isAsked && at < call.heard.until)
    call.heard = { ...call.heard, interruptedAt: call.heard.interruptedAt ?? at };
}
