import sql from 'sql-template-tag';
import { type AuditEvent, auditEvents } from '../../domain/audit-event.ts';
import type { User } from '../../domain/user.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { SESSION_IDLE_S } from '../sessions/session-store.ts';

/** A link as it was asked for. */
export interface NewLink extends User {
  tokenHash: string;
  locale: string | null;
  returnUrl: string | null;
  expiresAt: Date;
}

/** What is known of a link when somebody opens it. */
export interface FoundLink {
  tenantId: string;
  userId: string;
  locale: string | null;
  returnUrl: string | null;
  expiresAt: Date;
  /** Null: nobody has used it. */
  usedAt: Date | null;
  isOver: boolean;
}

/** What becomes of the cookie that the person has. */
interface Using {
  tokenHash: string;
  /** Of the new session. */
  sessionHash: string;
  /** Of the session that the browser has at present, which ends; empty: it has none. */
  oldSessionHash: string;
}

/** The statements about links. */
export type LinkStore = ReturnType<typeof createLinkStore>;

/** @param run runs a statement on the registry */
export function createLinkStore(run: RunStatement) {
  return {
    async add({ tokenHash, tenantId, userId, locale, returnUrl, expiresAt }: NewLink, now: Date) {
      await run(sql`
        with made as (
          insert into self_service_link (token_hash, tenant_id, user_id, locale, return_url, created_at, expires_at)
          values (${tokenHash}, ${tenantId}, ${userId}, ${locale}, ${returnUrl}, ${now}, ${expiresAt})
          returning tenant_id, user_id),
        ${auditEvents([LINK_CREATED], now)}
        select from made`);
    },

    /** Reads and changes nothing: whatever opens a link, such as a mail scanner, must not use it up. */
    async find(tokenHash: string, now: Date): Promise<FoundLink | null> {
      const [row] = await run<FoundLink>(sql`
        select tenant_id, user_id, locale, return_url, expires_at, used_at, expires_at <= ${now} as is_over
        from self_service_link where token_hash = ${tokenHash}`);
      return row ?? null;
    },

    /**
     * Begins a session, ends the one that the browser had, and marks the link as used; of two at once one gets through.
     * The browser that used it may do so again as long as the link lasts, and so may the form that did: an answer may be lost
     * on the way. What the person had typed when the session of before ended need not be typed again.
     * @returns whether there is a session now
     */
    async use({ tokenHash, sessionHash, oldSessionHash }: Using, now: Date): Promise<boolean> {
      const [row] = await run<{ isNew: boolean }>(sql`
        with used as (
          update self_service_link l set used_at = coalesce(l.used_at, ${now}::timestamptz)
          where l.token_hash = ${tokenHash} and l.expires_at > ${now} and (l.used_at is null
            or exists (select from self_service_session s
              where s.id_hash in (${oldSessionHash}, ${sessionHash}) and s.link_hash = l.token_hash))
          returning l.*),
        ended as (
          delete from self_service_session
          where id_hash = ${oldSessionHash} and id_hash <> ${sessionHash} and exists (select from used)),
        begun as (
          insert into self_service_session
            (id_hash, tenant_id, user_id, link_hash, locale, return_url, created_at, expires_at, draft)
          select ${sessionHash}::text, tenant_id, user_id, token_hash, locale, return_url, ${now}::timestamptz,
            ${now}::timestamptz + make_interval(secs => ${SESSION_IDLE_S}),
            (select s.draft from self_service_session s where s.tenant_id = used.tenant_id and s.user_id = used.user_id
              order by s.created_at desc limit 1)
          from used
          on conflict (id_hash) do update set expires_at = excluded.expires_at returning tenant_id, user_id),
        ${auditEvents([LINK_USED], now)}
        select true as is_new from begun`);
      return row !== undefined;
    },
  };
}

const LINK_CREATED: AuditEvent = {
  type: 'selfService.linkCreated',
  from: sql`made`,
  data: sql`'{}'::jsonb`,
};

const LINK_USED: AuditEvent = {
  type: 'selfService.linkUsed',
  from: sql`begun`,
  data: sql`'{}'::jsonb`,
};
