// What an operator reads while a store is away, and when it is back: one line for each, not a stack for each look.
import { Client } from 'pg';
import { describe, expect, it, vi } from 'vitest';
import { worldOn } from '../../support/open-worlds.ts';
import { ask, OPS } from '../../support/operator.ts';
import { HAS_POSTGRES, HAS_REDIS, startOwnStores } from '../../support/own-servers.ts';

const PATIENTLY = { timeout: 30_000, interval: 100 };

interface Line {
  level: string;
  subject?: string;
  at?: string;
  reason?: string;
  msg: string;
  awayS?: number;
}

describe.runIf(HAS_REDIS)('while Redis is away', () => {
  const { world, stores } = worldOn(() => startOwnStores(true), { config: { ops: OPS } });
  const linesOf = (subject: string) =>
    world.log.map((line) => JSON.parse(line) as Line).filter((line) => line.subject === subject);

  it('a process that answers requests stays ready, says where Redis is and why not, and logs both ends once', async () => {
    const { host } = new URL(stores.redisUrl ?? '');
    await stores.redis?.halt();
    const during = await vi.waitFor(async () => {
      const answer = await ask(world, '/readyz');
      expect(answer.json.checks.queue.status).toBe('failed');
      return answer;
    }, PATIENTLY);
    expect(during).toMatchObject({
      status: 200,
      json: { status: 'ready', checks: { queue: { required: false }, registry: { required: true } } },
    });
    await vi.waitFor(async () => {
      const { reason } = (await ask(world, '/readyz')).json.checks.queue;
      expect(reason).toMatch(new RegExp(`Redis at ${host} cannot be used: .*ECONNREFUSED ${host}`));
    }, PATIENTLY);
    expect((await world.request('busy')).state).toBe('queued');
    for (let scrape = 0; scrape < 5; scrape += 1) await ask(world, '/metrics');
    expect((await ask(world, '/metrics')).text).toContain('poundkey_check_ok{check="queue"} 0');
    await stores.redis?.start();
    await vi.waitFor(() => expect(linesOf('redis')).toHaveLength(2), PATIENTLY);
    expect(linesOf('redis')).toMatchObject([
      { level: 'warn', at: host, msg: 'redis: cannot be reached or used; retrying' },
      {
        level: 'warn',
        at: host,
        awayS: expect.any(Number),
        msg: expect.stringContaining('works again after'),
      },
    ]);
    expect((await ask(world, '/metrics')).text).toContain('poundkey_check_ok{check="queue"} 1');
    expect(linesOf('metrics')).toHaveLength(2);
    expect(world.log.filter((line) => /"stack"/.test(line))).toEqual([]);
  }, 90_000);
});

describe.runIf(HAS_POSTGRES)('while PostgreSQL is away', () => {
  const { world, stores } = worldOn(() => startOwnStores(false), { config: { ops: OPS } });
  const linesOf = (subject: string) =>
    world.log.map((line) => JSON.parse(line) as Line).filter((line) => line.subject === subject);

  it('no process is ready, and scrapes, probes and requests fill no log', async () => {
    const { host } = new URL(stores.databaseUrl ?? '');
    await stores.postgres.halt();
    for (let scrape = 0; scrape < 5; scrape += 1) {
      await ask(world, '/metrics');
      const { status, json } = await ask(world, '/readyz');
      expect(status).toBe(503);
      expect(json.checks.registry.reason).toContain(`PostgreSQL at ${host}/postgres cannot be used: `);
      expect((await world.api('GET', '/v1/policy')).status).toBe(503);
    }
    const during = world.log.length;
    await stores.postgres.start();
    await vi.waitFor(() => expect(linesOf('postgres')).toHaveLength(2), PATIENTLY);
    await vi.waitFor(async () => expect((await ask(world, '/readyz')).status).toBe(200), PATIENTLY);
    expect(linesOf('postgres')[0]).toMatchObject({ at: `${host}/postgres`, reason: expect.any(String) });
    expect(linesOf('postgres')[1]?.msg).toMatch(/^postgres: works again after [\d.]+ s$/);
    await ask(world, '/metrics');
    await vi.waitFor(() => expect(linesOf('metrics')).toHaveLength(2), PATIENTLY);
    expect(during).toBeLessThan(200);
    expect(world.log.filter((line) => /"stack"/.test(line))).toEqual([]);
  }, 90_000);

  it('one that is read-only counts as away: 503 for requests, not ready, and used again afterwards', async () => {
    const admin = new Client({ connectionString: stores.databaseUrl ?? '' });
    await admin.connect();
    await admin.query('set default_transaction_read_only to off');
    const set = async (value: 'on' | 'off') => {
      await admin.query(`alter system set default_transaction_read_only to ${value}`);
      await admin.query('select pg_reload_conf()');
    };
    await set('on');
    const ready = () => ask(world, '/readyz');
    await vi.waitFor(async () => expect((await ready()).status).toBe(503), PATIENTLY);
    expect((await ready()).json.checks.registry.reason).toContain('25006 the server is read-only');
    const refused = await world.api('POST', '/v1/verifications', { userId: 'anna', number: '+46812345678' });
    expect(refused).toMatchObject({ status: 503, body: { code: 'service.unavailable' } });
    await set('off');
    await admin.end();
    await vi.waitFor(async () => expect((await ready()).status).toBe(200), PATIENTLY);
    expect((await world.story('press-pound')).outcome).toBe('approved');
  }, 90_000);
});
