import type { NewVerification } from './insertion.ts';
import type { Verification } from './rows.ts';

/** What a request is counted against. */
export interface Counter {
  /** What an error calls it. */
  name: string;
  key: string;
  /** The most in one window. */
  most: number;
  /** How much of it the request takes; 1 when left out. */
  amount?: number;
  /** The percentages of `most` at which the operator is told. */
  alarmsAt?: readonly number[];
  /** The end of a window that begins now, ISO 8601. */
  endsAt: string;
}

/** The pace of the request's line, and how long it may wait for a place. Interval 0: the line has no pace to keep. */
export interface WishForSlot {
  intervalMs: number;
  furthest: Date;
}

/**
 * What became of a request. `crossed`: the alarms that it made due. `repeated`: its idempotency key was used before. `open`: its user has a verification of the
 * number that is not finished, or any that has an answer to guess. `full`: this counter (by its name) has no
 * room before `until`. `suppressed`: its phone must not be called. `paused`: its phone must not be called before `until`. `line`: the line, or the tenant's half of it, is free at `until` only.
 */
export type Admission =
  | { kind: 'admitted'; verification: Verification; crossed: CrossedAlarm[] }
  | { kind: 'repeated' }
  | Refused;

/** Why a call or a text was not admitted. */
export type Refused =
  | { kind: 'open' }
  | { kind: 'suppressed' }
  | { kind: 'paused'; until: Date }
  | { kind: 'full'; counter: string; until: Date }
  | { kind: 'line'; until: Date };

/** So many percent of this counter's most were reached. */
export interface CrossedAlarm {
  counter: string;
  percent: number;
}

/** A request that is to be admitted. */
export interface AskedAdmission {
  row: NewVerification;
  counters: Counter[];
  slot: WishForSlot;
}
