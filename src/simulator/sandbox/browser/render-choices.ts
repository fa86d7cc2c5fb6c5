/** Shows the switches for what this browser remembers. */
import type { Choices } from './choices.ts';
import { mark, part, write } from './dom.ts';
import type { View } from './view.ts';

/** Shows them. @param hasSound whether there is sound, as far as somebody wants any */
export function renderChoices({ sound, movement, keys }: Choices, { desk }: View, hasSound: boolean): void {
  mark(part('sound'), 'aria-pressed', sound);
  mark(part('mute'), 'aria-pressed', !sound);
  mark(part('movement'), 'aria-pressed', movement);
  mark(part('single-keys'), 'aria-pressed', keys);
  write(part('sound-label'), hasSound ? 'Sound' : 'Sound after a click');
  // The caption says it where the bar has no room for words; of a phone that rings it says it anyway.
  part('sound-note').hidden = hasSound || desk.call?.phase === 'ringing';
}
