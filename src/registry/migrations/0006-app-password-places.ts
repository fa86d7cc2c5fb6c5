import { type Kysely, sql } from 'kysely';

/**
 * Each app password that is not revoked has one of its user's places, so that an index holds the limit whoever issues
 * at the same time. Whoever had more before keeps them, without a place.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table app_password add column place int`.execute(db);
  await sql`
    update app_password p set place = numbered.place
    from (select id, row_number() over (partition by tenant_id, user_id order by created_at, id) as place
      from app_password where revoked_at is null) numbered
    where p.id = numbered.id and numbered.place <= 40`.execute(db);
  await sql`create unique index app_password_place on app_password (tenant_id, user_id, place)
    where revoked_at is null and place is not null`.execute(db);
}
