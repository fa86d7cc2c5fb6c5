/** Shows the caption, and says it once to those who listen: word for word it would be said again and again. */
import { type Caption, spokenBy } from './caption-words.ts';
import { part, within, write } from './dom.ts';

/** Longer texts are written smaller, so that they fit, characters. */
const LONG = 130;
let saidLast = '';

/** Shows a caption as it is at an instant, ms since 1970. */
export function renderCaption(caption: Caption, now: number): void {
  within(document.body, '.caption').classList.toggle(
    'long',
    (caption.heard?.text ?? caption.words).length > LONG,
  );
  const who = within(document.body, '.caption .who');
  for (const icon of who.querySelectorAll('[data-icon]'))
    icon.toggleAttribute('hidden', icon.getAttribute('data-icon') !== caption.icon);
  write(part('caption-who'), caption.who);
  const spans = caption.heard ? spokenIn(caption.heard, now) : caption.words.split('*');
  showWords(part('caption-words'), spans, caption.heard ? 0 : 1, caption.heard?.language ?? 'en');
  say(caption);
}

/** What was spoken, and what comes. */
function spokenIn(heard: NonNullable<Caption['heard']>, now: number): string[] {
  const spoken = spokenBy(heard, now);
  return [heard.text.slice(0, spoken), heard.text.slice(spoken)];
}

/** Every second span stands out, from the place `strong` on. */
function showWords(element: HTMLElement, spans: string[], strong: number, language: string): void {
  const shows = JSON.stringify([spans, strong]);
  if (element.dataset.shows === shows) return;
  element.dataset.shows = shows;
  element.lang = language;
  element.replaceChildren(
    ...spans.map((text, place) => {
      const span = document.createElement(place % 2 === strong ? 'b' : 'span');
      span.textContent = text;
      return span;
    }),
  );
}

/** How many captions are kept to be read again. */
const KEPT = 8;

function say({ who, words, heard }: Caption): void {
  const text = `${who}. ${heard?.text ?? words.replaceAll('*', '')}`;
  if (text === saidLast) return;
  saidLast = text;
  const log = part('caption-log');
  const line = document.createElement('p');
  line.textContent = text;
  line.lang = heard?.language ?? 'en';
  log.append(line);
  while (log.children.length > KEPT) log.firstElementChild?.remove();
}
