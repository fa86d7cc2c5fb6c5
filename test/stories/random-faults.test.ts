// Many verifications at once, each with faults of its own. Whatever happens, the promises hold.
import { expect, test } from 'vitest';
import type { Faults, RestFault } from '../../src/simulator/faults.ts';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import { type Chance, chanceFrom } from '../support/chance.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { pressedPound, tracesOf } from '../support/traces.ts';

const SEED = 20_261_121;
const HOW_MANY = 60;

const PHONES: ScenarioName[] = [
  'press-pound',
  'press-pound',
  'wrong-then-pound',
  'slow',
  'busy',
  'no-answer',
  'voicemail',
  'wrong-key',
  'hang-up',
  'silence',
  'unreachable',
];
const KINDS = ['answer', 'digits', 'redirect', 'fallback', 'status', 'status', 'status', 'machine'] as const;
const EVENTS = ['initiated', 'ringing', 'answered', 'completed'] as const;
const CREATE_FAULTS: RestFault[] = [
  'drop',
  'acceptAndDrop',
  'acceptAndDrop',
  'serverError',
  'unavailable',
  'html',
  'tooManyRequests',
  { lateMs: 3_000 },
  { lateMs: 40_000 },
];

/** Plans what goes wrong with the calls to one number. */
function planFaults(chance: Chance, faults: Faults, to: string): void {
  for (let count = chance.upTo(4); count > 0; count -= 1) faults.webhooks(webhookFault(chance, to));
  if (chance.hits(60)) faults.next('create', chance.oneOf(CREATE_FAULTS), { to });
  if (chance.hits(20)) faults.next('create', chance.oneOf(CREATE_FAULTS), { to });
  for (const operation of ['list', 'fetch', 'update'] as const)
    if (chance.hits(25))
      faults.next(operation, chance.oneOf(['drop', 'unavailable', 'html'] as const), { to });
}

type WebhookFault = Parameters<Faults['webhooks']>[0];

function webhookFault(chance: Chance, to: string): WebhookFault {
  const kind = chance.oneOf(KINDS);
  const times = chance.oneOf([1, 1, 2, 1_000]);
  const about = kind === 'status' && chance.hits(70) ? { event: chance.oneOf(EVENTS) } : {};
  if (kind === 'status' && chance.hits(25)) return { kind, do: 'reorder', to, times, ...about };
  const what = chance.oneOf(['lose', 'double', 'delay'] as const);
  // A document that comes a minute late finds nobody any more; news may.
  const ms = kind === 'status' || kind === 'machine' ? chance.upTo(90_000) : chance.upTo(4_000);
  return what === 'delay'
    ? { kind, do: what, ms, to, times, ...about }
    : { kind, do: what, to, times, ...about };
}

describeWorlds('with faults everywhere', ({ world }) => {
  test(`${HOW_MANY} verifications end once each, and none is approved without its #`, async () => {
    const chance = chanceFrom(SEED);
    const requested: { id: string; number: string; phone: ScenarioName }[] = [];
    world.time.pause();
    for (let count = 0; count < HOW_MANY; count += 1) {
      const number = world.newNumber();
      const phone = chance.oneOf(PHONES);
      world.simulator.desk.script(number, phone);
      planFaults(chance, world.simulator.faults, number);
      const answer = await world.api('POST', '/v1/verifications', { userId: `user-${count}`, number });
      requested.push({ id: answer.body.id, number, phone });
    }
    world.time.resume();
    await world.settle();
    await world.time.idle();

    const ends = await Promise.all(requested.map((one) => endOf(one)));
    expect(ends.filter(({ broken }) => broken.length > 0)).toEqual([]);
    // Something of everything happened, so that this says something.
    const outcomes = new Set(ends.map(({ outcome }) => outcome));
    expect(ends.filter(({ outcome }) => outcome === 'approved').length).toBeGreaterThan(HOW_MANY / 10);
    expect(outcomes.size).toBeGreaterThan(5);
    expect(ends.some(({ attempts }) => attempts > 1)).toBe(true);
  }, 120_000);

  /** How one verification ended, and which promises were broken. */
  async function endOf({ id, number, phone }: { id: string; number: string; phone: ScenarioName }) {
    const traces = await tracesOf(world.db, id);
    const { state, outcome } = traces.verification;
    const approved = outcome === 'approved';
    const calls = world.simulator.createdPerNumber()[number] ?? 0;
    const left = approved ? 1 : 0;
    const promises: Record<string, boolean> = {
      'it is finished': state === 'finished',
      'it has one end': traces.ends === 1,
      'there is one call, or a reason why there is none':
        calls === 1 || (calls === 0 && outcome === 'providerError'),
      'it is approved only by # in this very call': !approved || pressedPound(world.simulator, number),
      'phone method and app password are both there or neither':
        traces.phoneMethods.length === left && traces.appPasswords.length === left,
    };
    const broken = Object.keys(promises).filter((promise) => !promises[promise]);
    return { id, phone, outcome, calls, attempts: traces.attempts.length, broken };
  }
});
