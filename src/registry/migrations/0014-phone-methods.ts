import { type Kysely, sql } from 'kysely';

/**
 * Several phone methods of a user, one of each type: verified or only entered, and one of the verified ones the default.
 * See decision 32.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  // `verified_at`: null while the number was only entered by an administrator, or must be registered again.
  `alter table phone_method
    add column verified_at timestamptz,
    add column is_default boolean not null default false,
    alter column verification_id drop not null`,
  'update phone_method set verified_at = updated_at, is_default = true',
  `alter table phone_method
    add constraint phone_method_type check (phone_type in ('office', 'mobile', 'alternateMobile')),
    add constraint phone_method_default_verified check (verified_at is not null or not is_default)`,
  'create unique index phone_method_default on phone_method (tenant_id, user_id) where is_default',
  // Whoever verifies a phone, removes or changes one of the same user waits here for the other, until the end of its
  // transaction. Statements that lock verifications too do that before, so that none waits in a circle.
  `create function lock_phone_methods(tenant text, of_user text) returns void language plpgsql as $$
    begin
      perform pg_advisory_xact_lock(hashtextextended(tenant || ' ' || of_user, 14));
    end $$`,
  // The first phone of a user that is verified becomes the default. Each query of this function sees what was committed
  // until it began, also by those who were waited for; the statement that fires it does not.
  `create function keep_default_phone() returns trigger language plpgsql as $$
    begin
      -- Processes of earlier releases write no time.
      if tg_op = 'INSERT' then
        if new.verification_id is not null then new.verified_at := coalesce(new.verified_at, new.updated_at); end if;
      elsif new.verification_id is distinct from old.verification_id and new.verification_id is not null then
        new.verified_at := coalesce(new.verified_at, new.updated_at);
      end if;
      if new.verified_at is null then
        new.is_default := false;
      elsif not new.is_default then
        perform lock_phone_methods(new.tenant_id, new.user_id);
        new.is_default := not exists (select from phone_method m
          where m.tenant_id = new.tenant_id and m.user_id = new.user_id and m.is_default and m.id <> new.id);
      end if;
      return new;
    end $$`,
  `create trigger phone_method_inserted before insert on phone_method
    for each row execute function keep_default_phone()`,
  // Not fired by choosing another default, which changes nothing else.
  `create trigger phone_method_verified before update of verified_at, verification_id on phone_method
    for each row execute function keep_default_phone()`,
  // Messages about users are found by the user, to be erased; those about verifications by the verification.
  `create index outbox_user on outbox (tenant_id, (payload ->> 'userId')) where verification_id is null`,
];
