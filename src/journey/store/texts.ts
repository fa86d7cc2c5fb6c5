import sql, { type Sql } from 'sql-template-tag';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import type { Sender } from '../../providers/port.ts';
import type { TextProgress } from '../../providers/text-port.ts';
import { createBudgetEnd, createCheck, createCheckedWith } from './code-checks.ts';
import {
  COMMIT_LATER,
  DECIDED_COLUMNS,
  type Decided,
  HAS_EARLIER_TEXT,
  isFrom,
  story,
  type Verification,
  whileCounting,
} from './rows.ts';
import { BY_NUMBER, createSendAgain, OF_USER } from './text-again.ts';

/** Guarded updates of verifications by text message. An update returns null when somebody was there first. */
export type TextStore = ReturnType<typeof createTextStore>;

/** @param run runs a statement on the registry */
export function createTextStore(run: RunStatement) {
  const first = async <Row>(statement: Sql) => (await run<Row>(statement))[0] ?? null;
  return {
    /** The provider has taken the text: `sending` → `sent` until the code expires. Its name is kept whatever the state is. */
    accepted: (attemptId: string, textId: string, now: Date) =>
      first<Pick<Verification, 'id' | 'state' | 'wakeAt'>>(sql`
        update verification v set call_id = coalesce(v.call_id, ${textId}), rang_at = coalesce(v.rang_at, ${now}),
          ${toSent(attemptId, now)}
        ${whileCounting(attemptId)} and coalesce(v.call_id, ${textId}) = ${textId} and ${COMMIT_LATER}
        returning v.id, v.state, v.wake_at`),

    progress: createProgress(first),

    check: createCheck(first),
    wrongCodesUntil: createBudgetEnd(first),
    checkedWith: createCheckedWith(first),
    sendAgain: createSendAgain(first, OF_USER),
    sendSignInAgain: createSendAgain(first, BY_NUMBER),
  };
}

type First = <Row>(statement: Sql) => Promise<Row | null>;

/** What a text that was taken, or is on its way, sets. */
function toSent(attemptId: string, now: Date): Sql {
  return sql`state = case when v.state = 'sending' then 'sent' else v.state end,
    wake_at = case when v.state = 'sending' then v.expires_at else v.wake_at end,
    events = case when v.state = 'sending' then v.events || ${story(now, { type: 'sent', attemptId })}::jsonb else v.events end`;
}

/** How far texts come, in order: what is told late changes nothing. */
const RANK = {
  queued: 0,
  sending: 1,
  sent: 2,
  delivered: 3,
  undelivered: 3,
  failed: 3,
  canceled: 3,
} as const;

/**
 * The provider told how far a text has come. That it failed → decided, unless an earlier text of the same verification was
 * taken: the person may have its code. Of a sign-in by number it must not be told.
 */
function createProgress(first: First) {
  return (attemptId: string, progress: TextProgress, sender: Sender, now: Date) => {
    const { textId, status, outcome, errorCode } = progress;
    const rank = RANK[status];
    const fails = sql`(${outcome}::text is not null and v.state in ('sending', 'sent') and not ${HAS_EARLIER_TEXT}
      and v.sign_in is null)`;
    const decided = story(now, {
      ...{ type: 'decided', attemptId, outcome: outcome ?? 'undelivered' },
      ...(errorCode === null ? {} : { errorCode }),
    });
    return first<Decided & Pick<Verification, 'state'>>(sql`
      update verification v set call_id = coalesce(v.call_id, ${textId}), call_status = ${status}, status_sequence = ${rank}::int,
        rang_at = coalesce(v.rang_at, ${now}), answered_at = case when ${status} = 'delivered' then ${now}::timestamptz else v.answered_at end,
        call_error = coalesce(${errorCode}, v.call_error),
        state = case when ${fails} then 'decided' when v.state = 'sending' then 'sent' else v.state end,
        outcome = case when ${fails} then ${outcome} else v.outcome end,
        error_code = case when ${fails} then ${errorCode} else v.error_code end,
        live = v.live or ${fails}, decided_at = case when ${fails} then ${now}::timestamptz else v.decided_at end,
        wake_at = case when ${fails} then ${now}::timestamptz when v.state = 'sending' then v.expires_at else v.wake_at end,
        events = case when ${fails} then v.events || ${decided}::jsonb
          when v.state = 'sending' then v.events || ${story(now, { type: 'sent', attemptId })}::jsonb else v.events end
      ${whileCounting(attemptId)} and coalesce(v.call_id, ${textId}) = ${textId} and v.status_sequence < ${rank}::int
        and v.channel = 'sms' and ${isFrom(sender)} and ${COMMIT_LATER}
      returning ${DECIDED_COLUMNS}, v.state`);
  };
}
