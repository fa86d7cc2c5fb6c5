// The history of a verification, read from every table that has a part of it. Numbers are masked, extensions and the
// digits of number matching left out.
import type { Kysely, Selectable } from 'kysely';
import { maskNumber } from '../../../src/domain/mask-number.ts';
import { createAttemptsOf } from '../../../src/journey/store/kept-calls.ts';
import { hideIdDigits } from '../../../src/ops/shown-ids.ts';
import { runIn } from '../../../src/platform/database/run-statement.ts';
import type { Registry, VerificationTable } from '../../../src/registry/schema.ts';
import { PAUSED_UNTIL } from '../find/read-found.ts';
import { shownUser } from '../find/read-whom.ts';
import { auditEntries } from './audit-entries.ts';
import { callEntries } from './call-entries.ts';
import { type Entry, hideNumbersIn } from './entry.ts';
import { eventEntries } from './event-entries.ts';
import { messageEntries } from './message-entries.ts';

/** The history of one verification. */
export interface Story {
  verification: ReturnType<typeof summary>;
  /** In order of time; at the same instant states come first, then calls, audit events and messages. */
  entries: Entry[];
}

/**
 * All parts are read as they were at one instant, since a call may go on meanwhile. The returned function resolves to
 * null when there is no verification of this id (a UUID).
 */
export function createReadStory({ db: registry }: { db: Kysely<Registry> }) {
  return (id: string): Promise<Story | null> =>
    registry
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute((db) => readStory(db, id));
}

async function readStory(db: Kysely<Registry>, id: string): Promise<Story | null> {
  const verification = db.selectFrom('verification').selectAll().select(PAUSED_UNTIL.as('pausedUntil'));
  const row = await verification.where('id', '=', id).executeTakeFirst();
  if (!row) return null;
  const attempts = await createAttemptsOf(runIn(db))(id);
  const parts = [
    eventEntries(row.events, new Map(attempts.map((attempt) => [attempt.id, attempt.number]))),
    attempts.flatMap(callEntries),
    await auditEntries(db, id),
    await messageEntries(db, id),
  ];
  const entries = parts.flat().map(hideNumbersIn);
  // The order among equals stays as it is (ECMAScript, Array.prototype.sort is stable).
  return {
    verification: summary(row),
    entries: entries.sort((one, other) => one.at.getTime() - other.at.getTime()),
  };
}

function summary(row: Selectable<VerificationTable> & { pausedUntil: Date | null }) {
  const { id, tenantId, userId, purpose, channel, phoneType, country, locale, challenge, state } = row;
  const { outcome, errorCode, callError, attempts, redials, createdAt, expiresAt, slotAt } = row;
  const { wakeAt, dialedAt, pausedUntil, decidedAt, finishedAt, escalatedAt } = row;
  const number = maskNumber(row.phoneNumber);
  // A backend chooses it, so it may hold anything.
  const jobId = row.jobId === null ? null : hideIdDigits(row.jobId);
  return {
    ...{
      id,
      tenantId,
      userId: shownUser(userId),
      purpose,
      channel,
      phoneType,
      number,
      country,
      locale,
      challenge,
    },
    hasExtension: row.extension !== null,
    ...{ state, outcome, errorCode, callError, attempts, redials, jobId, createdAt, expiresAt, slotAt },
    ...{ wakeAt, dialedAt, pausedUntil, decidedAt, finishedAt, escalatedAt },
    ...{ byNumber: row.signIn !== null, decoy: row.decoy },
  };
}
