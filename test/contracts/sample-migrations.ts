import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { MIGRATIONS } from '../../src/registry/migrations.ts';

/** A table for the tests, made by a migration after the registry's own. */
export interface Samples {
  sample: { id: string; someText: string | null; amount: number | null; data: unknown };
}

export const sampleMigrations: Record<string, Migration> = {
  ...MIGRATIONS,
  '9001-sample': {
    up: async (db) => {
      await sql`create table sample (id text primary key, some_text text unique, amount int8, data jsonb)`.execute(
        db,
      );
    },
  },
};
