/** The sandbox in the browser: shows what the server says, and tells it what somebody does. */
import { createAudio } from './audio.ts';
import { captionOf } from './caption-words.ts';
import { keepChoices, readChoices } from './choices.ts';
import { connectBackend } from './connect-backend.ts';
import { connectDesk, focusWhenRinging } from './connect-desk.ts';
import { connectMobile } from './connect-mobile.ts';
import { button } from './dom.ts';
import { connectDrawers, renderDrawers } from './drawers.ts';
import { follow } from './follow.ts';
import { renderBackend } from './render-backend.ts';
import { renderCaption } from './render-caption.ts';
import { renderChoices } from './render-choices.ts';
import { type Local, renderDesk, tickDesk } from './render-desk.ts';
import { renderMobile, tickMobile } from './render-mobile.ts';
import { renderTimeline } from './render-timeline.ts';
import { act } from './send.ts';
import { serverTime, setServerTime } from './server-time.ts';
import type { View } from './view.ts';

/** How often what changes with the time is shown anew, ms. */
const TICK_MS = 100;

const choices = readChoices();
const narrowest = window.matchMedia('(max-width: 38rem)');
const narrow = window.matchMedia('(max-width: 62rem)');
let view: View | null = null;
let isHandsFree = false;
let reported = '';
/** The verification that had ended before the phone was set to something else. */
let told: string | null = null;

const audio = createAudio(choices.sound, show);
/** Whether there is sound, as far as somebody wants any. */
const hasSound = () => audio.isRunning() || !choices.sound;
const stillness = window.matchMedia('(prefers-reduced-motion: reduce)');
const moves = () => choices.movement && !stillness.matches;
const local = (): Local => ({ moves: moves(), silenced: audio.silenced(), isHandsFree });

connectBackend();
connectDrawers();
connectMobile(() => view, { down: audio.keyDown, up: audio.keyUp });
connectDesk({
  view: () => view,
  audio,
  toggleSound,
  hasKeys: () => choices.keys,
  isHandsFree: () => isHandsFree,
  setHandsFree(wanted) {
    isHandsFree = wanted;
  },
  changed: show,
});
button('sound').addEventListener('click', toggleSound);
for (const [name, choice] of [
  ['movement', 'movement'],
  ['single-keys', 'keys'],
] as const)
  button(name).addEventListener('click', () => {
    choices[choice] = !choices[choice];
    keepChoices(choices);
    show();
  });
follow((next) => {
  const before = view;
  view = next;
  if (before?.person === next.person && before.desk.mode !== next.desk.mode)
    told = next.timeline.verification;
  setServerTime(next.now);
  audio.follow(next);
  show();
  focusWhenRinging(before, next);
  reportOutcome(next);
});
setInterval(tick, TICK_MS);

function toggleSound(): void {
  choices.sound = !choices.sound;
  keepChoices(choices);
  audio.setOn(choices.sound);
}

function show(): void {
  if (!view) return;
  renderChoices(choices, view, hasSound());
  renderBackend(view);
  renderDesk(view, local());
  renderMobile(view);
  renderTimeline(view, moves());
  renderDrawers(view);
  tick();
}

function tick(): void {
  if (!view) return;
  const now = serverTime();
  tickDesk(view, local(), now);
  tickMobile(view, now);
  const [hasHandset, isNarrow] = [!narrowest.matches, narrow.matches];
  renderCaption(captionOf(view, { hasSound: hasSound(), hasHandset, isNarrow, told }), now);
}

/** Says when an outcome is on the screen: that is the end of the timeline. */
function reportOutcome({ timeline: { verification, outcome } }: View): void {
  if (!verification || !outcome || reported === verification) return;
  reported = verification;
  requestAnimationFrame(() => void act({ do: 'shown', verification }));
}
