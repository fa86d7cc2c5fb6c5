/** What the sandbox shows, as its server sends it to its page. Instants and durations are milliseconds; instants are the simulator's time since 1970. */

/** Everything that changes on the page. */
export interface View {
  /** When it was made. */
  now: number;
  /** Who calls: the name of the tenant. */
  organisation: string;
  people: PersonView[];
  /** The id of the person whose phones are shown. */
  person: string;
  backend: BackendView;
  desk: DeskView;
  mobile: MobileView;
  faults: FaultView[];
  timeline: TimelineView;
}

/** Somebody to set a phone up for. */
interface PersonView {
  id: string;
  name: string;
  initials: string;
}

/** What the MFA backend knows of the person. */
export interface BackendView {
  /** The channel of the verification in progress; null: there is none. */
  inProgress: 'call' | 'sms' | null;
  /** The digits that the person has to press before `#`, if the policy wants some. */
  digits: string | null;
  /** Why the last request was refused, in the service's words. */
  problem: string | null;
  /** Whether the service has a self-service page. */
  selfService: boolean;
  webhook: WebhookView | null;
  methods: MethodView[];
}

/** The latest outcome webhook, as it arrived. */
export interface WebhookView {
  path: string;
  /** The status that it was answered with. */
  status: number;
  /** The end of its type, after the dot. */
  type: string;
  data: Record<string, string | null>;
}

/** A registered phone. */
export interface MethodView {
  phoneType: string;
  number: string;
  extension: string | null;
  isDefault: boolean;
  hasAppPassword: boolean;
}

/** What the desk phone does when it is called. */
export type DeskMode = 'rings' | 'busy' | 'voicemail' | 'switchboard';

/** The desk phone. */
export interface DeskView {
  mode: DeskMode;
  /** As it is dialled in its own country. */
  number: string;
  extension: string;
  /** ISO 3166-1 alpha-2, for the rhythm in which it rings. */
  country: string;
  call: CallView | null;
}

/** A call at a phone. `main`: a switchboard has answered; `machine`: a voicemail has. */
export interface CallView {
  sid: string;
  phase: 'main' | 'ringing' | 'talking' | 'machine';
  /** The number that it comes from, for people. */
  from: string;
  /** When the phase began. */
  since: number;
  /** What the person has pressed. */
  keys: string;
  /** The tones that came from the caller. */
  tones: string;
  onHold: boolean;
  heard: HeardView | null;
  /** The key that the caller waits for. */
  awaits: string | null;
}

/** What the voice says, or said last. */
export interface HeardView {
  text: string;
  /** BCP 47; null: the caller did not say. */
  language: string | null;
  at: number;
  /** When the last word is spoken, if no key interrupts it. */
  until: number;
  /** When a key interrupted it. */
  interruptedAt: number | null;
}

/** The mobile. */
export interface MobileView {
  number: string;
  /** The newest last. */
  texts: { sid: string; from: string; body: string; at: number; code: string | null }[];
  /** Whether it has answered STOP to the sender of the newest text. */
  isStopped: boolean;
  /** Whether the newest text can be answered: the sender is a number, not a name. */
  canAnswer: boolean;
  call: CallView | null;
}

/** A switch for something that goes wrong. */
export interface FaultView {
  id: string;
  on: boolean;
  /** How often it has struck since it was switched on, or until it went off by itself. */
  hits: number;
}

/** The way of a verification through the system. */
export interface TimelineView {
  /** Null: nothing has happened yet. */
  verification: string | null;
  /** What it is for, such as "registering an office phone". */
  purpose: string;
  /** When its call can be placed, while it waits for that. */
  waitsUntil: number | null;
  outcome: OutcomeView | null;
  /** From the deciding key or code to the page. */
  keyToPageMs: number | null;
  stations: StationView[];
}

/** How a verification ended. */
export interface OutcomeView {
  name: string;
  text: string;
}

/** A step of the way. */
export interface StationView {
  name: string;
  /** Since the request; null: it did not come to this. */
  at: number | null;
  fact: string;
  state: 'todo' | 'done' | 'at' | 'lost';
  isKey: boolean;
}

/** One line of the list of every event. */
export interface EntryView {
  id: number;
  at: number;
  who: 'backend' | 'Poundkey' | 'network' | 'phone' | 'page';
  what: string;
}
