/** Shows the desk phone: display, soft keys, lamp, handset, and the key that is waited for. */
import { counted, displayOf } from './desk-words.ts';
import { button, byValue, mark, part, write } from './dom.ts';
import { soundsAt } from './ring-rhythm.ts';
import type { View } from './view.ts';

/** How the page itself stands. */
export interface Local {
  /** Whether things move. */
  moves: boolean;
  /** The call whose bell somebody has silenced. */
  silenced: string | null;
  /** Whether the call goes over the speaker, with the handset on its hook. */
  isHandsFree: boolean;
}

const softKeys = byValue('data-soft');
const softLabels = byValue('data-soft-label');
const keys = byValue('data-key');

/** Shows what changes with the view. */
export function renderDesk({ desk, organisation }: View, local: Local): void {
  const { call, mode, number, extension } = desk;
  const display = displayOf(desk, organisation);
  write(part('line-number'), mode === 'switchboard' ? `ext. ${extension}` : number);
  write(part('pressed'), display.pressed);
  for (const [place, key] of display.softKeys.entries()) {
    const label = softLabels.get(String(place));
    const soft = softKeys.get(String(place));
    if (!label || !soft) continue;
    write(label, key?.label ?? '');
    label.className = key?.colour ?? '';
    mark(soft, 'aria-label', key?.label ?? 'Soft key, not used');
    // A disabled button would lose the focus when it has it.
    mark(soft, 'aria-disabled', key === null);
    soft.dataset.action = key?.action ?? '';
  }
  const isTalking = call?.phase === 'talking';
  const isRinging = call?.phase === 'ringing';
  part('phone').classList.toggle('off', isTalking && !local.isHandsFree);
  part('phone').classList.toggle('ring', isRinging);
  part('phone').classList.toggle('moves', local.moves);
  const handset = button('handset');
  mark(handset, 'aria-pressed', isTalking);
  mark(handset, 'aria-label', handsetLabel(isRinging, isTalking));
  mark(part('hands-free'), 'aria-pressed', isTalking && local.isHandsFree);
  for (const [key, element] of keys) element.classList.toggle('want', call?.awaits === key);
}

function handsetLabel(isRinging: boolean, isTalking: boolean): string {
  if (isTalking) return 'Handset, lifted. Hang up';
  return isRinging ? 'Handset. Answer' : 'Handset. Nobody calls';
}

/** Shows what changes with the time, ms since 1970. */
export function tickDesk({ desk, organisation }: View, local: Local, now: number): void {
  const { line1, line2, countsFrom } = displayOf(desk, organisation);
  const { time, date } = clock(now);
  write(part('clock'), time);
  write(part('line1'), line1 ?? time);
  write(part('line2'), line2 ?? date);
  // A display is read out when it changes; nobody wants to hear the clock each minute.
  mark(part('line1'), 'aria-hidden', line1 === null);
  mark(part('line2'), 'aria-hidden', line2 === null);
  const timer = countsFrom === null ? '' : ` · ${counted(countsFrom, now)}`;
  // What a lamp that blinks and a handset that shakes say is said in a word when nothing moves.
  write(part('timer'), desk.call?.phase === 'ringing' && !local.moves ? ' · Ringing' : timer);
  write(part('mobile-clock'), time);
  write(part('mobile-date'), date);
  part('phone').classList.toggle('sounding', local.moves && isSounding(desk, local, now));
}

/** Whether the bell of the desk phone sounds at this instant. */
function isSounding({ call, country }: View['desk'], { silenced }: Local, now: number): boolean {
  if (call?.phase !== 'ringing' || call.sid === silenced) return false;
  return soundsAt(country, Math.max(0, (now - call.since) / 1_000));
}

const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const DATE = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });

function clock(now: number): { time: string; date: string } {
  return { time: TIME.format(now), date: DATE.format(now).replace(',', '') };
}
