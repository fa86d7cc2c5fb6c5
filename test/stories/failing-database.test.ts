// A database of which statements fail, and of which answers are lost. Whoever asks again gets on, and the promises hold.
import { setTimeout as tick } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import { untilServed } from '../support/asked-again.ts';
import { chanceFrom } from '../support/chance.ts';
import { failStatements } from '../support/failing-statements.ts';
import { worldOn } from '../support/open-worlds.ts';
import { askSignIn, signer } from '../support/sign-ins.ts';
import { pressedPound, tracesOf } from '../support/traces.ts';

const SEED = 20_261_128;
const PERCENT = 10;
const HOW_MANY = 12;
const PHONES: ScenarioName[] = ['press-pound', 'wrong-then-pound', 'slow', 'busy', 'no-answer', 'hang-up'];
const ROOMY = { count: 1_000, windowS: 3_600 };

const { world } = worldOn('postgres+redis', {
  policy: {
    smsSignIn: { allowed: true },
    limits: { perUser: ROOMY, perNumber: ROOMY, perTenant: ROOMY },
    textMessage: { unentered: { perPrefix: null, perCountry: null } },
  },
});

const request = (key: string, body: object) =>
  untilServed(() => world.api('POST', '/v1/verifications', body, { 'idempotency-key': key }));

/** What a running service does in so many rounds of three seconds: timers and the queue, which goes by its own time. */
async function live(rounds: number, isDone: () => boolean = () => false): Promise<void> {
  const { journey, jobs } = world.service;
  const ignore = () => undefined;
  for (let round = 0; round < rounds && !isDone(); round += 1) {
    await world.time.advance(3_000);
    await journey.watchLive().catch(ignore);
    await world.db.deleteFrom('lease').where('name', '=', 'sweep').execute();
    await journey.sweep().catch(ignore);
    for (const job of await jobs.queue.getDelayed()) await job.promote().catch(ignore);
    await tick(10);
  }
}

/** Texts and calls to a number. */
const textsTo = (number: string) => world.simulator.texts().filter(({ to }) => to === number).length;
const callsTo = (number: string) => world.simulator.createdPerNumber()[number] ?? 0;

/** One after the other. */
async function each<T>(make: (n: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  for (let n = 0; n < HOW_MANY; n += 1) made.push(await make(n));
  return made;
}

/** What is wrong with how a call or a text ended; null: nothing. */
async function brokenBy(
  { id, asked }: { id: string; asked: number },
  isApproved: (outcome: string | null) => boolean,
) {
  const { verification, ends, phoneMethods, appPasswords } = await tracesOf(world.db, id);
  const { state, outcome } = verification;
  const left = outcome === 'approved' ? 1 : 0;
  const isWhole = phoneMethods.length === left && appPasswords.length === left;
  // After three attempts of which nobody knows whether they were asked for, no fourth is made.
  const isGivenUp = asked === 0 && outcome === 'providerError';
  const isOnce = state === 'finished' && ends === 1 && (asked === 1 || isGivenUp);
  if (isWhole && isOnce && (isGivenUp || isApproved(outcome))) return null;
  return { id, asked, state, outcome, ends, phones: phoneMethods.length, passwords: appPasswords.length };
}

test('calls, texts and sign-ins end once each, and nothing is told that is not so', async () => {
  const chance = chanceFrom(SEED);
  const signers = await each(() => signer(world));
  const mend = failStatements(chance, PERCENT);
  onTestFinished(mend);
  const calls = await each(async (n) => {
    const number = world.newNumber();
    world.simulator.desk.script(number, PHONES[n % PHONES.length] ?? 'press-pound');
    const { body } = await request(`call-${n}`, { userId: `called-${n}`, number });
    return { id: body.id as string, number };
  });
  const texts = await each(async (n) => {
    const number = `+46701264${100 + n}`;
    const { body } = await request(`text-${n}`, { userId: `texted-${n}`, number, channel: 'sms' });
    return { id: body.id as string, number };
  });
  const signIns = await each(async (n) => {
    const number = signers[n]?.number ?? '';
    return { id: (await untilServed(() => askSignIn(world, number))).body.id as string, number };
  });
  await live(40);
  mend();
  const isTexted = ({ number }: { number: string }) => world.codeOn(number) !== '';
  await live(60, () => [...texts, ...signIns].every(isTexted));
  expect(texts.filter(isTexted).length).toBeGreaterThan(HOW_MANY / 2);

  const mendAgain = failStatements(chance, PERCENT);
  onTestFinished(mendAgain);
  for (const { id, number } of texts.filter(isTexted)) {
    const key = { 'idempotency-key': `code-${id}` };
    const code = { code: world.codeOn(number) };
    const told = await untilServed(() => world.api('POST', `/v1/verifications/${id}/check`, code, key));
    expect(told, JSON.stringify(told.body)).toMatchObject({ status: 200, body: { outcome: 'approved' } });
  }
  const approved = [];
  for (const { id, number } of signIns.filter(isTexted)) {
    const code = { code: world.codeOn(number) };
    const { body } = await untilServed(() => world.api('POST', `/v1/sign-ins/${id}/check`, code));
    if (body.assertion !== undefined) approved.push({ id, assertion: body.assertion });
  }
  mendAgain();
  // An answer with the assertion may have been lost, and nobody is told it twice; one that was told is good.
  expect(approved.length).toBeGreaterThan(0);
  for (const { assertion } of approved) {
    const redeemed = await world.api('POST', '/v1/assertions/redeem', { assertion, nonce: 'n-1' });
    expect(redeemed.status, JSON.stringify(redeemed.body)).toBe(200);
  }
  await world.settle();
  for (const { id } of approved)
    expect((await tracesOf(world.db, id)).verification).toMatchObject({ outcome: 'approved' });

  const hasPressed = ({ number }: { number: string }) => pressedPound(world.simulator, number);
  const broken = [
    ...calls.map((call) =>
      brokenBy({ ...call, asked: callsTo(call.number) }, (o) => (o === 'approved') === hasPressed(call)),
    ),
    ...texts.map((text) => brokenBy({ ...text, asked: textsTo(text.number) }, (o) => o === 'approved')),
  ];
  expect((await Promise.all(broken)).filter((each) => each !== null)).toEqual([]);
  expect(calls.filter(hasPressed).length).toBeGreaterThan(HOW_MANY / 4);
}, 120_000);
