/** Keys that are pressed with a mouse, a finger or the keyboard, for as long as they are held. */

/** The shortest press that is shown, ms. */
const SHORTEST_MS = 90;
const COLUMNS = 3;

/** What pressing does. */
export interface Pressing {
  down(key: string): void;
  up(): void;
}

/** What somebody can press. `by` says what holds a key down: a key of the computer, a finger, a mouse. */
export interface Keypad {
  /** The key goes down, as if somebody pressed it; another one that is down goes up. */
  press(key: string, by: string): void;
  /** The key goes up that is held down by this. */
  release(by: string): void;
}

/** Connects the keys of a keypad, by their signs. */
export function connectKeypad(keys: ReadonlyMap<string, HTMLElement>, pressing: Pressing): Keypad {
  let held: { key: string; by: string; since: number } | null = null;

  function press(key: string, by: string): void {
    const before = held;
    held = { key, by, since: performance.now() };
    if (before) lift(before.key);
    keys.get(key)?.classList.add('down');
    pressing.down(key);
  }

  function release(by = held?.by): void {
    if (!held || held.by !== by) return;
    const { key, since } = held;
    held = null;
    pressing.up();
    const left = SHORTEST_MS - (performance.now() - since);
    setTimeout(() => lift(key), Math.max(0, left));
  }

  function lift(key: string): void {
    if (held?.key !== key) keys.get(key)?.classList.remove('down');
  }

  for (const [key, element] of keys) connectKey(key, element, { press, release });
  window.addEventListener('blur', () => release());
  return { press, release };
}

function connectKey(key: string, element: HTMLElement, { press, release }: Keypad): void {
  let isByPointer = false;
  const nameOf = ({ pointerId }: PointerEvent) => `pointer ${pointerId}`;
  element.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    isByPointer = true;
    press(key, nameOf(event));
  });
  for (const end of ['pointerup', 'pointercancel', 'pointerleave'] as const)
    element.addEventListener(end, (event) => release(nameOf(event)));
  // A click without a pointer comes from the Enter key, the space bar or assistive technology.
  element.addEventListener('click', ({ detail }) => {
    if (detail === 0 || !isByPointer) {
      press(key, 'click');
      release('click');
    }
    isByPointer = false;
  });
}

/** Arrow keys move between the keys of a keypad; only the last one is in the order of the Tab key. */
export function moveByArrows(pad: HTMLElement): void {
  const keys = [...pad.querySelectorAll<HTMLElement>('button')];
  const steps: Record<string, number> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -COLUMNS,
    ArrowDown: COLUMNS,
  };
  pad.addEventListener('keydown', (event) => {
    const step = steps[event.key];
    const place = keys.indexOf(document.activeElement as HTMLElement);
    const next = step === undefined ? undefined : keys[place + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
  pad.addEventListener('focusin', ({ target }) => {
    for (const key of keys) key.tabIndex = key === target ? 0 : -1;
  });
}
