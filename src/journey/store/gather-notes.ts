import sql, { type Sql } from 'sql-template-tag';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { createGather } from '../../platform/gather.ts';
import type { Sender } from '../../providers/port.ts';
import { SAME_END } from './rows.ts';

/** Nobody waits for a note, so each waits a moment for others. */
const GATHERED = { waitMs: 10, most: 100, keyOf: ({ attemptId }: { attemptId: string }) => attemptId };

/**
 * Writes notes about several attempts in one statement.
 * @param statementOf gives a row for each note that counts, with its `place` among the notes
 * @returns writes one; null: it does not count
 */
export function gatherNotes<Note extends { attemptId: string }, Noted>(
  run: RunStatement,
  statementOf: (notes: Note[]) => Sql,
): (note: Note) => Promise<Noted | null> {
  return createGather<Note, Noted | null>(async (notes) => {
    const rows = await run<Noted & { place: number }>(statementOf(notes));
    return notes.map((_note, index) => rows.find(({ place }) => place === index) ?? null);
  }, GATHERED);
}

/** Who told a note, as two columns of it. */
export function tellerOf(sender: Sender | null | undefined) {
  return { sent_to: sender?.to ?? null, lines: sender?.lines ?? null };
}

/** As `isFrom`, of the note `t`: it is about the call of the attempt `a` of the verification `v`. */
export const IS_FROM_TELLER = sql`(t.sent_to is null or right(v.phone_number, ${SAME_END}) = right(t.sent_to, ${SAME_END}))
        and (t.lines is null or t.lines @> to_jsonb(a.line_number))`;
