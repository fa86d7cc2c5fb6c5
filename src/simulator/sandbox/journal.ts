/** Everything that happened, in words: the list behind "Every event". */
import type { SimulatorEvent } from '../events.ts';
import type { EntryView } from './browser/view.ts';

/** Older entries are forgotten. */
const MOST_ENTRIES = 500;

/** The list. */
export interface Journal {
  /** Adds a line. */
  note(who: EntryView['who'], what: string): void;
  /** Adds what happened in the network. */
  hear(event: SimulatorEvent): void;
  /** All lines, oldest first. */
  all(): readonly EntryView[];
}

/** An empty list; `added` hears of each new line. */
export function createJournal(now: () => number, added: (entry: EntryView) => void): Journal {
  const entries: EntryView[] = [];
  let id = 0;
  const note: Journal['note'] = (who, what) => {
    id += 1;
    const entry = { id, at: now(), who, what };
    entries.push(entry);
    if (entries.length > MOST_ENTRIES) entries.shift();
    added(entry);
  };
  return {
    note,
    hear(event) {
      const said = inWords(event);
      if (said) note(...said);
    },
    all: () => entries,
  };
}

type Said = [EntryView['who'], string] | null;

function inWords(event: SimulatorEvent): Said {
  switch (event.type) {
    case 'created':
      return ['Poundkey', `asks the network to call ${event.to}`];
    case 'status':
      return ['network', `the call is ${event.status}`];
    case 'heard':
      return ['network', `says “${event.text}” (${event.language ?? 'no language given'})`];
    case 'key':
      return event.who === 'caller'
        ? ['network', `plays the tone ${event.key}`]
        : ['phone', `presses ${event.key}`];
    case 'handset':
      return ['phone', HANDSET[event.what]];
    case 'ended':
      return ['network', `the call ended as ${event.status}, by the ${event.by}`];
    case 'warning':
      return ['network', `warning ${event.code}: ${event.message}`];
    case 'textStatus':
      return ['network', `the text message is ${event.status}${event.code ? ` (${event.code})` : ''}`];
    case 'textReceived':
      return ['phone', `gets “${event.body}”`];
    default:
      return ofWebhook(event);
  }
}

type WebhookEvent = Extract<SimulatorEvent, { type: `webhook${string}` }>;

function ofWebhook(event: WebhookEvent): Said {
  if (event.type === 'webhookFailed') return ['network', `the ${event.kind} webhook failed: ${event.reason}`];
  if (event.type === 'webhookAnswered')
    return ['Poundkey', `answers the ${event.kind} webhook: ${event.status}`];
  const { pathname } = new URL(event.url);
  const { CallStatus, Digits, MessageStatus } = event.params;
  const told = [CallStatus, Digits && `digits ${Digits}`, MessageStatus].filter(Boolean).join(', ');
  const again = event.attempt > 1 ? `, attempt ${event.attempt}` : '';
  return ['network', `${event.method} ${pathname} (${event.kind} webhook: ${told}${again})`];
}

const HANDSET = {
  rings: 'rings',
  answered: 'is answered',
  rejected: 'rejects the call',
  voicemail: 'sends the call to the voicemail',
  inUse: 'is in another call',
  rangOut: 'stops ringing',
} as const;
