import { type Kysely, sql } from 'kysely';

/** Whether a message that came again was answered as taken, and whether it was taken back: one of the two at most. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `alter table delivery
        add column repeated boolean not null default false,
        add column withdrawn boolean not null default false,
        add constraint delivery_repeated_or_withdrawn check (not (repeated and withdrawn))`,
    )
    .execute(db);
}
