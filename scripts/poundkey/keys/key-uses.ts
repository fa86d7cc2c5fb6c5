import { type Kysely, sql } from 'kysely';
import type { Registry } from '../../../src/registry/schema.ts';

/** How many values of a kind need a key. */
export interface KeyUse {
  ring: 'hash' | 'seal' | 'signing';
  keyId: string;
  kind:
    | 'app passwords'
    | 'PINs'
    | 'unrevealed app passwords'
    | 'webhook secrets'
    | 'message keys'
    | 'messages to deliver'
    | 'keys for answers to Entra'
    | 'answers to Entra'
    | 'credentials for Microsoft Graph'
    | 'secrets of delivery hooks'
    | 'enrolment codes'
    | 'suppressed numbers'
    | 'codes that were sent'
    | 'assertions that still count';
  count: number;
}

/**
 * What needs which key now. Revoked app passwords need none, nor do seals whose time is over. A seal names its key
 * (see `platform/secrets/key-ring.ts`). An assertion is taken a minute longer than it lasts.
 */
export async function readKeyUses(db: Kysely<Registry>, now: Date): Promise<KeyUse[]> {
  const { rows } = await sql<KeyUse>`
    with uses as (
      select 'hash' as ring, hash_key_id as key_id, 'app passwords' as kind, count(*)::int as count
        from app_password where revoked_at is null group by hash_key_id
      union all
      select 'hash', pin_hash_key_id, 'PINs', count(*)::int
        from user_profile where pin_hash is not null group by pin_hash_key_id
      union all
      select 'hash', split_part(phone_hash, '.', 1), 'suppressed numbers', count(*)::int
        from suppressed_number group by 2
      union all
      select 'hash', split_part(code_seed, '.', 1), 'codes that were sent', count(*)::int
        from verification where open and code_seed is not null group by 2
      union all
      select 'seal', split_part(sealed, '.', 2), 'unrevealed app passwords', count(*)::int
        from app_password where sealed is not null and sealed_until > ${now} group by 2
      union all
      select 'seal', split_part(secret, '.', 2), 'webhook secrets', count(*)::int
        from (select sealed_secret as secret from webhook_endpoint
          union all select previous_sealed_secret from webhook_endpoint where previous_sealed_secret is not null) as secrets
        group by 2
      union all
      select 'seal', split_part(sealed_key, '.', 2), 'message keys', count(*)::int
        from entra_message_key where sealed_key is not null group by 2
      union all
      select 'seal', split_part(sealed, '.', 2), 'messages to deliver', count(*)::int
        from delivery where sealed is not null group by 2
      union all
      select 'seal', split_part(sealed_private_key, '.', 2), 'keys for answers to Entra', count(*)::int
        from entra_key where expires_at > ${now} group by 2
      union all
      select 'seal', split_part(sealed_graph_credential, '.', 2), 'credentials for Microsoft Graph', count(*)::int
        from entra_method where sealed_graph_credential is not null group by 2
      union all
      select 'seal', split_part(sealed_secret, '.', 2), 'secrets of delivery hooks', count(*)::int
        from delivery_hook group by 2
      union all
      select 'hash', hash_key_id, 'enrolment codes', count(*)::int
        from entra_enrolment_code where used_at is null and expires_at > ${now} group by 2
      union all
      select 'seal', split_part(sealed_answer, '.', 2), 'answers to Entra', count(*)::int
        from entra_attempt where sealed_answer is not null and expires_at > ${now} group by 2
      union all
      select 'signing', key_id, 'assertions that still count', count(*)::int
        from sign_in_assertion where expires_at > ${now}::timestamptz - interval '60 s' group by 2)
    select * from uses order by ring collate "C", key_id collate "C", kind collate "C"`.execute(db);
  return rows;
}
