import sql, { raw, type Sql } from 'sql-template-tag';

/** What is posted to a tenant's webhook endpoint about the phones of a user. */
export const PHONE_METHOD_MESSAGES = [
  'phoneMethod.added',
  'phoneMethod.changed',
  'phoneMethod.removed',
  'phoneMethod.smsSignInEnabled',
  'phoneMethod.smsSignInDisabled',
  'phoneMethod.smsSignInContested',
  'user.reregistrationRequired',
] as const;
export type PhoneMethodMessage = (typeof PHONE_METHOD_MESSAGES)[number];

/** Who does something: the user on the phone, the tenant's administrator over the API, the operator on the command line. */
export const ACTORS = ['user', 'administrator', 'operator'] as const;
export type Actor = (typeof ACTORS)[number];

/** The data of a message about a phone in the row `alias` of phone_method: ids and words, never the number. */
export function messageData(alias: string, by: Actor): Sql {
  const column = (name: string) => raw(`${alias}.${name}`);
  return sql`jsonb_build_object('userId', ${column('user_id')}, 'phoneMethodId', ${column('id')},
    'phoneType', ${column('phone_type')}, 'isVerified', ${column('verified_at')} is not null,
    'isDefault', ${column('is_default')}, 'isSmsSignInEnabled', ${column('sign_in_enabled_at')} is not null,
    'by', ${by}::text)`;
}
