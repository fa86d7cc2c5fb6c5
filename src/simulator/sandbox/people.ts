/** The people of the sandbox and their phones. All numbers are reserved for fiction in their countries. */
import type { Script } from '../script.ts';
import type { DeskMode } from './browser/view.ts';

/** Somebody with an office phone and a mobile. Numbers are E.164. */
export interface Person {
  /** The user id at the service. */
  id: string;
  name: string;
  initials: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** The language that the call is asked for in. */
  locale: string;
  office: string;
  /** Behind a switchboard. */
  extension: string;
  mobile: string;
}

/** Everybody. */
export const PEOPLE: readonly [Person, ...Person[]] = [
  {
    ...{ id: 'u-1842', name: 'Sofia Lindqvist', initials: 'SL', country: 'SE', locale: 'en-US' },
    ...{ office: '+46846500422', extension: '1234', mobile: '+46701740635' },
  },
  {
    ...{ id: 'u-1843', name: 'Erik Nyman', initials: 'EN', country: 'SE', locale: 'sv-SE' },
    ...{ office: '+46846500423', extension: '1235', mobile: '+46701740636' },
  },
  {
    ...{ id: 'u-1844', name: 'Emily Carter', initials: 'EC', country: 'US', locale: 'en-US' },
    ...{ office: '+12025550142', extension: '210', mobile: '+12025550177' },
  },
  {
    ...{ id: 'u-1845', name: 'Jonas Weber', initials: 'JW', country: 'DE', locale: 'de-DE' },
    ...{ office: '+493023125042', extension: '42', mobile: '+491713920042' },
  },
];

/** The person who has the phone of this number, or null. */
export function ownerOf(number: string): Person | null {
  return PEOPLE.find(({ office, mobile }) => office === number || mobile === number) ?? null;
}

/** How a mobile behaves: it rings, and texts reach it at once. */
export const MOBILE: Script = {
  pickUp: { kind: 'byHand' },
  reactions: [],
  texts: { kind: 'take', afterMs: 300 },
};

/** How the desk phone of a person behaves in each mode. */
export function deskScript(mode: DeskMode, { extension }: Person): Script {
  switch (mode) {
    case 'rings':
      return { pickUp: { kind: 'byHand' }, reactions: [] };
    case 'busy':
      return { pickUp: { kind: 'busy', afterMs: 300 }, reactions: [] };
    case 'voicemail':
      return { pickUp: { kind: 'answer', afterMs: 1_000, by: 'machine' }, reactions: [] };
    case 'switchboard':
      return {
        pickUp: { kind: 'answer', afterMs: 1_000, by: 'machine' },
        switchboard: { extension, transferMs: 500, patienceMs: 30_000, byHand: true },
        reactions: [],
      };
  }
}
