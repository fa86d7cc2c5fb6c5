// The pace of a line in virtual time: workers that share a registry, whose answers take now shorter, now longer, and
// which stand still at times. How close to its pace a line comes in real time is the benchmark's matter.
import { beforeAll, expect, test } from 'vitest';
import { createDial, type DialDeps } from '../../../src/journey/place/dial.ts';
import { createLines } from '../../../src/journey/place/lines.ts';
import { createDialSlotStore } from '../../../src/journey/store/dial-slots.ts';
import type { Verification } from '../../../src/journey/store/rows.ts';
import { later } from '../../../src/platform/clock.ts';
import { openDatabase } from '../../../src/platform/database/open-database.ts';
import type { Line } from '../../../src/providers/port.ts';
import { MIGRATIONS } from '../../../src/registry/migrations.ts';
import type { Registry } from '../../../src/registry/schema.ts';
import { type VirtualTime, virtualTime } from '../../../src/simulator/time.ts';
import { type Chance, chanceFrom } from '../../support/chance.ts';
import { openOn } from '../../support/open-worlds.ts';
import { describeEachStore } from '../../support/stores.ts';

const CALLS_PER_SECOND = 20;
/** Twelve seconds' worth. */
const HOW_MANY = 220;
const TENANTS = ['contoso', 'fabrikam', 'northwind', 'tailspin'];
const START = new Date('2026-11-21T09:00:00Z');
const LONG_MS = 600_000;
const TIMEOUTS = {
  requestMs: 10_000,
  dialGraceMs: 15_000,
  hangUpGraceMs: 2_000,
  watchMs: 15_000,
  retryMs: 1_000,
};

type Slots = ReturnType<typeof createDialSlotStore>;

/** One of the workers: what is due it starts, and notes when. */
function createWorker(registry: Slots, time: VirtualTime, line: string, delayMs: () => number) {
  const clock = { now: () => new Date(time.now()) };
  const pause = (ms: number) => new Promise<void>((resolve) => void time.after(ms, resolve));
  /** Time stands still while the registry works, and passes on the way there and back. */
  const asked = async <T>(work: () => Promise<T>): Promise<T> => {
    await pause(delayMs());
    const release = time.hold();
    const answer = await work().finally(release);
    await pause(delayMs());
    return answer;
  };
  const slots: Slots = {
    take: (...wish) => asked(() => registry.take(...wish)),
    start: (...wish) => asked(() => registry.start(...wish)),
  };
  const linesFor = (): [Line] => [{ number: line, provider: 'simulator' }];
  const settings = { linesFor, senderFor: () => linesFor()[0], callsPerSecond: CALLS_PER_SECOND };
  const lines = createLines({ settings, slots, clock });
  const startedAt: number[] = [];
  const placed = new Set<string>();
  const deps = {
    lines,
    pause,
    clock,
    timeouts: TIMEOUTS,
    attempts: {
      begin: (verification: Verification, { id }: { id: string }) =>
        asked(async () => ({ ...verification, attemptId: id })),
      postpone: () => asked(async () => true),
    },
    verifications: {
      assignSlot: async (verification: Verification, slotAt: Date) => Object.assign(verification, { slotAt }),
    },
    async placeAttempt({ id }: Verification) {
      startedAt.push(time.now());
      placed.add(id);
      return 'moved';
    },
    events: { emit: () => undefined },
  };
  const dial = createDial(deps as unknown as DialDeps);

  /** A verification from its acceptance until the network has been asked for its call. */
  async function verify(id: string, tenantId: string): Promise<void> {
    const slotAt = await lines.takeSlot({
      lineNumber: line,
      tenantId,
      furthest: later(clock.now(), LONG_MS),
    });
    const verification = {
      id,
      tenantId,
      phoneNumber: id,
      lineNumber: line,
      extension: null,
      slotAt,
      decoy: null,
      expiresAt: later(clock.now(), LONG_MS),
    } as Verification;
    while (!placed.has(id)) {
      await pause((verification.slotAt?.getTime() ?? 0) - time.now());
      await dial(verification, 1);
    }
  }
  return { verify, startedAt };
}

/** Mostly a few ms; in one of thirty cases the worker stands still for up to a quarter of a second. */
const delaysFrom = (chance: Chance) => () => (chance.upTo(30) === 0 ? chance.upTo(250) : chance.upTo(8));

/** How many of the instants (ms, in order) each second has that begins with one; the last is cut short and left out. */
function perSecond(instants: number[]): number[] {
  const last = instants.at(-1) ?? 0;
  return instants
    .filter((from) => from + 1_000 <= last)
    .map((from) => instants.filter((at) => from <= at && at < from + 1_000).length);
}

describeEachStore('workers that share a line', (combination) => {
  const { opened } = openOn(combination, ({ database }) =>
    openDatabase<Registry>(database, MIGRATIONS, { warn: () => undefined }),
  );

  beforeAll(async () => {
    const tenants = TENANTS.map((id) => ({ id, name: id, policy: '{}', createdAt: START }));
    await opened.db.insertInto('tenant').values(tenants).execute();
  });

  test.each([2, 5])(
    '%i of them never start more calls in any second than allowed, and leave hardly a place empty',
    async (count) => {
      const time = virtualTime({ start: START });
      const line = `+1202555010${count}`;
      const slots = createDialSlotStore(opened.run);
      const workers = Array.from({ length: count }, (_, index) =>
        createWorker(slots, time, line, delaysFrom(chanceFrom(index + 1))),
      );
      const verifications = Array.from({ length: HOW_MANY }, (_, n) =>
        workers[n % count]?.verify(`verification-${n}`, TENANTS[n % TENANTS.length] ?? ''),
      );
      await Promise.all(verifications);
      const startedAt = workers.flatMap((worker) => worker.startedAt).toSorted((a, b) => a - b);
      expect(startedAt).toHaveLength(HOW_MANY);
      const counts = perSecond(startedAt);
      expect(counts.length).toBeGreaterThan(HOW_MANY / 2);
      expect(Math.max(...counts)).toBeLessThanOrEqual(CALLS_PER_SECOND);
      const usual = counts.toSorted((a, b) => a - b)[Math.floor(counts.length / 2)];
      expect(usual).toBeGreaterThanOrEqual(CALLS_PER_SECOND - 1);
    },
  );
});
