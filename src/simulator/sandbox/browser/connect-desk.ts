/** What somebody does with the desk phone. */
import type { Audio } from './audio.ts';
import type { SoftAction } from './desk-words.ts';
import { button, byValue, part } from './dom.ts';
import { closeDrawers, openDrawer } from './drawers.ts';
import { connectKeyboard, isTyping } from './keyboard.ts';
import { connectKeypad, moveByArrows } from './keypad.ts';
import { act } from './send.ts';
import type { View } from './view.ts';

/** What operating the phone needs. */
export interface DeskDeps {
  view: () => View | null;
  audio: Audio;
  /** Switches the sound on or off. */
  toggleSound: () => void;
  /** Whether digits, signs, letters and the space bar operate the phone. */
  hasKeys: () => boolean;
  /** Whether the call goes over the speaker, with the handset on its hook. */
  isHandsFree: () => boolean;
  setHandsFree: (isHandsFree: boolean) => void;
  changed: () => void;
}

const VOLUME_STEP = 0.15;

/** Connects handset, keys and keyboard. */
export function connectDesk(deps: DeskDeps): void {
  const { view, audio, toggleSound } = deps;
  const desk = (what: string, more: object = {}) => void act({ do: what, phone: 'desk', ...more });
  const phase = () => view()?.desk.call?.phase;

  /** Answers or hangs up; a call at the handset goes over the speaker first. */
  function lift(isHandsFree: boolean): void {
    const toSpeaker = isHandsFree && !deps.isHandsFree();
    deps.setHandsFree(isHandsFree);
    if (phase() === 'ringing') desk('answer');
    else if (phase() === 'talking' && !toSpeaker) desk('hangUp');
    deps.changed();
  }

  const keypad = connectKeypad(byValue('data-key'), {
    down(key) {
      audio.keyDown(key);
      if (phase() === 'talking') desk('press', { key });
    },
    up: audio.keyUp,
  });
  moveByArrows(part('keypad'));
  connectKeyboard(part('phone'), keypad, {
    isOn: deps.hasKeys,
    handset: () => lift(false),
    leave() {
      if (closeDrawers()) return;
      if (phase() === 'ringing') desk('reject');
      else if (phase() === 'talking') desk('hangUp');
    },
    mute: toggleSound,
    repeatVoice: audio.repeatVoice,
  });
  onClick(button('handset'), () => lift(false));
  onClick(button('hands-free'), () => lift(true));
  button('mute').addEventListener('click', toggleSound);
  button('louder').addEventListener('click', () => audio.louder(VOLUME_STEP));
  button('quieter').addEventListener('click', () => audio.louder(-VOLUME_STEP));
  for (const [, soft] of byValue('data-soft'))
    onClick(soft, () => press(soft.dataset.action as SoftAction, deps));
}

/** The second click of a double click counts for nothing: it would hang up what the first has answered. */
function onClick(element: HTMLElement, doing: () => void): void {
  element.addEventListener('click', ({ detail }) => {
    if (detail <= 1) doing();
  });
}

function press(action: SoftAction, { view, audio, setHandsFree, changed }: DeskDeps): void {
  const now = view();
  if (!now) return;
  const { mode, call } = now.desk;
  const actions: Record<SoftAction, () => void> = {
    redial: () => void act({ do: 'setUpOffice' }),
    forward: () => void act({ do: 'setMode', mode: mode === 'voicemail' ? 'rings' : 'voicemail' }),
    busy: () => void act({ do: 'setMode', mode: mode === 'busy' ? 'rings' : 'busy' }),
    more: () => openDrawer('faults'),
    answer() {
      setHandsFree(false);
      void act({ do: 'answer', phone: 'desk' });
    },
    reject: () => void act({ do: 'reject', phone: 'desk' }),
    silence: () => audio.silence(call?.sid ?? ''),
    toVoicemail: () => void act({ do: 'toVoicemail', phone: 'desk' }),
    hold: () => void act({ do: 'hold', phone: 'desk' }),
    keypad: focusKeypad,
    hangUp: () => void act({ do: 'hangUp', phone: 'desk' }),
  };
  actions[action]?.();
  changed();
}

function focusKeypad(): void {
  part('keypad').querySelector<HTMLElement>('button[tabindex="0"]')?.focus();
}

/** When the phone begins to ring it takes the focus, unless somebody is typing or in what has slid in. */
export function focusWhenRinging(before: View | null, view: View): void {
  const isNew = view.desk.call?.phase === 'ringing' && before?.desk.call?.phase !== 'ringing';
  if (!isNew || isTyping() || document.activeElement?.closest('.drawer')) return;
  const handset = button('handset');
  const isShown = handset.getClientRects().length > 0;
  const answer = byValue('data-soft').get('0');
  (isShown ? handset : answer)?.focus({ preventScroll: true });
}
