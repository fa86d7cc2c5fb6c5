/** The computer's keys, while the desk has the focus. They are told by what is typed, so that # works on every layout. */
import type { Keypad } from './keypad.ts';

/** What the keys do besides the keypad's. */
export interface Shortcuts {
  /** Whether single keys do anything; Esc always does. */
  isOn(): boolean;
  /** The space bar on the phone itself: answers, or hangs up. */
  handset(): void;
  /** Esc: rejects, or hangs up. */
  leave(): void;
  mute(): void;
  repeatVoice(): void;
}

const KEY = /^[0-9*#]$/;
const FIELDS = 'input, select, textarea, [contenteditable]';

/** Whether somebody is typing into a field. */
export function isTyping(): boolean {
  return document.activeElement?.matches(FIELDS) === true;
}

/** Connects the keys to the desk phone. */
export function connectKeyboard(phone: HTMLElement, keypad: Keypad, shortcuts: Shortcuts): void {
  const letters: Record<string, () => void> = {
    m: shortcuts.mute,
    v: shortcuts.repeatVoice,
  };
  const doingOf = ({ key, code, target }: KeyboardEvent): (() => void) | undefined => {
    if (key === 'Escape') return shortcuts.leave;
    if (!shortcuts.isOn()) return;
    if (KEY.test(key)) return () => keypad.press(key, code);
    // On a button the space bar presses that button, and nothing else.
    if (key === ' ') return target === phone ? shortcuts.handset : undefined;
    return letters[key.toLowerCase()];
  };
  phone.addEventListener('keydown', (event) => {
    const doing = isOther(event) ? undefined : doingOf(event);
    if (!doing) return;
    event.preventDefault();
    if (!event.repeat) doing();
  });
  // A browser clicks again and again while Enter is held on a button.
  document.addEventListener('keydown', (event) => {
    if (event.repeat && event.key === 'Enter' && event.target instanceof HTMLButtonElement)
      event.preventDefault();
  });
  // The focus may have gone elsewhere while the key was held, and Shift may have been let go first.
  window.addEventListener('keyup', ({ code }) => keypad.release(code));
}

/** Keys that belong to the browser, to a field, or to a word that is being composed. */
function isOther({ ctrlKey, altKey, metaKey, isComposing, target, key }: KeyboardEvent): boolean {
  const isField = target instanceof Element && target.matches(FIELDS);
  // With Alt, and with AltGr, which some browsers report as Ctrl and Alt, some layouts type # and *.
  const isSign = /^[*#]$/.test(key) && altKey && !metaKey;
  return isField || isComposing || ((ctrlKey || altKey || metaKey) && !isSign);
}
