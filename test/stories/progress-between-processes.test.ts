// A stream of one process shows at once what another process does: told by PostgreSQL, or by Redis where the queue is on it.
// No stream looks by itself in most of these stories, so what is shown was told.
import { sql } from 'kysely';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Config } from '../../src/config.ts';
import type { Service } from '../../src/service.ts';
import { noteTraffic } from '../support/count-traffic.ts';
import { type EventStream, follow } from '../support/event-stream.ts';
import { type NetworkWorld, openNetworkWorld } from '../support/network-world.ts';
import { openForThisTest, openOn } from '../support/open-worlds.ts';
import { startOwnStores } from '../support/own-servers.ts';
import { SOON } from '../support/own-time.ts';
import { findServers, startPgbouncer } from '../support/servers.ts';
import { type FreshStores, freshStores, SHARED_STORES } from '../support/stores.ts';

const NEVER_MS = 86_400_000;
const NO_LOOKS = { mostStreams: 50, lookEveryMs: NEVER_MS, rarelyEveryMs: NEVER_MS };
const shown = (events: { data: { state: string } }[]) => events.map(({ data }) => data.state);

/** A world whose first process answers HTTP, and one more process that is asked for. */
const openPair =
  (role: 'web' | 'worker', progress: Config['progress'] = NO_LOOKS) =>
  async (stores: FreshStores) => {
    const world = await openNetworkWorld(stores, { progress, role: role === 'worker' ? 'web' : 'all' });
    const other = await world.startAnother({ role });
    const close = async () => {
      await other.stop();
      await world.close();
    };
    return { world, other, close };
  };

/** Streams that are broken off after each test. */
function streamsOf(world: () => NetworkWorld) {
  const open: EventStream[] = [];
  afterEach(() => {
    for (const stream of open.splice(0)) stream.break();
  });
  return async (id: string, service: Pick<Service, 'url'>) => {
    const stream = await follow(`${service.url}/v1/verifications/${id}/events`, world().key);
    open.push(stream);
    return stream;
  };
}

/** Cuts the connections that listen for what other processes tell. */
async function cutListeners({ db }: NetworkWorld): Promise<number> {
  const { rows } = await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and query ~ '^(listen poundkey_progress|select pg_notify)'`.execute(
    db,
  );
  return rows.length;
}

/** What was sent through the stores for streams, and how often they were looked at. */
function noteNotices() {
  const traffic = noteTraffic();
  const sent = () => ({
    notices:
      traffic.statements.filter((text) => text === 'select pg_notify($1, $2)').length +
      traffic.commands.filter((name) => name === 'publish').length,
    looks: traffic.statements.filter((text) => text.includes('p(index int')).length,
  });
  return { sent, stop: traffic.stop };
}

describe.each(SHARED_STORES)('streams and other processes on %s', (combination) => {
  describe('of two web processes', () => {
    const { opened: pair } = openOn(combination, openPair('web'));
    const watch = streamsOf(() => pair.world);

    test('what one does is seen in the stream of the other', async () => {
      const { id } = await pair.world.request('wrong-then-pound');
      const there = await watch(id, pair.other);
      await pair.world.settle();
      const events = await there.until();
      expect(events.at(-1)?.data).toMatchObject({ state: 'finished', outcome: 'approved' });
      expect(events).toEqual(await (await watch(id, pair.world.service)).until());
    });

    test('each step is seen as soon as it is told, with one look each', async () => {
      pair.world.time.pause();
      const { id } = await pair.world.request('press-pound');
      const there = await watch(id, pair.other);
      expect(shown(await there.until('ringing'))).toContain('dialing');
      const traffic = noteNotices();
      pair.world.time.resume();
      await pair.world.settle();
      expect(shown(await there.until())).toEqual(expect.arrayContaining(['answered', 'decided', 'finished']));
      const { notices, looks } = traffic.sent();
      traffic.stop();
      expect(looks).toBeGreaterThan(0);
      expect(looks).toBeLessThanOrEqual(notices);
    });
  });

  describe('of a web process and a worker', () => {
    const { opened: pair } = openOn(combination, openPair('worker'));
    const watch = streamsOf(() => pair.world);

    test('that the worker places the call is seen in the stream of the web process', async () => {
      pair.world.time.pause();
      const { id } = await pair.world.request('press-pound');
      const stream = await watch(id, pair.world.service);
      expect(shown(await stream.until('ringing'))).toEqual(['queued', 'dialing', 'ringing']);
      pair.world.time.resume();
      expect((await stream.until()).at(-1)?.data).toMatchObject({ state: 'finished', outcome: 'approved' });
    });
  });

  describe('when notices are lost', () => {
    const seldom = { mostStreams: 50, lookEveryMs: 20, rarelyEveryMs: 40 };
    const { opened: pair } = openOn(combination, openPair('web', seldom));
    const watch = streamsOf(() => pair.world);

    test('streams look by themselves from time to time', async () => {
      pair.world.time.pause();
      const { id } = await pair.world.request('press-pound');
      const there = await watch(id, pair.other);
      await there.until('ringing');
      // As a process does whose notice is lost.
      const prompt = JSON.stringify({ type: 'prompt', prompt: 'silence', at: new Date() });
      await sql`update verification set events = events || ${prompt}::jsonb where id = ${id}`.execute(
        pair.world.db,
      );
      expect((await there.next())?.data.prompt).toBe('silence');
      pair.world.time.resume();
      expect((await there.until()).at(-1)?.data.state).toBe('finished');
    });
  });

  test('nothing is sent and nothing is looked at where nobody follows', async () => {
    const { opened: pair } = await openForThisTest(combination, openPair('web'));
    await pair.world.request('busy');
    await pair.world.settle();
    const traffic = noteNotices();
    await pair.world.request('press-pound');
    await pair.world.settle();
    traffic.stop();
    expect(traffic.sent()).toEqual({ notices: 0, looks: 0 });
  });
});

/** Lets something happen to the stores in the middle of a call that is followed in another process. */
async function followThrough(
  stores: () => Promise<FreshStores>,
  happens: (world: NetworkWorld) => Promise<void>,
) {
  const { opened: pair } = await openForThisTest(stores, openPair('web'));
  const { world, other } = pair;
  world.time.pause();
  const { id } = await world.request('press-pound');
  const stream = await follow(`${other.url}/v1/verifications/${id}/events`, world.key);
  await stream.until('ringing');
  await happens(world);
  world.time.resume();
  // A job that could not be added meanwhile is added by the sweeper, in its time.
  const settled = async () => {
    await vi.waitFor(() => world.service.stores.queues.ping(), SOON);
    await world.settle();
  };
  const [rest] = await Promise.all([stream.until(), settled()]);
  expect(rest.at(-1)?.data).toMatchObject({ state: 'finished', outcome: 'approved' });
  // And what comes later is told as before.
  world.time.pause();
  const later = await world.request('press-pound');
  const again = await follow(`${other.url}/v1/verifications/${later.id}/events`, world.key);
  const first = await again.until('queued');
  world.time.resume();
  const [others] = await Promise.all([again.until(), settled()]);
  expect(shown([...first, ...others])).toEqual(expect.arrayContaining(['queued', 'dialing', 'finished']));
}

if (SHARED_STORES.includes('postgres'))
  test('streams go on after the connections of PostgreSQL that listen were cut', async () => {
    await followThrough(
      () => freshStores('postgres'),
      async (world) => {
        expect(await cutListeners(world)).toBe(2);
        const listening = async () => {
          const { rows } = await sql`select from pg_stat_activity where datname = current_database()
            and query ~ '^(listen poundkey_progress|select pg_notify)'`.execute(world.db);
          return rows.length;
        };
        await expect.poll(listening, SOON).toBe(2);
      },
    );
  });

if (SHARED_STORES.includes('postgres+redis'))
  test('streams go on after a restart of Redis', async () => {
    const own = await startOwnStores(true);
    await followThrough(
      async () => own,
      async () => {
        await own.redis?.restart();
      },
    );
  });

if (SHARED_STORES.includes('postgres') && findServers().pgbouncer !== null)
  test('PgBouncer in session mode carries what is told', async () => {
    const pooled = async () => {
      const stores = await freshStores('postgres');
      const pooler = await startPgbouncer(stores.databaseUrl ?? '', 'session');
      const place = stores.database as Extract<FreshStores['database'], { kind: 'postgres' }>;
      const drop = async () => {
        await pooler.stop();
        await stores.drop();
      };
      return { ...stores, database: { ...place, url: pooler.url }, databaseUrl: pooler.url, drop };
    };
    await followThrough(pooled, async () => undefined);
  });
