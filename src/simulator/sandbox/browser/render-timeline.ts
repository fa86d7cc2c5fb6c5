/** Shows the timeline, and the list of every event. */
import { copyOf, fill, part, within, write } from './dom.ts';
import type { EntryView, StationView, TimelineView, View } from './view.ts';

/** Shows the timeline. @param moves whether the station that was reached last spreads a ring */
export function renderTimeline({ timeline }: View, moves: boolean): void {
  renderHeading(timeline);
  const track = part('track');
  track.classList.toggle('still', !moves);
  fill(track, timeline.stations, () => copyOf('station'), renderStation);
}

function renderStation(element: HTMLElement, { name, at, fact, state, isKey }: StationView): void {
  element.className = `${state}${isKey ? ' key' : ''}`;
  if (state === 'at') element.setAttribute('aria-current', 'step');
  else element.removeAttribute('aria-current');
  write(within(element, 'b'), name);
  write(within(element, 'time'), at === null ? '–' : `${(at / 1_000).toFixed(3)} s`);
  write(within(element, 'small'), fact);
}

/** How much of an id is shown. */
const SHOWN = 8;

function renderHeading(timeline: TimelineView): void {
  const [before, strong, after] = headingOf(timeline);
  const heading = part('timeline-heading');
  if (heading.textContent === before + strong + after) return;
  const figure = document.createElement('b');
  figure.textContent = strong;
  heading.replaceChildren(before, figure, after);
}

/** The words of the heading: the second part stands out. */
function headingOf({ verification, purpose, outcome, keyToPageMs, stations }: TimelineView) {
  const plain = (text: string) => [text, '', ''] as const;
  if (verification === null) return plain('Nothing has happened yet');
  const of = verification === '' ? 'Asking' : `${verification.slice(0, SHOWN)}…`;
  if (!outcome) return plain(`${of}, ${purpose}`);
  if (outcome.name !== 'approved') return plain(`${of}, ${outcome.name}. ${outcome.text}`);
  if (keyToPageMs === null) return plain(`${of}, approved.`);
  const deciding = stations.find(({ isKey }) => isKey)?.name;
  const from = deciding?.startsWith('Key ') ? deciding.slice('Key '.length) : 'the code';
  return [`${of}, approved. `, `${keyToPageMs} ms`, ` from ${from} to the page`] as const;
}

const TIME = new Intl.DateTimeFormat('en-GB', {
  ...({ hour: '2-digit', minute: '2-digit', second: '2-digit' } as const),
  fractionalSecondDigits: 3,
});

/** Adds lines to the list of every event. */
export function addEntries(entries: readonly EntryView[]): void {
  const lines = entries.map(({ at, who, what }) => {
    const line = copyOf('entry');
    write(within(line, 'time'), TIME.format(at));
    write(within(line, 'b'), who);
    write(within(line, 'span'), what);
    return line;
  });
  part('entries').append(...lines);
}

/** Empties the list. */
export function forgetEntries(): void {
  part('entries').replaceChildren();
}
