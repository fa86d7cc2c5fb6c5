import sql from 'sql-template-tag';
import { z } from 'zod';
import { PHONE_TYPES } from '../../domain/phone-type.ts';
import type { User } from '../../domain/user.ts';
import { later } from '../../platform/clock.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';

/** How long a session lasts after the last thing that its person did, s (WCAG 2.2, criterion 2.2.1: it is warned of before). */
export const SESSION_IDLE_S = 15 * 60;

/** What a person has typed, and is asked whether it is right. */
export const Draft = z.object({
  phoneType: z.enum(PHONE_TYPES),
  channel: z.enum(['call', 'sms']),
  /** ISO 3166-1 alpha-2. */
  country: z.string(),
  /** As typed. */
  number: z.string(),
  extension: z.string(),
});
export type Draft = z.infer<typeof Draft>;

/** A session of a person on the page. */
export interface Session extends User {
  idHash: string;
  /** The link that it began with. */
  linkHash: string;
  locale: string | null;
  returnUrl: string | null;
  expiresAt: Date;
  draft: Draft | null;
  verificationId: string | null;
}

/** The statements about sessions. */
export type SessionStore = ReturnType<typeof createSessionStore>;

/** @param run runs a statement on the registry */
export function createSessionStore(run: RunStatement) {
  return {
    /** `isOver`: it lets nobody in any more, but the page of whoever had it still has its look and its way back. */
    async find(idHash: string, now: Date): Promise<(Session & { isOver: boolean }) | null> {
      const [row] = await run<Session & { isOver: boolean }>(sql`
        select id_hash, link_hash, tenant_id, user_id, locale, return_url, expires_at, draft, verification_id,
          expires_at <= ${now} as is_over
        from self_service_session where id_hash = ${idHash}`);
      return row ? { ...row, draft: row.draft === null ? null : Draft.parse(row.draft) } : null;
    },

    /** @returns when the session ends now */
    async extend(idHash: string, now: Date): Promise<Date> {
      const until = later(now, SESSION_IDLE_S * 1_000);
      await run(sql`update self_service_session set expires_at = ${until} where id_hash = ${idHash}`);
      return until;
    },

    async keepDraft(idHash: string, draft: Draft): Promise<void> {
      await run(sql`update self_service_session set draft = ${JSON.stringify(draft)}::jsonb, verification_id = null
        where id_hash = ${idHash}`);
    },

    /** Shows a verification from now on. The draft stays: the same may be asked for again. */
    async show(idHash: string, verificationId: string | null): Promise<void> {
      await run(
        sql`update self_service_session set verification_id = ${verificationId}::uuid where id_hash = ${idHash}`,
      );
    },

    async speak(idHash: string, locale: string): Promise<void> {
      await run(sql`update self_service_session set locale = ${locale} where id_hash = ${idHash}`);
    },

    /** Gives a session another id, so that browsers keep no page of before (they restore pages while cookies stay the same). */
    async rename(idHash: string, newHash: string, now: Date): Promise<boolean> {
      const rows = await run(sql`
        update self_service_session set id_hash = ${newHash}, draft = null, verification_id = null
        where id_hash = ${idHash} and expires_at > ${now} returning id_hash`);
      return rows.length === 1;
    },

    async end(idHash: string): Promise<void> {
      await run(sql`delete from self_service_session where id_hash = ${idHash}`);
    },
  };
}
