import { type Kysely, sql } from 'kysely';
import statement from 'sql-template-tag';
import { z } from 'zod';
import { type AuditEvent, auditEvents } from '../domain/audit-event.ts';
import { verificationNotFound } from '../domain/not-found.ts';
import { ServiceError } from '../errors.ts';
import type { Events } from '../events.ts';
import type { Clock } from '../platform/clock.ts';
import { runIn } from '../platform/database/run-statement.ts';
import { type KeyRing, unseal } from '../platform/secrets/key-ring.ts';
import type { Registry } from '../registry/schema.ts';
import { groupInFours } from './generate.ts';
import { sealContext } from './new-app-password.ts';

/** An app password in clear text, the one time it is shown. */
export interface RevealedAppPassword {
  appPasswordId: string;
  /** In groups of four: `abcd efgh ijkl mnop`. */
  appPassword: string;
}

interface Wanted {
  tenantId: string;
  verificationId: string;
}

/**
 * Reveals the app password of a verification, once.
 * The returned function throws `ServiceError`
 * - `verification.notFound` when the tenant has no such verification (also when another tenant has it),
 * - `appPassword.notFound` when the verification has no app password,
 * - `user.blocked` while the user is blocked,
 * - `appPassword.alreadyRevealed` when it was revealed before, its ten minutes are over or it is revoked,
 * - `service.internal` when the key that sealed it is gone.
 */
export function createReveal(deps: {
  db: Kysely<Registry>;
  sealKeys: KeyRing;
  clock: Clock;
  events?: Pick<Events, 'emit'>;
}) {
  return async ({ tenantId, verificationId }: Wanted): Promise<RevealedAppPassword> => {
    const wanted = { tenantId, verificationId };
    // The columns are UUIDs: PostgreSQL would refuse the query for any other text.
    if (!z.guid().safeParse(verificationId).success) throw verificationNotFound();
    const taken = await takeSealed(deps.db, wanted, deps.clock.now());
    if (!taken) throw await whyNot(deps.db, wanted, deps.clock.now());
    const appPassword = open(deps.sealKeys, taken.sealed, verificationId);
    deps.events?.emit('appPassword.revealed', { ...wanted, appPasswordId: taken.id });
    return { appPasswordId: taken.id, appPassword: groupInFours(appPassword) };
  };
}

/**
 * Empties the seal and returns what it held, or null if it may not be opened. One statement: of two at once, the
 * second waits at the row lock, then finds the condition no longer met (PostgreSQL, Read Committed).
 */
async function takeSealed(db: Kysely<Registry>, { tenantId, verificationId }: Wanted, now: Date) {
  const [row] = await runIn(db)<{ id: string; sealed: string }>(statement`
    with sealed as (
      select p.id, p.tenant_id, p.user_id, p.verification_id, p.sealed from app_password p
      where p.tenant_id = ${tenantId} and p.verification_id = ${verificationId}::uuid and p.sealed is not null
        and p.sealed_until > ${now} and p.revoked_at is null
        and not exists (select from user_block b where b.tenant_id = p.tenant_id and b.user_id = p.user_id
          and (b.expires_at is null or b.expires_at > ${now}))
      for update of p),
    taken as (
      update app_password set sealed = null from sealed where app_password.id = sealed.id
      returning sealed.*),
    ${auditEvents([REVEALED], now)}
    select id, sealed from taken`);
  return row ?? null;
}

const REVEALED: AuditEvent = {
  ...{ type: 'appPassword.revealed', from: statement`taken`, verificationId: statement`verification_id` },
  data: statement`jsonb_build_object('appPasswordId', id)`,
};

/** The block in force of the user of an app password, if there is one. */
function liveBlock(db: Kysely<Registry>, now: Date) {
  return db
    .selectFrom('userBlock')
    .select('userBlock.reason')
    .whereRef('userBlock.tenantId', '=', sql.ref('appPassword.tenantId'))
    .whereRef('userBlock.userId', '=', sql.ref('appPassword.userId'))
    .where(({ or, eb }) => or([eb('expiresAt', 'is', null), eb('expiresAt', '>', now)]));
}

async function whyNot(
  db: Kysely<Registry>,
  { tenantId, verificationId }: Wanted,
  now: Date,
): Promise<ServiceError> {
  const verification = await db
    .selectFrom('verification')
    .leftJoin('appPassword', 'appPassword.verificationId', 'verification.id')
    .select(['appPassword.id as appPasswordId', 'appPassword.sealed', liveBlock(db, now).as('blockedFor')])
    .where('verification.tenantId', '=', tenantId)
    .where('verification.id', '=', verificationId)
    .executeTakeFirst();
  if (!verification) return verificationNotFound();
  if (verification.appPasswordId === null) {
    return new ServiceError(
      'appPassword.notFound',
      'This verification has no app password: it is not finished, it was not approved, or the policy issues none. Check its state and outcome.',
    );
  }
  if (verification.blockedFor !== null && verification.sealed !== null)
    return new ServiceError(
      'user.blocked',
      'The user is blocked, so no app password is shown. Unblock the user, then start a new verification if the ten minutes are over.',
    );
  return new ServiceError(
    'appPassword.alreadyRevealed',
    'An app password is shown once, within ten minutes: this one was shown before, has expired or was revoked. Start a new verification to get another.',
  );
}

function open(sealKeys: KeyRing, sealed: string, verificationId: string): string {
  try {
    return unseal(sealKeys, sealed, sealContext(verificationId));
  } catch (cause) {
    throw new ServiceError(
      'service.internal',
      'The app password cannot be shown because the key it was encrypted with is missing. Start a new verification and inform the operator.',
      { cause },
    );
  }
}
