/** What is posted to a tenant's webhook endpoint about app passwords: ids and counts, never what would open them. */
import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import { UserId } from '../api.ts';

/** What the messages are about. */
export const APP_PASSWORD_MESSAGES = ['appPassword.revoked', 'appPassword.guessed'] as const;
export type AppPasswordMessage = (typeof APP_PASSWORD_MESSAGES)[number];

/** What is posted about app passwords that were revoked together. */
export const AppPasswordsRevokedData = z
  .object({
    userId: UserId,
    appPasswordIds: z.array(z.guid()).meta({ description: 'Revoked together' }),
  })
  .meta({ id: 'AppPasswordsRevokedData' });

/** What is posted about somebody who guesses. */
export const AppPasswordGuessedData = z
  .object({
    userId: UserId,
    wrongAppPasswords: z.int().meta({ description: 'Different ones, in a day' }),
  })
  .meta({ id: 'AppPasswordGuessedData' });

/** A part of a statement, of this name: messages to webhook endpoints; `rows` selects tenant_id, type and payload of each. */
export type Tell = (rows: Sql, now: Date, name?: string) => Sql;

/** `revocation_told`: one message about all app passwords in `revoked`, which are one user's. */
export function tellRevoked(tell: Tell, now: Date): Sql {
  const type: AppPasswordMessage = 'appPassword.revoked';
  const rows = sql`select r.tenant_id, ${type}::text as type,
      jsonb_build_object('userId', r.user_id, 'appPasswordIds', jsonb_agg(r.id order by r.id)) as payload
    from revoked r group by r.tenant_id, r.user_id`;
  return tell(rows, now, 'revocation_told');
}

/** `told`: a message for each user in `guessed`. */
export function tellGuessed(tell: Tell, now: Date): Sql {
  const type: AppPasswordMessage = 'appPassword.guessed';
  const rows = sql`select g.tenant_id, ${type}::text as type,
      jsonb_build_object('userId', g.user_id, 'wrongAppPasswords', g.count) as payload
    from guessed g`;
  return tell(rows, now);
}
