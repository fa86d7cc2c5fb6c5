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

test('completing begins before the document is made', async () => {
  const order: string[] = [];
  const recordDigits = createRecordDigits({
    calls: { read: async () => null },
    answers: { approve: async () => DECIDED } as unknown as AnswerStore,
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
  expect(order).toEqual(['completion', 'document']);
});
