// A process is told to stop while calls are live: nothing new begins, nobody is cut off, nothing is lost.
import { describe, expect, test, vi } from 'vitest';
import { openForThisTest } from '../support/open-worlds.ts';
import { type Ground, PATIENTLY, prepareGround } from '../support/service-processes.ts';
import { type FreshStores, SHARED_STORES } from '../support/stores.ts';
import { eventsOf, expectOneEnd, isStatus, stopAt, tracesOf } from '../support/traces.ts';

describe.each(SHARED_STORES)('a process that is told to stop, on %s', (combination) => {
  let ground: Ground;

  async function openGround(settings: Record<string, string>): Promise<void> {
    const open = (stores: FreshStores) => prepareGround(stores, settings);
    ({ opened: ground } = await openForThisTest(combination, open));
  }

  const stateOf = async (id: string) => (await tracesOf(ground.db, id)).verification.state;
  const finished = (...ids: string[]) =>
    vi.waitFor(async () => {
      expect(await Promise.all(ids.map(stateOf))).toEqual(ids.map(() => 'finished'));
    }, PATIENTLY);

  /** A call that rings, with time standing still from there on. */
  async function ringingCall(): Promise<string> {
    const number = ground.newNumber();
    const ringing = stopAt(ground, (event) => event.to === number && isStatus(event, 'ringing'));
    const id = await ground.request('press-pound', number);
    await ringing;
    await vi.waitFor(async () => expect(await stateOf(id)).toBe('ringing'), PATIENTLY);
    return id;
  }

  test('answers the live call to its end, refuses what is new, and leaves what is queued to the next start', async () => {
    await openGround({ SHUTDOWN_LIMIT_S: '60' });
    const service = await ground.start('all');
    const live = await ringingCall();
    const number = ground.newNumber();
    // The network is too busy for this one, so it is tried again and again.
    ground.simulator.faults.next('create', 'tooManyRequests', { times: 1_000, to: number });
    const queued = await ground.request('press-pound', number);
    await vi.waitFor(() => expect(service.output()).toContain('call.postponed'), PATIENTLY);

    service.process.kill('SIGTERM');
    // Asked until the signal has arrived: what is still taken before that is another verification of another phone.
    const late = ground.newNumber();
    const refused = await vi.waitFor(async () => {
      const answer = await ground.api('POST', '/v1/verifications', { userId: 'late', number: late });
      expect(answer.status).toBe(503);
      return answer;
    }, PATIENTLY);
    expect(refused.body).toMatchObject({ code: 'service.stopping' });
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await ground.api('GET', `/v1/verifications/${live}`)).status).toBe(503);
    // Its next try comes due while the process stops.
    await vi.waitFor(async () => {
      const { verification } = await tracesOf(ground.db, queued);
      expect(verification.wakeAt.getTime()).toBeLessThan(Date.now() - 500);
    }, PATIENTLY);
    expect(service.process.exitCode).toBeNull();

    ground.time.resume();
    expect((await service.exit).code).toBe(0);
    await ground.time.idle();
    expect(await stateOf(queued)).toBe('queued');
    expect(dialedAfterStop(service.output())).toEqual([]);

    ground.simulator.faults.clear();
    await ground.start('all');
    await finished(live, queued);
    await ground.time.idle();
    await expectOneEnd(ground, live, { outcome: 'approved' });
    await expectOneEnd(ground, queued, { outcome: 'approved' });
    const [attempt] = (await tracesOf(ground.db, live)).attempts;
    // The one that was told to stop heard the key.
    expect(eventsOf(jsonLines(service.output()), live).map(({ event }) => event)).toContain('call.key');
    expect(attempt?.prompt).toBe('approved');
  }, 120_000);

  test('leaves a call that does not end to the next start when its time is up', async () => {
    await openGround({ SHUTDOWN_LIMIT_S: '1' });
    const service = await ground.start('all');
    const live = await ringingCall();
    const stoppedAt = Date.now();
    service.process.kill('SIGTERM');
    expect((await service.exit).code).toBe(0);
    expect(Date.now() - stoppedAt).toBeGreaterThanOrEqual(1_000);
    expect(service.output()).toContain('stopping while calls go on');
    expect(await stateOf(live)).toBe('ringing');

    await ground.start('all');
    ground.time.resume();
    await finished(live);
    await expectOneEnd(ground, live, { outcome: 'approved' });
  }, 120_000);

  test('leaves at once when no call is live', async () => {
    await openGround({ SHUTDOWN_LIMIT_S: '60' });
    const service = await ground.start('all');
    service.process.kill('SIGTERM');
    const { code, output } = await service.exit;
    expect(code).toBe(0);
    expect(output).toContain('Poundkey has stopped');
    expect(output).not.toContain('a step of the shutdown failed');
  }, 120_000);
});

function jsonLines(output: string): string[] {
  return output.split('\n').filter((line) => line.startsWith('{'));
}

/** Lines that tell of dialing after the process was told to stop. */
function dialedAfterStop(output: string): string[] {
  const lines = jsonLines(output);
  const stop = lines.findIndex((line) => line.includes('"signal":"SIGTERM"'));
  expect(stop).toBeGreaterThan(-1);
  return lines.slice(stop).filter((line) => line.includes('"call.dialing"'));
}
