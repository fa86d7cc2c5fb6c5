// What the streams of one process cost and how they stay alive, with a clock that is turned by hand.
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { beforeEach, expect, test, vi } from 'vitest';
import { createLogger } from '../../../src/log.ts';
import type { Place, ProgressEvent } from '../../../src/progress/event-store.ts';
import { createStreams, type Streams } from '../../../src/progress/streams.ts';
import { keepLines } from '../../support/world.ts';

const at = new Date('2026-11-21T09:00:00Z');
const event = (id: number, state: string): ProgressEvent => ({
  ...{ id, state, outcome: null, prompt: null, happened: null, at },
});

/** A response that keeps what is written. */
function response() {
  const res = Object.assign(new EventEmitter(), {
    text: '',
    writableEnded: false,
    writableNeedDrain: false,
    write(part: string) {
      if (res.writableEnded) throw new Error('written after the end');
      res.text += part;
    },
    end(last = '') {
      if (last !== '') res.write(last);
      res.writableEnded = true;
    },
  });
  return { res, asResponse: res as unknown as ServerResponse };
}

let streams: Streams;
let ticking: (() => void) | null;
let asked: Place[][];
let story: ProgressEvent[];
let away: boolean;
let others: { heard: boolean; following: boolean; changed: (ids: string[] | null) => void };
const log = keepLines();

beforeEach(() => {
  ticking = null;
  asked = [];
  story = [];
  away = false;
  others = { heard: false, following: false, changed: () => undefined };
  streams = createStreams({
    mostStreams: 30,
    mostOfTenant: 15,
    lookEveryMs: 250,
    rarelyEveryMs: 2_000,
    others: {
      startFollowing: () => {
        others.following = true;
      },
      stopFollowing: () => {
        others.following = false;
      },
      areHeard: () => others.heard,
      onChange: (listener) => {
        others.changed = listener;
      },
    },
    ticker: (_ms, run) => {
      ticking = run;
      return () => {
        ticking = null;
      };
    },
    store: {
      async after(places) {
        asked.push(places.map(({ verificationId, after }) => ({ verificationId, after })));
        if (away) throw new Error('the registry is away');
        return places.flatMap(({ after }, index) =>
          story.filter(({ id }) => id > after).map((each) => ({ ...each, index })),
        );
      },
    },
    log: createLogger({ level: 'info', destination: log.destination }),
  });
});

const turn = async (ticks = 1) => {
  for (let tick = 0; tick < ticks; tick += 1) {
    ticking?.();
    await new Promise(setImmediate);
  }
};

test('asks for all streams at once, and for none when there are none', async () => {
  const [first, second] = [response(), response()];
  streams.open({ tenantId: 'contoso', verificationId: 'a', after: 0 }, first.asResponse);
  streams.open({ tenantId: 'contoso', verificationId: 'b', after: 7 }, second.asResponse);
  await turn();
  expect(asked.at(-1)).toEqual([
    { verificationId: 'a', after: 0 },
    { verificationId: 'b', after: 7 },
  ]);
  first.res.emit('close');
  second.res.emit('close');
  expect(ticking).toBeNull();
});

test('writes an event once, and nothing after the end', async () => {
  const { res, asResponse } = response();
  streams.open({ tenantId: 'contoso', verificationId: 'a', after: 0 }, asResponse);
  story = [event(1, 'queued')];
  await turn(2);
  story.push(event(2, 'finished'), event(3, 'finished'));
  await turn(70);
  const data = (state: string) => `data: {"state":"${state}","at":"2026-11-21T09:00:00.000Z"}\n\n`;
  expect(res.text).toBe(`retry: 1000\n\nid: 1\n${data('queued')}id: 2\n${data('finished')}`);
  expect(res.writableEnded).toBe(true);
});

test('says every 15 s that it is alive, unless the client does not read', async () => {
  const [reads, sleeps] = [response(), response()];
  sleeps.res.writableNeedDrain = true;
  streams.open({ tenantId: 'contoso', verificationId: 'a', after: 0 }, reads.asResponse);
  streams.open({ tenantId: 'contoso', verificationId: 'b', after: 0 }, sleeps.asResponse);
  await turn(59);
  expect(reads.res.text).not.toContain('alive');
  await turn(61);
  expect(reads.res.text.match(/^: alive$/gm)).toHaveLength(2);
  expect(sleeps.res.text).not.toContain('alive');
});

test('ends, and says to look, once whoever follows may no longer', async () => {
  const { res, asResponse } = response();
  let isOver = false;
  const how = { changed: 'data: changed\n\n', isOver: () => isOver };
  streams.open({ tenantId: 'contoso', verificationId: 'a', after: 0 }, asResponse, how);
  await turn(61);
  expect(res.writableEnded).toBe(false);
  isOver = true;
  await turn(61);
  expect(res.writableEnded).toBe(true);
  expect(res.text).toMatch(/data: changed\n\n$/);
});

test('outlives a registry that is away', async () => {
  const { res, asResponse } = response();
  away = true;
  streams.open({ tenantId: 'contoso', verificationId: 'a', after: 0 }, asResponse);
  story = [event(1, 'queued')];
  await turn(3);
  expect(res.writableEnded).toBe(false);
  expect(log.lines.join()).toContain('progress: cannot be reached or used; retrying');
  away = false;
  await turn();
  expect(res.text).toContain('id: 1\n');
});

test('closing ends every stream and takes no more', async () => {
  const { res, asResponse } = response();
  streams.open({ tenantId: 'contoso', verificationId: 'a', after: 0 }, asResponse);
  await streams.close();
  expect(res.writableEnded).toBe(true);
  expect(() => streams.assertRoom({ tenantId: 'contoso', verificationId: 'a' })).toThrow(
    'This process cannot have another event stream',
  );
  const late = response();
  streams.open({ tenantId: 'contoso', verificationId: 'a', after: 0 }, late.asResponse);
  expect(late.res.writableEnded).toBe(true);
});

test('refuses more streams than there may be', () => {
  const wanted = { tenantId: 'northwind', verificationId: 'z' };
  for (let count = 0; count < 30; count += 1) {
    streams.assertRoom(wanted);
    const place = { tenantId: `tenant-${count % 3}`, verificationId: `v-${count}`, after: 0 };
    streams.open(place, response().asResponse);
  }
  expect(() => streams.assertRoom(wanted)).toThrow('This process cannot have another event stream');
});

test('what this process changed is looked for at once, if anybody follows it', () => {
  streams.open({ tenantId: 'contoso', verificationId: 'v-1', after: 0 }, response().asResponse);
  const before = asked.length;
  streams.changed('v-2');
  expect(asked).toHaveLength(before);
  return vi.waitFor(() => {
    streams.changed('v-1');
    expect(asked.length).toBeGreaterThan(before);
  });
});

test('what another process changed is looked for at once, and nothing else is', async () => {
  others.heard = true;
  for (const id of ['v-1', 'v-2'])
    streams.open({ tenantId: 'contoso', verificationId: id, after: 0 }, response().asResponse);
  await turn();
  const before = asked.length;
  others.changed(['v-2', 'v-3']);
  await turn();
  others.changed(['v-3']);
  await turn();
  expect(asked.slice(before)).toEqual([[{ verificationId: 'v-2', after: 0 }]]);
  others.changed(null);
  expect(asked.at(-1)?.map(({ verificationId }) => verificationId)).toEqual(['v-1', 'v-2']);
});

test('looks by itself every 2 s while it hears what others change, every 250 ms while it does not', async () => {
  expect(others.following).toBe(false);
  const { res, asResponse } = response();
  streams.open({ tenantId: 'contoso', verificationId: 'a', after: 0 }, asResponse);
  expect(others.following).toBe(true);
  await turn(80);
  expect(asked).toHaveLength(81);
  others.heard = true;
  await turn(80);
  expect(asked).toHaveLength(91);
  // A look that failed is made up for at the next tick.
  away = true;
  others.changed(null);
  await turn(2);
  away = false;
  await turn(3);
  expect(asked).toHaveLength(94);
  res.emit('close');
  expect(others.following).toBe(false);
});

test('an event may be written in another way, or left out', async () => {
  const { res, asResponse } = response();
  const write = ({ id, state }: ProgressEvent) =>
    state === 'dialing' ? null : `id: ${id}\ndata: ${state}\n\n`;
  streams.open({ tenantId: 'contoso', verificationId: 'a', after: 0 }, asResponse, { write });
  story = [event(1, 'queued'), event(2, 'dialing')];
  await turn(2);
  expect(res.text).toBe('retry: 1000\n\nid: 1\ndata: queued\n\n');
});

test('what has changed without an event may be told too, and in what way a stream says that it is alive', async () => {
  const [page, api] = [response(), response()];
  const how = { write: () => 'data: event\n\n', changed: 'data: changed\n\n' };
  const place = { tenantId: 'contoso', verificationId: 'a', after: 0 };
  story = [event(1, 'queued')];
  streams.open(place, page.asResponse, how);
  streams.open(place, api.asResponse);
  await turn();
  page.res.text = '';
  api.res.text = '';
  streams.changed('a');
  streams.changed('b');
  await turn(2);
  expect([page.res.text, api.res.text]).toEqual(['data: changed\n\n', '']);
});

test('gives no verification and no tenant all the room, also when many come at once', async () => {
  const openOf = (tenantId: string, verificationId: string, count: number) =>
    Array.from({ length: count }, () => {
      const { res, asResponse } = response();
      streams.open({ tenantId, verificationId, after: 0 }, asResponse);
      return res;
    });
  const isOpen = ({ writableEnded }: { writableEnded: boolean }) => !writableEnded;
  const followers = openOf('contoso', 'a', 12);
  expect(followers.filter(isOpen)).toHaveLength(10);
  const asked = { tenantId: 'contoso', verificationId: 'a' };
  expect(() => streams.assertRoom(asked)).toThrow('The verification, which has as many as it may');
  expect(openOf('contoso', 'b', 8).filter(isOpen)).toHaveLength(5);
  expect(() => streams.assertRoom({ ...asked, verificationId: 'c' })).toThrow(
    'The tenant, which has as many',
  );
  expect(openOf('fabrikam', 'd', 8).filter(isOpen)).toHaveLength(8);
  // Who leaves makes room.
  followers[0]?.emit('close');
  streams.assertRoom({ ...asked, verificationId: 'c' });
});
