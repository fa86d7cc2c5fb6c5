/** The stations that a verification passes, from the request to the page. */
import type { OutcomeView, StationView, TimelineView } from './browser/view.ts';

/** What a verification can pass. */
export type Mark =
  | 'request'
  | 'queued'
  | 'dialled'
  | 'ringing'
  | 'answered'
  | 'key'
  | 'sent'
  | 'delivered'
  | 'code'
  | 'registered'
  | 'outcomeSent'
  | 'pageDone';

/** Instants are milliseconds since 1970. */
interface Passed {
  at: number;
  fact: string;
}

/** What is known of the way of a verification. */
export interface Way {
  /** Null until the request is answered. */
  id: string | null;
  channel: 'call' | 'sms';
  purpose: string;
  phoneType: string;
  startedAt: number;
  marks: Partial<Record<Mark, Passed>>;
  /** The station whose callback was lost, until the service has found out. */
  lost: Mark | null;
  /** The key that was pressed last. */
  key: string | null;
  waitsUntil: number | null;
  outcome: OutcomeView | null;
  isFinished: boolean;
}

const BEGIN = [
  ['request', 'Request'],
  ['queued', 'Queued'],
] as const;
const END = [
  ['registered', 'Registered'],
  ['outcomeSent', 'Outcome sent'],
  ['pageDone', 'Page done'],
] as const;
const STATIONS: Record<Way['channel'], readonly (readonly [Mark, string])[]> = {
  call: [
    ...BEGIN,
    ['dialled', 'Dialled'],
    ['ringing', 'Ringing'],
    ['answered', 'Answered'],
    ['key', 'Key'],
    ...END,
  ],
  sms: [...BEGIN, ['sent', 'Sent'], ['delivered', 'Delivered'], ['code', 'Code typed'], ...END],
};

const NOTHING: Omit<Way, 'id'> = {
  ...{ channel: 'call', purpose: 'register', phoneType: 'office', startedAt: 0, marks: {}, lost: null },
  ...{ key: null, waitsUntil: null, outcome: null, isFinished: false },
};

/** A way, and the station that it cannot get to, since the network is down. */
type Shown = Omit<Way, 'id'> & { blocked: Mark | null };

/** What the page shows of the way; null: nothing has happened yet. @param isDown whether the network refuses requests */
export function timelineOf(way: Way | null, isDown: boolean): TimelineView {
  const { id, ...known } = way ?? { ...NOTHING, id: null };
  const of = { ...known, blocked: way && isDown ? blockedOf(known) : null };
  const { marks, outcome, isFinished } = of;
  const deciding = marks.key ?? marks.code;
  const stations = STATIONS[of.channel];
  const latest = isFinished ? undefined : stations.findLast(([mark]) => marks[mark] && mark !== of.lost)?.[0];
  return {
    verification: way === null ? null : (id ?? ''),
    purpose: way === null ? '' : purposeOf(of),
    waitsUntil: of.waitsUntil,
    outcome,
    keyToPageMs:
      outcome?.name === 'approved' && deciding && marks.pageDone ? marks.pageDone.at - deciding.at : null,
    stations: stations.map(([mark, name]) => station(of, mark, name, mark === latest)),
  };
}

function blockedOf({ channel, marks, isFinished }: Omit<Way, 'id'>): Mark | null {
  const asked = channel === 'call' ? 'dialled' : 'sent';
  return isFinished || marks[asked] ? null : asked;
}

function station(way: Shown, mark: Mark, name: string, isLatest: boolean): StationView {
  const passed = way.marks[mark];
  const trouble = troubleAt(way, mark);
  return {
    name: nameOf(way, mark, name),
    at: passed ? passed.at - way.startedAt : null,
    fact: trouble ?? passed?.fact ?? '',
    state: trouble ? 'lost' : stateOf(passed !== undefined, isLatest),
    isKey: mark === 'key' || mark === 'code',
  };
}

function troubleAt({ lost, blocked }: Shown, mark: Mark): string | null {
  if (lost === mark) return 'callback lost; asking the network';
  return blocked === mark ? 'network down; asking again' : null;
}

function nameOf({ key, purpose }: Omit<Way, 'id'>, mark: Mark, name: string): string {
  if (mark === 'key') return `Key ${key ?? '#'}`;
  return mark === 'registered' && purpose !== 'register' ? 'Completed' : name;
}

function stateOf(isPassed: boolean, isLatest: boolean): StationView['state'] {
  if (!isPassed) return 'todo';
  return isLatest ? 'at' : 'done';
}

const PHONES: Record<string, string> = {
  office: 'an office phone',
  mobile: 'a mobile',
  alternateMobile: 'an alternate mobile',
};

function purposeOf({ purpose, phoneType, channel, lost, blocked }: Shown): string {
  if (blocked) return 'the network is down';
  if (lost === 'key') return 'the key was pressed but its webhook did not arrive';
  if (lost) return 'a callback did not arrive';
  const phone = PHONES[phoneType] ?? 'a phone';
  const by = phoneType === 'office' ? '' : channel === 'sms' ? ' by text' : ' by call';
  if (purpose === 'register') return `registering ${phone}${by}`;
  return purpose === 'signIn' ? `signing in with ${phone}${by}` : 'testing an extension';
}
