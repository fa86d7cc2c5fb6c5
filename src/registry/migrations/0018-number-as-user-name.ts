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
  // Another number, or one that is to be verified again, is no user name. Here, so that it also holds for processes of
  // earlier releases. Whoever verifies the number that they have keeps it, and has proved it once more.
  `create function end_sign_in() returns trigger language plpgsql as $$
    begin
      if new.verified_at is null or sign_in_key(new.phone_number) <> sign_in_key(old.phone_number) then
        new.sign_in_enabled_at := null;
        new.sign_in_used_at := null;
      end if;
      new.sign_in_contested_at := null;
      return new;
    end $$`,
  `create trigger phone_method_sign_in_ends before update of phone_number, verified_at on phone_method
    for each row when (old.phone_number <> new.phone_number or old.verified_at is distinct from new.verified_at)
    execute function end_sign_in()`,
  // Whoever makes a phone a user name waits here for those who do so with the same number. First the user's lock, which
  // everybody takes who changes a number: the number that is read is the one that the phone has until the end of the
  // transaction. Then the lock of the number; last the row of its holder, who may be signing in. Nobody who holds a
  // row of a phone waits for one of these locks, but those who verify or enter that phone: they take the user's lock first.
  `create function lock_sign_in(tenant text, of_user text, method uuid) returns void language plpgsql as $$
    declare
      key text;
    begin
      perform lock_phone_methods(tenant, of_user);
      select sign_in_key(m.phone_number) into key from phone_method m
        where m.id = method and m.tenant_id = tenant and m.user_id = of_user;
      if key is null then return; end if;
      perform pg_advisory_xact_lock(hashtextextended(tenant || ' ' || key, 18));
      perform from phone_method m
        where m.tenant_id = tenant and sign_in_key(m.phone_number) = key and m.sign_in_enabled_at is not null for update;
    end $$`,
];
