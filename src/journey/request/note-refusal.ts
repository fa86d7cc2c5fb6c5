import { anyNumber } from '../../domain/any-number.ts';
import type { User } from '../../domain/user.ts';
import type { ErrorCode, ServiceError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { createBackground } from '../../platform/background.ts';
import type { Clock } from '../../platform/clock.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { createOutageLog } from '../../platform/outage-log.ts';
import { createRefusalStore, minuteOf } from '../store/refusals.ts';
import type { RequestToCheck } from './checks.ts';

/** The most users and codes of one tenant that a process keeps in one minute. */
const MOST_OF_TENANT = 100;

/** A refused request, as far as it is known. */
type RefusedRequest = User & Partial<Pick<RequestToCheck, 'number' | 'country' | 'extension'>>;

/** Keeps refusals, so that an operator finds them. Never throws, and never holds the answer up. */
export type NoteRefusal = (request: RefusedRequest, error: ServiceError) => void;

/** Who hears of refusals: `count` of those that came as jobs, `note` of all requests for verifications. */
export interface RefusalsHeard {
  count: (code: ErrorCode) => void;
  note: NoteRefusal;
}

/**
 * Keeps refusals in the registry, one row for each user, code and minute. Of those that repeat within a minute, the
 * 1st, 2nd, 4th, 8th and so on are written, so that a flood of refusals makes few writes; the rows say how many there
 * were at least.
 */
export function createNoteRefusal(deps: {
  run: RunStatement;
  keyedHash: (text: string) => string;
  clock: Clock;
  log: Logger;
}) {
  const refusals = createRefusalStore(deps.run);
  const report = createOutageLog(deps.log, deps.clock);
  const background = createBackground();
  const count = createMinuteCounts();
  const note: NoteRefusal = ({ tenantId, userId, ...typed }, { code, message }) => {
    const at = deps.clock.now();
    const number = typed.number === undefined ? null : anyNumber({ ...typed, number: typed.number });
    const numberHash = number === null ? '' : deps.keyedHash(refusedNumber(number));
    const times = count(tenantId, JSON.stringify([userId, code, numberHash]), minuteOf(at).getTime());
    if (times === null || !isPowerOfTwo(times)) return;
    const refusal = { tenantId, userId, code, numberHash, detail: message, count: Math.ceil(times / 2), at };
    background.run(refusals.add(refusal), (error) => report('keeping a refusal', error));
  };
  return {
    note,
    /** Resolves when none is being kept any more. */
    settled: background.settled,
    /** Removes old ones. */
    forgetOld: () => refusals.forgetOld(deps.clock.now()),
  };
}

/** What is hashed of a number, E.164. */
export const refusedNumber = (e164: string): string => `refused ${e164}`;

/** Counts by tenant and key within a minute. Null: the tenant has too many keys in this one. */
function createMinuteCounts() {
  let current = Number.NaN;
  const tenants = new Map<string, Map<string, number>>();
  return (tenantId: string, key: string, minute: number): number | null => {
    if (minute !== current) tenants.clear();
    current = minute;
    const counts = tenants.get(tenantId) ?? new Map<string, number>();
    tenants.set(tenantId, counts);
    const times = (counts.get(key) ?? 0) + 1;
    if (times === 1 && counts.size >= MOST_OF_TENANT) return null;
    counts.set(key, times);
    return times;
  };
}

const isPowerOfTwo = (count: number): boolean => Number.isInteger(Math.log2(count));
