import sql from 'sql-template-tag';
import { type AuditEvent, auditEvents } from '../../domain/audit-event.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';

/** A phone that is not called any more, since somebody who answered it asked for that. */
export interface SuppressedNumber {
  id: string;
  maskedNumber: string;
  /** Whose call it was, and of which verification. */
  tenantId: string;
  verificationId: string;
  createdAt: Date;
}

const ALLOWED: AuditEvent = {
  ...{
    type: 'suppressedNumber.allowed',
    from: sql`allowed`,
    userId: null,
    verificationId: sql`verification_id`,
  },
  ...{ many: true, data: sql`jsonb_build_object('maskedNumber', masked_number)` },
};

/** The list of suppressed numbers, for operators. */
export function createSuppressedNumbers(run: RunStatement) {
  return {
    /** The newest, at most `limit`. */
    list: (limit: number): Promise<SuppressedNumber[]> =>
      run<SuppressedNumber>(sql`
        select id, masked_number, tenant_id, verification_id, created_at from suppressed_number
        order by created_at desc, id limit ${limit}`),

    /**
     * Takes a phone off the list, and forgets the unwanted calls to it.
     * @param phone the id of its entry, or its hashes under each key
     * @returns what was on the list; null: nothing
     */
    async allow(phone: { id: string } | { hashes: string[] }, now: Date): Promise<SuppressedNumber | null> {
      const which =
        'id' in phone
          ? sql`s.id = ${phone.id}::uuid`
          : sql`s.phone_hash in (select jsonb_array_elements_text(${JSON.stringify(phone.hashes)}::jsonb))`;
      const [allowed] = await run<SuppressedNumber>(sql`
        with allowed as (delete from suppressed_number s where ${which} returning s.*),
        forgotten as (delete from unwanted_calls u using allowed where u.phone_hash = allowed.phone_hash),
        ${auditEvents([ALLOWED], now)}
        select id, masked_number, tenant_id, verification_id, created_at from allowed`);
      return allowed ?? null;
    },
  };
}
