/** Opens and closes what slides in from the side: one at a time. */
import { button, byValue, mark, part, write } from './dom.ts';
import { act } from './send.ts';
import type { View } from './view.ts';

const NAMES = ['faults', 'events'] as const;
type Name = (typeof NAMES)[number];

const switches = byValue('data-fault') as Map<string, HTMLInputElement>;
const modes = byValue('data-mode') as Map<string, HTMLInputElement>;
const hits = byValue('data-hits');

/** Opens one. */
export function openDrawer(name: Name): void {
  for (const other of NAMES) set(other, other === name);
  button(`${name}-close`).focus();
}

/** Closes what is open, and says whether anything was. */
export function closeDrawers(): boolean {
  const open = NAMES.find((name) => !part(name).hidden);
  if (!open) return false;
  const hadFocus = part(open).contains(document.activeElement);
  set(open, false);
  if (hadFocus) button(`${open}-button`).focus();
  return true;
}

function set(name: Name, isOpen: boolean): void {
  part(name).hidden = !isOpen;
  mark(button(`${name}-button`), 'aria-expanded', isOpen);
}

/** Connects the buttons, the switches and the choices. */
export function connectDrawers(): void {
  for (const name of NAMES) {
    button(`${name}-button`).addEventListener('click', () => {
      if (part(name).hidden) openDrawer(name);
      else closeDrawers();
    });
    button(`${name}-close`).addEventListener('click', closeDrawers);
  }
  document.addEventListener('keydown', ({ key, isComposing }) => {
    if (key === 'Escape' && !isComposing) closeDrawers();
  });
  for (const [fault, input] of switches)
    input.addEventListener('change', () => void act({ do: 'switchFault', fault, on: input.checked }));
  for (const [mode, input] of modes)
    input.addEventListener('change', () => void act({ do: 'setMode', mode }));
}

/** Shows which faults are on, and what the phone does. */
export function renderDrawers({ faults, desk }: View): void {
  const on = faults.filter((fault) => fault.on).length;
  write(part('faults-label'), on === 0 ? 'Faults' : `Faults: ${on} on`);
  // In a narrow window there is room for the number only.
  write(part('faults-count'), String(on));
  part('faults-count').hidden = on === 0;
  part('faults-button').classList.toggle('on', on > 0);
  for (const { id, on: isOn, hits: count } of faults) {
    const input = switches.get(id);
    if (input) input.checked = isOn;
    const times = count === 1 ? 'once' : `${count} times`;
    const text = hits.get(id);
    if (text) write(text, count === 0 ? '' : `It has happened ${times}.`);
  }
  for (const [mode, input] of modes) input.checked = mode === desk.mode;
}
