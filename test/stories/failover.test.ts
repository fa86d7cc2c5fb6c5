// Two providers: where the first is known not to have dialed, the second's line calls; where nobody knows, it does not.
import { describe, expect, test } from 'vitest';
import type { RestFault } from '../../src/simulator/faults.ts';
import { eventsOf, expectOneEnd, tracesOf } from '../support/traces.ts';
import { LINES, twoProviders } from '../support/two-providers.ts';

describe('a call that the first provider does not place', () => {
  const { world, second } = twoProviders();

  const calls = (number: string) => [
    world().simulator.createdPerNumber()[number] ?? 0,
    second().simulator.createdPerNumber()[number] ?? 0,
  ];
  const request = async () => {
    const number = world().newNumber();
    second().simulator.desk.script(number, 'press-pound');
    return world().request('press-pound', number);
  };

  test.each<[name: string, fault: RestFault]>([
    ['too many requests', 'tooManyRequests'],
    [
      'a line that the account does not own',
      { refuse: { status: 400, code: 21210, message: 'From is not a verified number' } },
    ],
  ])('is placed by the second after %s', async (_name, fault) => {
    world().simulator.faults.next('create', fault);
    const { id, number } = await request();
    await world().settle();
    const { verification, attempts } = await tracesOf(world().db, id);
    expect(verification).toMatchObject({ state: 'finished', outcome: 'approved' });
    expect(attempts.map(({ lineNumber }) => lineNumber)).toEqual([LINES.first, LINES.second]);
    expect(calls(number)).toEqual([0, 1]);
    expect(eventsOf(world().log, id).find(({ event }) => event === 'call.postponed')).toMatchObject({
      nextLine: '+1 ••• 01',
    });
  });

  test('is placed by the first again when the second has too many requests as well', async () => {
    world().simulator.faults.next('create', 'tooManyRequests');
    second().simulator.faults.next('create', 'tooManyRequests');
    const { id, number } = await request();
    await world().settle();
    const { attempts } = await tracesOf(world().db, id);
    expect(attempts.map(({ lineNumber }) => lineNumber)).toEqual([LINES.first, LINES.second, LINES.first]);
    expect(calls(number)).toEqual([1, 0]);
  });

  test.each(['acceptAndDrop', 'drop', 'serverError'] as const)(
    'is never placed by the second while nobody knows what the first did (%s)',
    async (fault) => {
      world().simulator.faults.next('create', fault);
      const { id, number } = await request();
      await world().settle();
      const { attempts } = await tracesOf(world().db, id);
      expect(new Set(attempts.map(({ lineNumber }) => lineNumber))).toEqual(new Set([LINES.first]));
      expect(calls(number)).toEqual([1, 0]);
      await expectOneEnd(world(), id, { outcome: 'approved' });
    },
  );

  test('ends as the first provider said when the number is none', async () => {
    world().simulator.faults.next('create', { refuse: { status: 400, code: 21211, message: 'Invalid To' } });
    const { id, number } = await request();
    await world().settle();
    expect(await world().read(id)).toMatchObject({ outcome: 'invalidNumber', errorCode: '21211' });
    expect(calls(number)).toEqual([0, 0]);
  });
});
