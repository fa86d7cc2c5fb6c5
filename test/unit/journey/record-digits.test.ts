// What follows from `#` is on its way to the registry before the document is made that thanks for it.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createEvents } from '../../../src/events.ts';
import { createRecordDigits } from '../../../src/journey/call/record-digits.ts';
import type { Spoken } from '../../../src/journey/call/speak-next.ts';
import type { AnswerStore } from '../../../src/journey/store/answers.ts';
import type { LiveCall } from '../../../src/journey/store/rows.ts';
import { createLogger } from '../../../src/log.ts';

const DECIDED = { id: 'v-1', tenantId: 'contoso', state: 'decided', outcome: 'approved' } as LiveCall;
const ANSWER = { attemptId: 'a-1', callId: 'CA1', round: 0, sender: { to: null, lines: null } };

/** Presses `#` where the statement that records it gives this; resolves to what was done, in its order. */
async function pressing(recorded: LiveCall): Promise<string[]> {
  const order: string[] = [];
  const recordDigits = createRecordDigits({
    calls: { read: async () => null },
    answers: { approve: async () => recorded } as unknown as AnswerStore,
    known: { take: () => null },
    completeApproved: async () => null,
    checkPin: async () => false,
    speakNext: async () => {
      order.push('document');
      return {} as Spoken;
    },
    // A pool hands out a connection that is free once all promises that were there have been kept.
    completeNow: () => process.nextTick(() => order.push('completion')),
    advanceNow: () => undefined,
    clock: { now: () => new Date('2026-11-21T09:00:00Z') },
    events: createEvents(createLogger({ level: 'silent' })),
  });
  await recordDigits(ANSWER, { prompt: 'ask', challenge: 'pound' }, '#');
  await nextTurn();
  return order;
}

test('completing begins before the document is made', async () => {
  expect(await pressing(DECIDED)).toEqual(['completion', 'document']);
});

test('what was completed with its answer is not completed again', async () => {
  expect(await pressing({ ...DECIDED, state: 'finished' })).toEqual(['document']);
});
