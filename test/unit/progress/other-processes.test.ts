// What processes tell each other of progress, over a channel and by a clock of the test's own.
import { beforeEach, expect, test, vi } from 'vitest';
import { createLogger } from '../../../src/log.ts';
import { createOutageLog } from '../../../src/platform/outage-log.ts';
import type { NoticeListener } from '../../../src/platform/queue/notices.ts';
import { createOtherProcesses } from '../../../src/progress/other-processes.ts';
import { keepLines } from '../../support/world.ts';

let now: number;
let sent: { kind: string; ids?: string[] | null }[];
let listeners: NoticeListener[];
/** Whether what is sent arrives. */
let carries: boolean;
let log: ReturnType<typeof keepLines>;

beforeEach(() => {
  now = 1_000_000;
  sent = [];
  listeners = [];
  carries = true;
  log = keepLines();
});

function openProcess() {
  let ticking: (() => void) | null = null;
  const changes: (string[] | null)[] = [];
  const others = createOtherProcesses({
    openNotices(listener) {
      listeners.push(listener);
      return {
        async send(text) {
          sent.push(JSON.parse(text));
          if (carries) for (const each of [...listeners]) each.heard(text);
        },
        async close() {
          listeners.splice(listeners.indexOf(listener), 1);
        },
      };
    },
    ticker(_ms, run) {
      ticking = run;
      return () => {
        ticking = null;
      };
    },
    now: () => now,
    outages: createOutageLog(createLogger({ level: 'info', destination: log.destination })),
  });
  others.onChange((ids) => void changes.push(ids));
  const listener = listeners.at(-1);
  listener?.began();
  changes.length = 0;
  return { others, changes, listener, tick: () => ticking?.() };
}

const told = () => sent.filter(({ kind }) => kind === 'changed').map(({ ids }) => ids);

test('nothing is sent of changes while nobody follows, or only this process does', () => {
  const one = openProcess();
  openProcess();
  one.others.tell('v-1');
  one.others.startFollowing();
  one.others.tell('v-2');
  expect(told()).toEqual([]);
});

test('a change is told to whoever follows, and to nobody once it has been silent for 15 s', () => {
  const [one, other] = [openProcess(), openProcess()];
  other.others.startFollowing();
  one.others.tell('v-1');
  expect(other.changes).toEqual([['v-1']]);
  expect(one.changes).toEqual([]);
  now += 14_000;
  other.tick();
  now += 14_000;
  one.others.tell('v-2');
  other.others.stopFollowing();
  now += 15_000;
  one.others.tell('v-3');
  expect(other.changes).toEqual([['v-1'], ['v-2']]);
});

test('what changed just before the first word of who follows is not missed', () => {
  const [one, other] = [openProcess(), openProcess()];
  one.others.tell('v-1');
  now += 4_000;
  other.others.startFollowing();
  expect(other.changes).toEqual([null]);
  other.tick();
  now += 60_000;
  other.tick();
  expect(other.changes).toEqual([null]);
});

test('several changes within 10 ms go out as the first and the rest; very many as "something"', async () => {
  vi.useFakeTimers();
  const [one, other] = [openProcess(), openProcess()];
  other.others.startFollowing();
  for (const id of ['v-1', 'v-2', 'v-3', 'v-2']) one.others.tell(id);
  expect(other.changes).toEqual([['v-1']]);
  await vi.advanceTimersByTimeAsync(10);
  for (let count = 0; count < 151; count += 1) one.others.tell(`w-${count}`);
  await one.others.close();
  vi.useRealTimers();
  expect(other.changes).toEqual([['v-1'], ['v-2', 'v-3'], null]);
});

test('a process that has just begun to listen learns at once who follows', () => {
  const follower = openProcess();
  follower.others.startFollowing();
  const late = openProcess();
  late.others.tell('v-1');
  expect(follower.changes).toEqual([['v-1']]);
});

test('after an interruption everything followed is looked at, and the others are told again who follows', () => {
  const [one, other] = [openProcess(), openProcess()];
  other.others.startFollowing();
  expect(other.others.areHeard()).toBe(true);
  other.listener?.failed(new Error('cut'));
  expect(other.others.areHeard()).toBe(false);
  other.listener?.began();
  expect(other.others.areHeard()).toBe(true);
  expect(other.changes).toEqual([null]);
  one.others.tell('v-1');
  expect(other.changes).toEqual([null, ['v-1']]);
});

test('what was told just before an interruption ended is told again', () => {
  const [one, other] = [openProcess(), openProcess()];
  other.others.startFollowing();
  carries = false;
  one.others.tell('v-1');
  carries = true;
  expect(other.changes).toEqual([]);
  one.listener?.began();
  expect(other.changes).toEqual([null]);
});

test('a channel that carries nothing is noticed and named once, and so is the end of that', () => {
  const { others, tick } = openProcess();
  carries = false;
  others.startFollowing();
  expect(others.areHeard()).toBe(false);
  tick();
  tick();
  expect(log.lines).toHaveLength(1);
  expect(JSON.parse(log.lines[0] ?? '')).toMatchObject({
    subject: 'progress notices',
    reason: expect.stringContaining('What this process sends to the others does not come back to itself.'),
  });
  carries = true;
  tick();
  expect(others.areHeard()).toBe(true);
  carries = false;
  tick();
  expect(others.areHeard()).toBe(true);
  tick();
  expect(others.areHeard()).toBe(false);
  expect(log.lines[1]).toContain('progress notices: works again');
});

test('what is not understood is left alone', () => {
  const { changes, listener } = openProcess();
  for (const text of [
    '',
    '{',
    '[]',
    '{"kind":"dance","from":"x"}',
    '{"kind":"changed","from":"x","ids":"all"}',
  ])
    listener?.heard(text);
  expect(changes).toEqual([]);
});
