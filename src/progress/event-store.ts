import { type Kysely, sql } from 'kysely';
import { ERASED_USER } from '../domain/user.ts';
import type { Registry } from '../registry/schema.ts';
import type { StoredEvent } from '../registry/stored-event.ts';

/** One thing that happened to a verification. */
export interface ProgressEvent {
  /** Its place among the events of the verification, from 1. */
  id: number;
  /** The state since then. */
  state: string;
  outcome: string | null;
  /** What the person hears from then on; null when it is the state that changed. */
  prompt: string | null;
  /** What happened while the state stayed as it was; null: nothing else. */
  happened: string | null;
  at: Date;
}

/** A reader's place in the events of a verification. */
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
     * How far the events of a tenant's verification have come: the id of the latest (0: none yet), and whether it is
     * the last one. Null when the tenant has no such verification.
     */
    async standing(
      tenantId: string,
      verificationId: string,
    ): Promise<{ lastId: number; finished: boolean } | null> {
      const result = await sql<{ lastId: number; finished: boolean }>`
        select v.state = 'finished' as finished, jsonb_array_length(v.events) as last_id
        from verification v where v.id = ${verificationId} and v.tenant_id = ${tenantId}
          and v.user_id <> ${ERASED_USER} and v.sign_in is null`.execute(db);
      return result.rows[0] ?? null;
    },

    /** The events after each place, in order; `index` says which place. One statement, however many places there are. */
    async after(places: Place[]): Promise<(ProgressEvent & { index: number })[]> {
      // As JSON text: a list parameter means another thing to each driver. Places may carry more, such as connections.
      const list = JSON.stringify(
        places.map(({ verificationId, after }, index) => ({ verificationId, after, index })),
      );
      const result = await sql<{ index: number; after: number; events: StoredEvent[] }>`
        select p.index, p.after, v.events
        from jsonb_to_recordset(${list}::jsonb) as p(index int, "verificationId" uuid, after int8)
        join verification v on v.id = p."verificationId" and jsonb_array_length(v.events) > p.after`.execute(
        db,
      );
      return result.rows.flatMap(({ index, after, events }) =>
        readStory(events)
          .slice(after)
          .map((event) => ({ ...event, index })),
      );
    },
  };
}

/** Events that are no state: a wrong code, and a call in the place of a text. */
const BESIDE_STATES: readonly string[] = ['codeWrong', 'escalated'];

function readStory(events: StoredEvent[]): ProgressEvent[] {
  let state = '';
  return events.map((event, place) => {
    const happened = BESIDE_STATES.includes(event.type) ? event.type : null;
    if (event.type !== 'prompt' && happened === null) state = event.type;
    const { outcome = null, prompt = null } = event;
    return { id: place + 1, state, outcome, prompt, happened, at: new Date(event.at) };
  });
}
