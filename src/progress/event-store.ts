import { type Kysely, sql } from 'kysely';
import type { Registry } from '../registry/schema.ts';

/** One thing that happened to a verification. */
export interface ProgressEvent {
  /** Grows from event to event of a verification. */
  id: number;
  /** The state since then. */
  state: string;
  outcome: string | null;
  /** What the person hears from then on; null when it is the state that changed. */
  prompt: string | null;
  at: Date;
}

/** A reader's place in the story of a verification. */
export interface Place {
  verificationId: string;
  /** The id of the last event that the reader has. */
  after: number;
}

/** The statements behind streams. */
export type EventStore = ReturnType<typeof createEventStore>;

/** @param db the registry */
export function createEventStore(db: Kysely<Registry>) {
  return {
    /**
     * Where the story of a tenant's verification stands: the id of its latest event (0: none yet), and whether it is
     * at its end. Null when the tenant has no such verification.
     */
    async standing(
      tenantId: string,
      verificationId: string,
    ): Promise<{ lastId: number; finished: boolean } | null> {
      const result = await sql<{ lastId: number; finished: boolean }>`
        select v.state = 'finished' as finished,
          coalesce((select max(e.id) from verification_event e where e.verification_id = v.id), 0)::int8 as last_id
        from verification v where v.id = ${verificationId} and v.tenant_id = ${tenantId}`.execute(db);
      return result.rows[0] ?? null;
    },

    /** The events after each place, in order; `index` says which place. One statement, however many places there are. */
    async after(places: Place[]): Promise<(ProgressEvent & { index: number })[]> {
      // As JSON text: a list parameter means another thing to each driver. Places may carry more, such as connections.
      const list = JSON.stringify(
        places.map(({ verificationId, after }, index) => ({ verificationId, after, index })),
      );
      const result = await sql<ProgressEvent & { index: number }>`
        select p.index, e.id, e.data->>'outcome' as outcome, e.data->>'prompt' as prompt, e.at,
          (select s.type from verification_event s where s.verification_id = e.verification_id and s.id <= e.id
            and s.type <> 'prompt' order by s.id desc limit 1) as state
        from jsonb_to_recordset(${list}::jsonb) as p(index int, "verificationId" uuid, after int8)
        join verification_event e on e.verification_id = p."verificationId" and e.id > p.after
        order by e.id`.execute(db);
      return result.rows;
    },
  };
}
