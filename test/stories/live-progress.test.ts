import { afterEach, expect, test } from 'vitest';
import { type Service, startService } from '../../src/service.ts';
import { virtualTime } from '../../src/simulator/time.ts';
import { type EventStream, follow } from '../support/event-stream.ts';
import { describeWorlds, worldOfThisTest } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import { tracesOf } from '../support/traces.ts';

const MOST = 3;
const progress = { mostStreams: MOST, lookEveryMs: 20, rarelyEveryMs: 2_000 };
const shown = ({ data }: { data: { state: string; prompt?: string; outcome?: string } }) =>
  [data.state, data.prompt ?? data.outcome].filter(Boolean).join(' ');

describeWorlds('live progress', { config: { progress } }, ({ world, combination }) => {
  const open: EventStream[] = [];

  afterEach(() => {
    for (const stream of open.splice(0)) stream.break();
  });

  const eventsOf = (id: string, service: Pick<Service, 'url'> = world.service) =>
    `${service.url}/v1/verifications/${id}/events`;
  const watch = async (id: string, lastEventId?: number | string, service?: Pick<Service, 'url'>) => {
    const stream = await follow(eventsOf(id, service), world.key, lastEventId);
    open.push(stream);
    return stream;
  };

  test('a call is told from the request to its end, in order, with nothing secret', async () => {
    const { id, number } = await world.request('wrong-then-pound');
    const stream = await watch(id);
    expect(stream.status).toBe(200);
    expect(stream.headers).toMatchObject({
      'content-type': expect.stringMatching(/^text\/event-stream/),
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    await world.settle();
    const events = await stream.until();
    expect([...new Set(events.map(({ data }) => data.state))]).toEqual([
      'queued',
      'dialing',
      'ringing',
      'answered',
      'decided',
      'finished',
    ]);
    expect(events.map(shown)).toEqual(
      expect.arrayContaining(['answered wrong-key', 'decided approved', 'finished approved']),
    );
    const ids = events.map((event) => event.id);
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
    for (const { data } of events) {
      expect(new Date(data.at).toISOString()).toBe(data.at);
      expect(['state', 'outcome', 'prompt', 'at']).toEqual(expect.arrayContaining(Object.keys(data)));
    }
    expect(JSON.stringify(events)).not.toContain(number.e164.slice(1));
    const { verification } = await tracesOf(world.db, id);
    expect(ids).toEqual(verification.events.map((_event, place) => place + 1));
  });

  test('whoever comes back after any event gets exactly the rest', async () => {
    const { id } = await world.story('press-pound');
    const all = await (await watch(id)).until();
    expect(all.length).toBeGreaterThan(5);
    for (const [index, event] of all.slice(0, -1).entries())
      expect(await (await watch(id, event.id)).until()).toEqual(all.slice(index + 1));
  });

  test('a connection that breaks in the middle of a call loses and repeats nothing', async () => {
    const { id } = await world.request('press-pound');
    const broken = await watch(id);
    const before = await broken.until('queued');
    broken.break();
    await world.settle();
    const after = await (await watch(id, before.at(-1)?.id)).until();
    expect([...before, ...after]).toEqual(await (await watch(id)).until());
  });

  test('a client that has everything is told to stop coming back', async () => {
    const { id } = await world.story('busy');
    const last = (await (await watch(id)).until()).at(-1);
    for (const lastEventId of [last?.id ?? 0, '999999999999999']) {
      const stream = await watch(id, lastEventId);
      expect(stream.status).toBe(204);
      expect(await stream.until()).toEqual([]);
    }
  });

  test('an id from beyond the story does not keep a client waiting for ever', async () => {
    const { id } = await world.request('busy');
    const stream = await watch(id, '999999999999999');
    await world.settle();
    expect((await stream.until()).at(-1)?.data).toMatchObject({ state: 'finished', outcome: 'busy' });
  });

  test('several clients follow the same verification, each from its own place', async () => {
    const { id } = await world.request('press-pound');
    const [first] = await (await watch(id)).until('queued');
    const streams = [await watch(id), await watch(id, first?.id)];
    await world.settle();
    const [all, rest] = await Promise.all(streams.map((stream) => stream.until()));
    expect(all?.slice(1)).toEqual(rest);
  });

  test("another tenant's verification is not there", async () => {
    const { id } = await world.story('busy');
    const other = await world.addTenant('fabrikam');
    expect(await other.api('GET', `/v1/verifications/${id}/events`)).toMatchObject({
      status: 404,
      body: { code: 'verification.notFound' },
    });
  });

  test('HEAD gets the head and no stream', async () => {
    const { id } = await world.story('busy');
    const answer = await world.api('HEAD', `/v1/verifications/${id}/events`);
    expect(answer).toMatchObject({ status: 200, body: '' });
  });

  test('a process that serves its most refuses another, and has room again when one leaves', async () => {
    const { id } = await world.request('silence');
    const streams = [await watch(id), await watch(id), await watch(id)];
    expect(streams).toHaveLength(MOST);
    const refused = await world.api('GET', `/v1/verifications/${id}/events`);
    expect(refused).toMatchObject({ status: 503, body: { code: 'progress.tooManyStreams' } });
    expect(refused.headers.get('retry-after')).toBe('5');
    streams[0]?.break();
    await expect.poll(async () => (await watch(id)).status, SOON).toBe(200);
    await world.settle();
  });

  if (combination !== 'embedded')
    test('what one process does is seen in another', async () => {
      const other = await startService(
        { ...world.config, role: 'web' },
        { log: world.service.log, simulatorTime: virtualTime({ start: new Date() }) },
      );
      const { id } = await world.request('press-pound');
      const [here, there] = [await watch(id), await watch(id, undefined, other)];
      await world.settle();
      const events = await there.until();
      expect(events.at(-1)?.data).toMatchObject({ state: 'finished', outcome: 'approved' });
      expect(events).toEqual(await here.until());
      await other.stop();
    });

  test('a process that stops ends its streams, and the story goes on elsewhere from the same place', async () => {
    const short = await worldOfThisTest(combination, { config: { progress, shutdownLimitMs: 0 } });
    const { id } = await short.request('silence');
    const stream = await follow(eventsOf(id, short.service), short.key);
    expect((await stream.next())?.data.state).toBe('queued');
    const stopped = short.service.stop();
    const rest = await stream.until();
    expect(rest.map(({ data }) => data.state)).not.toContain('finished');
    await stopped;
  });
});
