import { type Kysely, sql } from 'kysely';
import type { Registry } from '../../registry/schema.ts';
import type { NewAppPassword } from '../ports.ts';

/** What a completed verification leaves behind. */
export interface Completed {
  phoneMethodId: string | null;
  appPasswordId: string | null;
}

/** The statement that ends verifications. */
export type CompletionStore = ReturnType<typeof createCompletionStore>;

/** Ids, UUIDs, of the rows that every completion writes. */
export interface CompletionIds {
  auditEventId: string;
  outboxId: string;
}

/**
 * `decided` → `finished`. One statement, and so one transaction, writes the phone method, the app password, the
 * audit event and the message to the tenant: never one without the others, and never twice, since only one caller
 * gets the row.
 * @param db the registry
 */
export function createCompletionStore(db: Kysely<Registry>) {
  return {
    /** Finishes a verification that registers an office phone, and issues the app password unless it is null. Null: somebody was here first. */
    async register(
      verificationId: string,
      made: CompletionIds & { phoneMethodId: string; appPassword: NewAppPassword | null },
      now: Date,
    ): Promise<Completed | null> {
      const password = made.appPassword;
      const result = await sql<Completed>`
        with done as (
          update verification set state = 'finished', finished_at = ${now}
          where id = ${verificationId} and state = 'decided' and outcome = 'approved' and purpose = 'register'
          returning *),
        method as (
          insert into phone_method (id, tenant_id, user_id, phone_type, phone_number, extension, verification_id, created_at,
            updated_at)
          select ${made.phoneMethodId}::uuid, tenant_id, user_id, phone_type, phone_number, extension, id, ${now}::timestamptz,
            ${now}::timestamptz from done
          on conflict (tenant_id, user_id, phone_type) do update set phone_number = excluded.phone_number,
            extension = excluded.extension,            verification_id = excluded.verification_id, updated_at = excluded.updated_at
          returning id),
        password as (
          insert into app_password (id, tenant_id, user_id, name, hash, hash_key_id, sealed, sealed_until,
            verification_id, created_at)
          select ${password?.id ?? null}::uuid, tenant_id, user_id, 'Office phone', ${password?.hash ?? null}::text,
            ${password?.hashKeyId ?? null}::text, ${password?.sealed ?? null}::text,
            ${password?.sealedUntil ?? null}::timestamptz, id, ${now}::timestamptz
          from done where ${password !== null}
          returning id),
        audit as (
          insert into audit_event (id, tenant_id, user_id, verification_id, type, data, at)
          select ${made.auditEventId}::uuid, tenant_id, user_id, id, 'phoneMethod.registered',
            jsonb_build_object('phoneType', phone_type, 'appPasswordIssued', ${password !== null}::boolean),
            ${now}::timestamptz from done),
        message as (${tellTenant(made.outboxId, now)})
        select (select id from method) as phone_method_id, (select id from password) as app_password_id
        from done`.execute(db);
      return result.rows[0] ?? null;
    },

    /** Finishes a verification that leaves nothing behind but its outcome. False: somebody was here first. */
    async finish(verificationId: string, ids: CompletionIds, now: Date): Promise<boolean> {
      const result = await sql<{ id: string }>`
        with done as (
          update verification set state = 'finished', finished_at = ${now}
          where id = ${verificationId} and state = 'decided' and outcome <> 'fraudReported'
            and not (outcome = 'approved' and purpose = 'register')
          returning *),
        method as (select null::uuid as id),
        password as (select null::uuid as id),
        audit as (
          insert into audit_event (id, tenant_id, user_id, verification_id, type, data, at)
          select ${ids.auditEventId}::uuid, tenant_id, user_id, id, 'verification.finished',
            jsonb_build_object('outcome', outcome), ${now}::timestamptz from done),
        message as (${tellTenant(ids.outboxId, now)})
        select id from done`.execute(db);
      return result.rows.length > 0;
    },

    /**
     * Finishes a verification that was reported as fraud: also revokes the user's app passwords and, if wanted, blocks
     * the user. A block that lasts longer stays as it is. False: somebody was here first.
     */
    async reportFraud(
      verificationId: string,
      ids: CompletionIds & { fraudOutboxId: string },
      block: { expiresAt: Date | null } | null,
      now: Date,
    ): Promise<boolean> {
      const result = await sql<{ id: string }>`
        with done as (
          update verification set state = 'finished', finished_at = ${now}
          where id = ${verificationId} and state = 'decided' and outcome = 'fraudReported'
          returning *),
        method as (select null::uuid as id),
        password as (select null::uuid as id),
        block as (
          insert into user_block (tenant_id, user_id, reason, created_at, expires_at)
          select tenant_id, user_id, 'fraudReported', ${now}::timestamptz, ${block?.expiresAt ?? null}::timestamptz
          from done where ${block !== null}
          on conflict (tenant_id, user_id) do update set reason = excluded.reason, created_at = excluded.created_at,
            expires_at = excluded.expires_at
            where user_block.expires_at < coalesce(excluded.expires_at, 'infinity')),
        revoked as (
          update app_password set revoked_at = ${now}, sealed = null from done
          where app_password.tenant_id = done.tenant_id and app_password.user_id = done.user_id and revoked_at is null
          returning app_password.id),
        audit as (
          insert into audit_event (id, tenant_id, user_id, verification_id, type, data, at)
          select ${ids.auditEventId}::uuid, tenant_id, user_id, id, 'verification.fraudReported',
            jsonb_build_object('userBlocked', ${block !== null}::boolean,
              'blockedUntil', ${block?.expiresAt?.toISOString() ?? null}::text,
              'appPasswordsRevoked', (select count(*) from revoked)), ${now}::timestamptz from done),
        message as (${tellTenant(ids.outboxId, now)}),
        alarm as (${tellTenant(ids.fraudOutboxId, now, 'fraud.reported')})
        select id from done`.execute(db);
      return result.rows.length > 0;
    },
  };
}

/** The message about the end of the verification in `done`, if its tenant has an endpoint. Ids and words only. */
function tellTenant(outboxId: string, now: Date, type = 'verification.finished') {
  return sql`
    insert into outbox (id, tenant_id, verification_id, type, payload, created_at, next_attempt_at)
    select ${outboxId}::uuid, tenant_id, id, ${type}::text,
      jsonb_build_object('verificationId', id, 'userId', user_id, 'purpose', purpose, 'channel', channel,
        'phoneType', phone_type, 'outcome', outcome, 'errorCode', error_code, 'finishedAt', ${now.toISOString()}::text,
        'phoneMethodId', (select id from method), 'appPasswordId', (select id from password)),
      ${now}::timestamptz, ${now}::timestamptz
    from done where exists (select from webhook_endpoint where webhook_endpoint.tenant_id = done.tenant_id)`;
}
