/** A database that does not let app passwords be written. */
import { sql } from 'kysely';
import type { World } from './world.ts';

/**
 * @param does what PostgreSQL does instead of writing one, in PL/pgSQL
 * @returns lets them be written again
 */
export async function hinderAppPasswords({ db }: World, does: string): Promise<() => Promise<void>> {
  await sql
    .raw(`create or replace function hinder() returns trigger language plpgsql as $$ begin ${does} end $$`)
    .execute(db);
  await sql`create trigger hinder before insert on app_password for each row execute function hinder()`.execute(
    db,
  );
  return async () => void (await sql`drop trigger hinder on app_password`.execute(db));
}

/** What may hinder them: how a test calls it, and what is done. */
export const HINDRANCES = [
  ['refuses', `raise exception 'no room' using errcode = 'disk_full'; return null;`],
  ['closes the connection of', 'perform pg_terminate_backend(pg_backend_pid()); return null;'],
] as const;
