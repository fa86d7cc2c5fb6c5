// Which refusals are kept where one tenant has very many of them.
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { ServiceError } from '../../../src/errors.ts';
import { createNoteRefusal } from '../../../src/journey/request/note-refusal.ts';
import type { Statement } from '../../../src/platform/database/run-statement.ts';
import { chanceFrom } from '../../support/chance.ts';

const REFUSED = new ServiceError('user.blocked', 'The user is blocked.');

/** Notes refusals of one minute, by a row of chances; `kept` has the users in the order of their rows. */
function noting(random: () => number) {
  const kept: unknown[] = [];
  const { note } = createNoteRefusal({
    run: async ({ values }: Statement) => {
      kept.push(values[1]);
      return [];
    },
    keyedHash: (text) => text,
    clock: { now: () => new Date('2026-11-21T09:00:00Z') },
    log: pino({ level: 'silent' }),
    random,
  });
  const refuse = (userId: string, tenantId = 'contoso') => note({ tenantId, userId }, REFUSED);
  return { kept, refuse };
}

test('a flood of invented users leaves a chance to one who was not seen before, again with each request', () => {
  let chance = 0.999;
  const { kept, refuse } = noting(() => chance);
  for (let place = 1; place <= 999; place += 1) refuse(`invented-${place}`);
  // Of tenants without a flood all are kept.
  refuse('honest', 'fabrikam');
  expect(kept).toHaveLength(21);
  refuse('honest');
  expect(kept).toHaveLength(21);
  chance = 0.019;
  refuse('honest');
  expect(kept.slice(20)).toEqual(['honest', 'honest']);
});

test('a flood makes about as many rows as the chances say', () => {
  const chance = chanceFrom(20261121);
  const { kept, refuse } = noting(() => chance.upTo(1_000_000) / 1_000_000);
  for (let place = 1; place <= 10_000; place += 1) refuse(`invented-${place}`);
  expect(kept.length).toBeGreaterThan(100);
  expect(kept.length).toBeLessThan(200);
});
