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

/**
 * So many users and codes of one tenant are kept for certain in one minute and process. Beyond that the n-th new one is
 * kept with a chance of this in n: 98 are expected of 1,000, and 144 of 10,000. So whoever invents users can make it
 * unlikely that another one is found, but not impossible, and each further request of that one has a chance of its own.
 */
const CERTAIN = 20;

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
 * @param deps.random at least 0 and below 1; `Math.random` when left out
 */
export function createNoteRefusal(deps: {
  run: RunStatement;
  keyedHash: (text: string) => string;
  clock: Clock;
  log: Logger;
  random?: () => number;
}) {
  const refusals = createRefusalStore(deps.run);
  const report = createOutageLog(deps.log, deps.clock);
  const background = createBackground();
  const count = createMinuteCounts(deps.random ?? Math.random);
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
  };
}

/** What is hashed of a number, E.164. */
export const refusedNumber = (e164: string): string => `refused ${e164}`;

/** Counts by tenant and key within a minute. Null: not kept, since the tenant has many keys in this one. */
function createMinuteCounts(random: () => number) {
  let current = Number.NaN;
  const tenants = new Map<string, { seen: number; kept: Map<string, number> }>();
  return (tenantId: string, key: string, minute: number): number | null => {
    if (minute !== current) tenants.clear();
    current = minute;
    const counts = tenants.get(tenantId) ?? { seen: 0, kept: new Map<string, number>() };
    tenants.set(tenantId, counts);
    const times = (counts.kept.get(key) ?? 0) + 1;
    if (times === 1) counts.seen += 1;
    if (times === 1 && random() * counts.seen >= CERTAIN) return null;
    counts.kept.set(key, times);
    return times;
  };
}

const isPowerOfTwo = (count: number): boolean => Number.isInteger(Math.log2(count));
