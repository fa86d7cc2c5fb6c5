// Processes and servers are killed one after the other while calls go on. Every verification ends once, with one call
// at most, and none is approved without its key.
import { describe, expect, test, vi } from 'vitest';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import { openOn } from '../support/open-worlds.ts';
import { HAS_REDIS, type OwnStores, startOwnStores } from '../support/own-servers.ts';
import type { RunningScript } from '../support/run-script.ts';
import { type Ground, PATIENTLY, prepareGround } from '../support/service-processes.ts';
import { pressedPound, tracesOf } from '../support/traces.ts';

const KILLS = ['worker', 'postgres', 'web', 'redis', 'worker', 'redis', 'web', 'postgres'] as const;
/** Requested while something is killed and started again. */
const AT_ONCE = 10;
const PHONES: ScenarioName[] = ['press-pound', 'wrong-then-pound', 'busy', 'press-pound', 'hang-up'];
const ROOMY = { limits: { perTenant: { count: 1_000 } } };

describe.runIf(HAS_REDIS)('on PostgreSQL and Redis of their own', () => {
  const { opened: ground, stores } = openOn(
    () => startOwnStores(true),
    (own) => prepareGround(own, {}, ROOMY),
  );

  test('whatever is killed, nothing is lost, and nothing happens twice', async () => {
    const processes = { web: await ground.start('web'), worker: await ground.start('worker') };
    const requested: Requested[] = [];
    for (const victim of KILLS) {
      const batch = Array.from({ length: AT_ONCE }, () => requestPersistently(ground));
      await killAndStart(ground, stores, processes, victim);
      requested.push(...(await Promise.all(batch)));
    }
    const open = ground.db.selectFrom('verification').select('id').where('state', '<>', 'finished');
    await vi.waitFor(async () => expect(await open.execute()).toEqual([]), PATIENTLY);
    await ground.time.idle();
    expect(await ground.db.selectFrom('verification').select('id').execute()).toHaveLength(requested.length);
    for (const one of requested) await expectOneEndAtMost(ground, one);
  }, 300_000);
});

interface Requested {
  id: string;
  number: string;
}

let requests = 0;

/** Asks until the request is accepted: the same key makes the same verification of all tries. */
async function requestPersistently({ api, simulator, newNumber }: Ground): Promise<Requested> {
  const number = newNumber();
  requests += 1;
  const headers = { 'idempotency-key': `order-${requests}` };
  simulator.desk.script(number, PHONES[requests % PHONES.length] ?? 'press-pound');
  const body = { userId: `user-${number.slice(-4)}`, number };
  return vi.waitFor(async () => {
    const answer = await api('POST', '/v1/verifications', body, headers);
    expect([200, 201]).toContain(answer.status);
    return { id: answer.body.id, number };
  }, PATIENTLY);
}

async function killAndStart(
  ground: Ground,
  { postgres, redis }: OwnStores,
  processes: Record<'web' | 'worker', RunningScript>,
  victim: (typeof KILLS)[number],
): Promise<void> {
  if (victim === 'web' || victim === 'worker') {
    await ground.kill(processes[victim]);
    processes[victim] = await ground.start(victim);
    return;
  }
  const server = victim === 'postgres' ? postgres : redis;
  await server?.kill();
  await server?.start();
}

async function expectOneEndAtMost({ db, simulator }: Ground, { id, number }: Requested): Promise<void> {
  const { verification, ends, phoneMethods, appPasswords } = await tracesOf(db, id);
  const approved = verification.outcome === 'approved';
  expect([ends, phoneMethods.length, appPasswords.length]).toEqual(approved ? [1, 1, 1] : [1, 0, 0]);
  expect(simulator.createdPerNumber()[number] ?? 0).toBeLessThanOrEqual(1);
  if (approved) expect(pressedPound(simulator, number)).toBe(true);
}
