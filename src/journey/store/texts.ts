import type { Sql } from 'sql-template-tag';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { createBudgetEnd, createCheck, createCheckedWith } from './code-checks.ts';
import { BY_NUMBER, createSendAgain, OF_USER } from './text-again.ts';
import { createNoteText } from './text-notes.ts';

/** Guarded updates of verifications by text message. An update returns null when somebody was there first. */
export type TextStore = ReturnType<typeof createTextStore>;

/** @param run runs a statement on the registry */
export function createTextStore(run: RunStatement) {
  const first = async <Row>(statement: Sql) => (await run<Row>(statement))[0] ?? null;
  return {
    note: createNoteText(run),
    check: createCheck(first),
    wrongCodesUntil: createBudgetEnd(first),
    checkedWith: createCheckedWith(first),
    sendAgain: createSendAgain(first, OF_USER),
    sendSignInAgain: createSendAgain(first, BY_NUMBER),
  };
}
