/** What a verification leaves behind, for the claim that nothing happens twice. */
import type { Kysely } from 'kysely';
import { expect } from 'vitest';
import { createAttemptsOf } from '../../src/journey/store/kept-calls.ts';
import { runIn } from '../../src/platform/database/run-statement.ts';
import type { Registry } from '../../src/registry/schema.ts';
import type { SimulatorEvent } from '../../src/simulator/events.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { VirtualTime } from '../../src/simulator/time.ts';

/** Events that end a verification; each has exactly one of them. */
const ENDS = ['phoneMethod.registered', 'verification.finished'];

/** Everything the registry holds about one verification. */
export async function tracesOf(db: Kysely<Registry>, id: string) {
  const [verification, attempts, phoneMethods, appPasswords, events] = await Promise.all([
    db.selectFrom('verification').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
    createAttemptsOf(runIn(db))(id),
    db.selectFrom('phoneMethod').selectAll().where('verificationId', '=', id).execute(),
    db.selectFrom('appPassword').selectAll().where('verificationId', '=', id).execute(),
    db.selectFrom('auditEvent').select('type').where('verificationId', '=', id).execute(),
  ]);
  const ends = events.filter(({ type }) => ENDS.includes(type)).length;
  return { verification, attempts, phoneMethods, appPasswords, ends };
}

/** Whether somebody pressed `#` in the one call to this number. */
export function pressedPound(simulator: Pick<Simulator<VirtualTime>, 'calls'>, number: string): boolean {
  const transcript = simulator.calls().flatMap((call) => (call.to === number ? call.transcript : []));
  return transcript.some((entry) => entry.who === 'callee' && 'key' in entry && entry.key === '#');
}

/**
 * Claims that a verification has ended, exactly once and with one call: phone method and app password both if it is
 * approved, and neither otherwise. Returns what it left behind.
 */
export async function expectOneEnd(
  world: { db: Kysely<Registry>; simulator: Pick<Simulator<VirtualTime>, 'createdPerNumber'> },
  id: string,
  expected: { outcome?: string; calls?: number } = {},
) {
  const traces = await tracesOf(world.db, id);
  const { verification, ends, phoneMethods, appPasswords } = traces;
  const left = verification.outcome === 'approved' ? 1 : 0;
  const calls = world.simulator.createdPerNumber()[verification.phoneNumber] ?? 0;
  expect({
    state: verification.state,
    outcome: verification.outcome,
    ends,
    phoneMethods: phoneMethods.length,
    appPasswords: appPasswords.length,
    calls,
  }).toEqual({
    state: 'finished',
    outcome: expected.outcome ?? expect.any(String),
    ends: 1,
    phoneMethods: left,
    appPasswords: left,
    calls: expected.calls ?? 1,
  });
  return traces;
}

/** Resolves when a simulator's event has matched: time stands still at that instant, and nothing is under way any more. */
export function stopAt(
  world: { simulator: Pick<Simulator<VirtualTime>, 'on'>; time: VirtualTime },
  matches: (event: SimulatorEvent) => boolean,
): Promise<SimulatorEvent> {
  return new Promise((resolve) => {
    const off = world.simulator.on((event) => {
      if (!matches(event)) return;
      world.time.pause();
      off();
      void world.time.idle().then(() => resolve(event));
    });
  });
}

/** Whether a simulator's event says that a call is now in this state. */
export function isStatus(event: SimulatorEvent, status: string): boolean {
  return event.type === 'status' && event.status === status;
}

/** The events of a log's lines, oldest first. */
export function eventsOf(lines: string[], verificationId: string): Record<string, unknown>[] {
  return lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line.verificationId === verificationId && typeof line.event === 'string');
}
