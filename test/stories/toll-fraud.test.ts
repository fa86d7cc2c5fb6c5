// What looks like toll fraud is reported, and nothing is refused because of it.
import { expect, test } from 'vitest';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import { runBeside } from '../support/command-line.ts';
import { describeWorlds } from '../support/open-worlds.ts';

describeWorlds('toll fraud', ({ world, combination }) => {
  let users = 0;
  const tenant = async (id: string) => {
    const tenantId = `${id}-${combination.replaceAll('+', '-')}`;
    const { api } = await world.addTenant(tenantId);
    const call = async (number: string, phone: ScenarioName = 'no-answer', userId = `caller-${users}`) => {
      world.simulator.desk.script(number, phone);
      const answer = await api('POST', '/v1/verifications', { userId, number });
      users += 1;
      expect(answer.status).toBe(201);
    };
    return { tenantId, call };
  };
  /** What is reported once the sweeper has looked, by kind. */
  const reported = async (tenantId: string) => {
    await world.settle();
    await world.time.advance(301_000);
    await world.db.deleteFrom('lease').where('name', '=', 'sweep').execute();
    await world.service.journey.sweep();
    const { output } = await poundkey('toll-fraud', tenantId, '--json');
    const found: { kind: string; subject: string; requests: number; refusable: number }[] =
      JSON.parse(output);
    return found.map(({ kind, subject, requests, refusable }) => [kind, subject, requests, refusable]).sort();
  };
  const poundkey = (...words: string[]) => runBeside(world, words);
  const row = (from: number, count: number, step = 1) =>
    Array.from({ length: count }, (_, index) => `+46852${String(100_000 + from + index * step)}`);
  const eventsOf = (tenantId: string) =>
    world.log.filter((line) => line.includes('tollFraud.suspected') && line.includes(tenantId));

  test('is suspected of numbers in a row that nobody approves, and told once a day', async () => {
    const { tenantId, call } = await tenant('row');
    for (const number of row(100, 9)) await call(number);
    expect(await reported(tenantId)).toEqual([['sequence', '+4685210••••', 9, 2]]);
    expect(await reported(tenantId)).toHaveLength(1);
    expect(eventsOf(tenantId)).toHaveLength(1);
    expect(eventsOf(tenantId)[0]).not.toContain('+4685210010');
    const { output } = await poundkey('toll-fraud', tenantId);
    expect(output).toMatch(/would have refused 2 of 9 +numbers one after the other/);
  });

  test('is found although a user was erased within the hour', async () => {
    const { tenantId, call } = await tenant('erased');
    await call('+46852900001', 'press-pound');
    await world.settle();
    const row9 = row(20_100, 9);
    for (const number of row9) await call(number);
    await world.settle();
    expect(await poundkey('erase-user', tenantId, `caller-${users - 10}`)).toMatchObject({ exitCode: 0 });
    expect(await reported(tenantId)).toEqual([['sequence', '+4685212••••', 9, 2]]);
  });

  test('is suspected of numbers in a row that all approve, for a few users who keep none of them', async () => {
    const { tenantId, call } = await tenant('robots');
    for (const number of row(30_100, 11)) await call(number, 'press-pound', `robot-${users % 2}`);
    expect(await reported(tenantId)).toEqual([['sequence', '+4685213••••', 9, 2]]);
  });

  test('is not suspected of an office whose people all register', async () => {
    const { tenantId, call } = await tenant('office');
    for (const number of row(5_000, 25)) await call(number, 'press-pound');
    expect(await reported(tenantId)).toEqual([]);
  });

  test('is suspected of a beginning of numbers, and of a country that does not answer', async () => {
    const { tenantId, call } = await tenant('prefix');
    for (const number of row(10_000, 21, 7)) await call(number);
    expect(await reported(tenantId)).toEqual([
      ['prefix', '+4685211••••', 21, 2],
      ['unanswered', 'SE', 21, 2],
    ]);
  });

  test('is suspected of calls that end within seconds', async () => {
    const { tenantId, call } = await tenant('short');
    for (const number of row(20_000, 21, 9)) await call(number, 'hang-up');
    expect((await reported(tenantId)).map(([kind]) => kind)).toEqual(['prefix', 'shortCalls']);
  });

  test('is suspected of a country that the tenant suddenly calls', async () => {
    const { tenantId, call } = await tenant('sudden');
    await call('+46852130000', 'press-pound');
    expect(await reported(tenantId)).toEqual([]);
    await world.time.advance(2 * 86_400_000);
    for (let count = 0; count < 10; count += 1) await call(`+47221${23_400 + count * 7}`, 'press-pound');
    expect(await reported(tenantId)).toEqual([['newCountry', 'NO', 10, 1]]);
  });

  test('is reported of no tenant that there is none of', async () => {
    expect(await poundkey('toll-fraud', 'nobody')).toMatchObject({ exitCode: 2 });
    expect((await poundkey('toll-fraud')).exitCode).toBe(0);
  });
});
