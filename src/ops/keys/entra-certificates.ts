import { type Kysely, sql } from 'kysely';
import { WARNED_DAYS } from '../../domain/certificate-expiry.ts';
import { daysUntil } from '../../platform/clock.ts';
import type { Registry } from '../../registry/schema.ts';

/** What Entra uses a certificate for: to check answers to it, or to encrypt messages. */
type CertificateUse = 'answers' | 'messages';

/** When the certificate expires that must be replaced first, of those for one use. */
export interface ExpiringCertificate {
  use: CertificateUse;
  expiresAt: Date;
  /** The connection for messages; null: all methods share the keys for answers. */
  connectionId: string | null;
}

/**
 * Of keys for answers the newest, since a new one takes over by itself; of active keys for messages the one that expires first,
 * since nobody knows which of several Entra encrypts for. A use without keys, or without methods that need them, has no entry.
 */
export async function readExpiringCertificates(db: Kysely<Registry>): Promise<ExpiringCertificate[]> {
  const { rows } = await sql<ExpiringCertificate>`
    (select 'answers' as use, expires_at, null as connection_id from entra_key
      where exists (select from entra_method) order by number desc limit 1)
    union all
    (select 'messages', k.expires_at, k.connection_id
      from entra_message_key k join entra_phone_provider c on c.id = k.connection_id
      where k.retired_at is null and c.removed_at is null order by k.expires_at, k.id limit 1)`.execute(db);
  return rows;
}

/**
 * What an operator must do about certificates that expire soon; null: nothing. Keys for answers are replaced by themselves
 * long before that.
 */
export function expiryProblem(certificates: readonly ExpiringCertificate[], now: Date): string | null {
  const soon = certificates.filter(({ expiresAt }) => daysUntil(expiresAt, now) < WARNED_DAYS);
  return soon.length === 0 ? null : soon.map((each) => problemOf(each, now)).join(' ');
}

function problemOf({ use, expiresAt, connectionId }: ExpiringCertificate, now: Date): string {
  const days = daysUntil(expiresAt, now);
  const when = days < 0 ? 'has expired' : `expires in ${days} ${days === 1 ? 'day' : 'days'}`;
  return use === 'answers'
    ? `The certificate for answers to Entra ${when}, and no new one was made: run entra-eam rotate-keys, and see in the log why.`
    : `A certificate of the connection ${connectionId} for messages from Entra ${when}: run entra-epp add-key, publish the new certificate at Entra, and retire the old one.`;
}
