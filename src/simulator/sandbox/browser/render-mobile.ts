/** Shows the mobile: its messages, or its call. */
import { spokenBy } from './caption-words.ts';
import { counted } from './desk-words.ts';
import { button, copyOf, fill, part, within, write } from './dom.ts';
import type { View } from './view.ts';

/** Shows what changes with the view. */
export function renderMobile({ mobile, organisation }: View): void {
  const { number, texts, isStopped, canAnswer, call } = mobile;
  write(part('mobile-number'), number);
  part('mobile-home').hidden = call !== null;
  part('mobile-call').hidden = call === null;
  part('no-texts').hidden = texts.length > 0;
  part('texts').hidden = texts.length === 0;
  fill(
    part('texts'),
    texts,
    () => copyOf('message'),
    (element, text) => {
      write(within(element, 'b'), /\p{L}/u.test(text.from) ? text.from : organisation);
      write(within(element, 'p'), text.body);
    },
  );
  part('text-actions').hidden = texts.length === 0;
  part('copy-code').hidden = texts.at(-1)?.code === null;
  part('reply').hidden = !canAnswer;
  write(part('reply'), isStopped ? 'Reply START' : 'Reply STOP');
  if (!call) return;
  write(part('mobile-caller'), organisation);
  const isTalking = call.phase === 'talking';
  part('mobile-keypad').hidden = !isTalking;
  part('mobile-accept').hidden = isTalking;
  write(button('mobile-decline'), isTalking ? 'End' : 'Decline');
}

/** Shows what changes with the time, ms since 1970. */
export function tickMobile({ mobile: { call } }: View, now: number): void {
  if (!call) return;
  const isTalking = call.phase === 'talking';
  write(part('mobile-from'), isTalking ? counted(call.since, now) : call.from);
  const spoken = isTalking && call.heard ? call.heard.text.slice(0, spokenBy(call.heard, now)) : '';
  write(part('mobile-words'), spoken);
}
