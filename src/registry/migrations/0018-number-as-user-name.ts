import { type Kysely, sql } from 'kysely';

/**
 * A mobile phone as user name: people in one tenant whose numbers have the same sign-in key cannot both sign in with
 * them. Only a phone that signs in holds its key.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  // One phone may have two numbers in E.164: in Brazil with and without the ninth digit (only numbers that began with 6
  // to 9 got one), in Mexico with and without a 1, in Argentina with and without a 9. They have one key.
  `create function sign_in_key(number text) returns text language plpgsql immutable strict parallel safe as $$
    begin
      return case
        when number ~ '^\\+55\\d\\d9[6-9]\\d{7}$' then '+55' || substr(number, 4, 2) || substr(number, 7)
        when number ~ '^\\+521\\d{10}$' then '+52' || substr(number, 5)
        when number ~ '^\\+549\\d{10}$' then '+54' || substr(number, 5)
        else number
      end;
    end $$`,
  // Enabled: since when it signs in, unless the policy stops all. Used: when somebody last did. Contested: when somebody
  // else proved to have the number and could not enable it.
  `alter table phone_method
    add column sign_in_enabled_at timestamptz,
    add column sign_in_used_at timestamptz,
    add column sign_in_contested_at timestamptz,
    add constraint phone_method_sign_in check
      (sign_in_enabled_at is null or (phone_type = 'mobile' and verified_at is not null))`,
  `create unique index phone_method_sign_in on phone_method (tenant_id, sign_in_key(phone_number))
    where sign_in_enabled_at is not null`,
];
