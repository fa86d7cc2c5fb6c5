/** What the display of the desk phone says, and what its soft keys do. */
import type { DeskView } from './view.ts';

/** What a soft key does. */
export type SoftAction =
  | ('redial' | 'forward' | 'busy' | 'more')
  | ('answer' | 'reject' | 'silence' | 'toVoicemail')
  | ('hold' | 'keypad' | 'hangUp');

/** A soft key: its label on the display, and how it is coloured. */
interface SoftKey {
  action: SoftAction;
  label: string;
  colour?: 'g' | 'r';
}

/** The display. */
export interface Display {
  /** Null: the time of day. */
  line1: string | null;
  /** Null: the date. */
  line2: string | null;
  /** What has been counting since then, ms since 1970; null: nothing. */
  countsFrom: number | null;
  pressed: string;
  softKeys: (SoftKey | null)[];
}

/** The most keys that are shown. */
const MOST_KEYS = 6;

/** @param organisation who calls */
export function displayOf({ mode, extension, call }: DeskView, organisation: string): Display {
  const nothing = { line1: null, line2: null, countsFrom: null, pressed: '', softKeys: idleKeys(mode) };
  if (call === null) return { ...nothing, ...IDLE[mode] };
  const { phase, from, keys, tones, since, onHold } = call;
  if (phase === 'ringing')
    return {
      ...nothing,
      ...(tones === ''
        ? { line1: organisation, line2: from }
        : { line1: `Extension ${extension}`, line2: organisation }),
      softKeys: RINGING,
    };
  if (phase === 'talking')
    return {
      ...{ line1: organisation, line2: onHold ? 'On hold' : 'In call', countsFrom: since },
      pressed: keys.slice(-MOST_KEYS),
      softKeys: talkingKeys(onHold),
    };
  if (phase === 'main')
    return {
      ...{ line1: 'Main number', line2: 'Waits for an extension', countsFrom: null, pressed: tones },
      softKeys: NO_KEYS,
    };
  return {
    ...{ line1: 'Voicemail', line2: 'Answers a call', countsFrom: since, pressed: '' },
    softKeys: NO_KEYS,
  };
}

const IDLE = {
  rings: {},
  busy: { line1: 'Line in use', line2: 'Callers hear the busy tone' },
  voicemail: { line1: 'Voicemail answers', line2: 'Calls are forwarded' },
  switchboard: {},
} as const;

const NO_KEYS = [null, null, null, null];
const RINGING: SoftKey[] = [
  { action: 'answer', label: 'Answer', colour: 'g' },
  { action: 'reject', label: 'Reject', colour: 'r' },
  { action: 'silence', label: 'Silence' },
  { action: 'toVoicemail', label: 'Voicemail' },
];

function idleKeys(mode: DeskView['mode']): SoftKey[] {
  return [
    { action: 'redial', label: 'Redial' },
    { action: 'forward', label: mode === 'voicemail' ? 'Ring here' : 'Forward' },
    { action: 'busy', label: mode === 'busy' ? 'Free' : 'Busy' },
    { action: 'more', label: 'More' },
  ];
}

function talkingKeys(onHold: boolean): (SoftKey | null)[] {
  return [
    { action: 'hold', label: onHold ? 'Resume' : 'Hold' },
    { action: 'keypad', label: 'Keypad' },
    null,
    { action: 'hangUp', label: 'End', colour: 'r' },
  ];
}

/** Minutes and seconds since an instant, both ms. */
export function counted(since: number, now: number): string {
  const seconds = Math.max(0, Math.floor((now - since) / 1_000));
  const two = (number: number) => String(number).padStart(2, '0');
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}
