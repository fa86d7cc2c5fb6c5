import { randomUUIDv7 } from 'node:crypto';
import sql from 'sql-template-tag';
import { MOST_APP_PASSWORDS } from '../domain/app-password-limit.ts';
import { type AuditEvent, auditEvents } from '../domain/audit-event.ts';
import { type RequestKey, requestKeyOf, reusedKey } from '../domain/idempotency.ts';
import type { TenantPolicy } from '../domain/policy.ts';
import type { User } from '../domain/user.ts';
import { ServiceError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { RunStatement } from '../platform/database/run-statement.ts';
import { hmac, type KeyRing } from '../platform/secrets/key-ring.ts';
import { generateAppPassword, groupInFours } from './generate.ts';
import { latestExpiry } from './latest-expiry.ts';
import { freePlaceOf, hasRoomFor } from './places.ts';

/** What a backend asks for. */
export interface NewAppPassword {
  /** What people know it by: 1-80 characters. */
  name: string;
  /** From then on it opens nothing; null: as the policy says. */
  expiresAt: Date | null;
  /** The only services that it opens; empty: all. */
  services: readonly string[];
}

/** An app password that a backend made. */
export interface CreatedAppPassword extends Omit<NewAppPassword, 'services'> {
  appPasswordId: string;
  /** In groups of four: `abcd efgh ijkl mnop`; null: it was made before by the same idempotency key, and is not shown again. */
  appPassword: string | null;
  services: string[];
  createdAt: Date;
}

/**
 * Makes app passwords that no verification earned. Nothing of one is sealed: it is in the answer, and nowhere else.
 * The returned function throws `ServiceError`
 * - `policy.appPasswordsRefused` when the policy lets backends make none,
 * - `request.invalid` naming `/expiresAt` when it is over already, or later than the policy allows,
 * - `user.blocked` while the user is blocked,
 * - `appPassword.limitReached` when the user has 40,
 * - `idempotencyKey.reused` when another request had the same idempotency key.
 * The same key with the same request gives the same app password again, also where a new one would be refused.
 */
export function createCreateAppPassword(deps: {
  run: RunStatement;
  clock: Clock;
  hashKeys: KeyRing;
  currentPolicy: (tenantId: string) => Promise<{ policy: TenantPolicy }>;
}) {
  return async (
    user: User,
    wanted: NewAppPassword,
    idempotencyKey: string | null = null,
  ): Promise<CreatedAppPassword> => {
    const key = requestKeyOf(idempotencyKey, fieldsOf(user, wanted));
    return (await madeBefore(deps.run, user, key)) ?? (await makeNew(user, wanted, key));
  };

  async function makeNew(user: User, wanted: NewAppPassword, key: RequestKey | null) {
    const { policy } = await deps.currentPolicy(user.tenantId);
    const now = deps.clock.now();
    const expiresAt = checkedExpiry(wanted.expiresAt, policy.appPassword, now);
    const letters = generateAppPassword(policy.appPassword.length);
    const made = { ...wanted, expiresAt, services: [...new Set(wanted.services)].toSorted(), createdAt: now };
    const inserted = await insert(deps, user, { ...made, letters, key });
    if (typeof inserted !== 'string') return inserted;
    return { appPasswordId: inserted, appPassword: groupInFours(letters), ...made };
  }
}

const fieldsOf = ({ userId }: User, { name, expiresAt, services }: NewAppPassword) => [
  userId,
  name,
  expiresAt?.toISOString(),
  ...services.toSorted(),
];

type Before = Omit<CreatedAppPassword, 'appPassword' | 'services'> & {
  requestHash: string;
  services: string;
};

/** What the same request made before. @throws ServiceError when another one had its key */
async function madeBefore(
  run: RunStatement,
  { tenantId }: User,
  key: RequestKey | null,
): Promise<CreatedAppPassword | null> {
  if (key === null) return null;
  const [row] = await run<Before>(sql`
    select id as app_password_id, name, created_at, expires_at, services, request_hash from app_password
    where tenant_id = ${tenantId} and idempotency_key = ${key.idempotencyKey}`);
  if (row === undefined) return null;
  const { requestHash, services, ...before } = row;
  if (requestHash !== key.requestHash) throw reusedKey();
  return { ...before, appPassword: null, services: services.split(' ').filter(Boolean) };
}

/** @throws ServiceError when the policy refuses it */
function checkedExpiry(wanted: Date | null, policy: TenantPolicy['appPassword'], now: Date): Date | null {
  if (!policy.onRequest)
    throw new ServiceError(
      'policy.appPasswordsRefused',
      'The policy does not let backends make app passwords (appPassword.onRequest). Those that there are can still be listed and revoked.',
    );
  const last = latestExpiry(policy, now);
  if (wanted === null) return last;
  if (wanted <= now) throw invalidExpiry('This must be in the future.');
  if (last !== null && wanted > last)
    throw invalidExpiry(
      `This must be within ${policy.expiresAfterDays} days, which is as long as the policy allows.`,
    );
  return wanted;
}

function invalidExpiry(rule: string): ServiceError {
  const problems = [{ field: '/expiresAt', rule }];
  return new ServiceError('request.invalid', `/expiresAt: ${rule}`, { problems });
}

interface Made extends NewAppPassword {
  letters: string;
  createdAt: Date;
  key: RequestKey | null;
}

interface Inserted {
  id: string | null;
  blocked: boolean;
  full: boolean;
}

/**
 * Takes one of the user's places. Of two at once that take the same place, or have the same key, the index lets one
 * through, and the other looks again: some place was given each time.
 * @returns the new id, or what the same request made meanwhile
 */
async function insert(
  deps: { run: RunStatement; hashKeys: KeyRing },
  user: User,
  made: Made,
): Promise<string | CreatedAppPassword> {
  const { hash, keyId } = hmac(deps.hashKeys, made.letters);
  for (let tries = 0; tries <= MOST_APP_PASSWORDS; tries += 1) {
    const [row] = await deps.run<Inserted>(insertStatement(user, made, { hash, keyId }));
    if (row?.id) return row.id;
    const before = await madeBefore(deps.run, user, made.key);
    if (before) return before;
    if (row?.blocked) throw new ServiceError('user.blocked', 'The user is blocked. Unblock the user first.');
    if (row?.full) break;
  }
  throw new ServiceError(
    'appPassword.limitReached',
    `The user has ${MOST_APP_PASSWORDS} app passwords, which is the most. Revoke one, then send the request again.`,
  );
}

function insertStatement(
  { tenantId, userId }: User,
  made: Made,
  { hash, keyId }: { hash: string; keyId: string },
) {
  const { name, expiresAt, services, createdAt: now, key } = made;
  return sql`
    with owner as materialized (
      select ${tenantId}::text as tenant_id, ${userId}::text as user_id, exists (select from user_block where tenant_id = ${tenantId} and user_id = ${userId}
        and (expires_at is null or expires_at > ${now})) as blocked),
    free as materialized (
      select f.place from owner cross join lateral (${freePlaceOf('owner')}) f where ${hasRoomFor('owner')}),
    made as (
      insert into app_password (id, tenant_id, user_id, name, hash, hash_key_id, sealed_until, created_at, place,
        expires_at, services, idempotency_key, request_hash)
      select ${randomUUIDv7()}::uuid, owner.tenant_id, owner.user_id, ${name}::text, ${hash}::text, ${keyId}::text,
        ${now}::timestamptz, ${now}::timestamptz, free.place, ${expiresAt}::timestamptz, ${services.join(' ')}::text,
        ${key?.idempotencyKey ?? null}::text, ${key?.requestHash ?? null}::text
      from free, owner where not owner.blocked
      on conflict do nothing
      returning id, tenant_id, user_id),
    ${auditEvents([CREATED], now)}
    select (select id from made) as id, owner.blocked, not exists (select from free) as "full" from owner`;
}

const CREATED: AuditEvent = {
  ...{ type: 'appPassword.created', from: sql`made` },
  data: sql`jsonb_build_object('appPasswordId', id)`,
};
