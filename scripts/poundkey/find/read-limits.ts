// Which limits a request now would break, and which caller lines are full.
import { type Kysely, sql } from 'kysely';
import { countryOf } from '../../../src/domain/any-number.ts';
import { maskNumber } from '../../../src/domain/mask-number.ts';
import { phoneHashes } from '../../../src/domain/phone-hashes.ts';
import type { TenantPolicy } from '../../../src/domain/policy.ts';
import type { User } from '../../../src/domain/user.ts';
import { createLimits, patienceMs } from '../../../src/journey/request/limits.ts';
import type { SpendingRules } from '../../../src/journey/request/spending.ts';
import { CHANNELS } from '../../../src/journey/states.ts';
import { type Clock, later } from '../../../src/platform/clock.ts';
import type { RunStatement } from '../../../src/platform/database/run-statement.ts';
import type { KeyRings } from '../../../src/platform/secrets/key-rings.ts';
import type { Registry } from '../../../src/registry/schema.ts';

/** What reading limits needs. The functions read what may be broken, and are called when it is needed. */
export interface LimitsDeps {
  run: RunStatement;
  clock: Clock;
  keys: () => KeyRings;
  spending: () => SpendingRules;
}

/** The limits that a request now would break; `retryAfterS` null: waiting does not help. */
export async function readLimits(
  { run, clock, keys, spending }: LimitsDeps,
  { phone: called, ...user }: User & { phone: { phoneNumber: string; extension: string | null } | null },
  policy: TenantPolicy,
) {
  const limits = createLimits({
    ...{ run, clock, spending: spending() },
    phoneHashes: (text) => phoneHashes(keys().hashKeys, text),
  });
  const phone = called && {
    ...{ e164: called.phoneNumber, extension: called.extension },
    country: countryOf(called.phoneNumber) ?? '',
  };
  const of = { ...user, purpose: 'register', phone } as const;
  const channels = policy.textMessage.allowed ? CHANNELS : (['call'] as const);
  const reached = await Promise.all(
    channels.map((channel) => limits.reachedLimits({ ...of, channel }, policy)),
  );
  const byDetail = new Map(reached.flat().map((error) => [error.message, error]));
  return [...byDetail.values()].map(({ message, retryAfterS = null }) => ({ detail: message, retryAfterS }));
}

/**
 * Lines on which a call requested now would come later than the policy lets people wait. A tenant may book half of a
 * line. `ofTenant`: only that half is full; `until`: when a request is accepted again.
 */
export async function readBusyLines(db: Kysely<Registry>, tenantId: string, policy: TenantPolicy, now: Date) {
  const furthest = later(now, patienceMs(policy));
  const { rows } = await sql<{ number: string; lineFree: Date; shareFree: Date | null }>`
    select l.number, l.next_free_at as "lineFree", s.next_free_at as "shareFree" from caller_line l
      left join line_share s on s.line_number = l.number and s.tenant_id = ${tenantId}
      where greatest(l.next_free_at, s.next_free_at) > ${furthest} order by l.number`.execute(db);
  return rows.map(({ number, lineFree, shareFree }) => ({
    line: maskNumber(number),
    ofTenant: lineFree <= furthest,
    until: later(shareFree && shareFree > lineFree ? shareFree : lineFree, -patienceMs(policy)),
  }));
}
