// Somebody is called by mistake: from the second such call on they can stop the calls, and each one makes the next wait.
import { expect, test } from 'vitest';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import type { Script } from '../../src/simulator/script.ts';
import { runBeside } from '../support/command-line.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { pressing } from '../support/person.ts';
import { isStatus, stopAt } from '../support/traces.ts';

describeWorlds('a bystander who is called by mistake', ({ world, combination }) => {
  let users = 0;
  const newUser = () => `stranger-${users++}`;
  const ask = (number: string, extra: object = {}, api = world.api) =>
    api('POST', '/v1/verifications', { userId: newUser(), number, locale: 'en-US', ...extra });
  const call = async (number: string, phone: ScenarioName | Script, extra: object = {}, api = world.api) => {
    world.simulator.desk.script(number, phone);
    const { body } = await ask(number, extra, api);
    await world.settle();
    return (await api('GET', `/v1/verifications/${body.id}`)).body;
  };
  const heardBy = (number: string) =>
    world.simulator
      .calls()
      .filter((each) => each.to === number)
      .flatMap((each) => each.transcript.flatMap((line) => ('text' in line ? [line.text] : [])));
  const callsTo = (number: string) => world.simulator.calls().filter((each) => each.to === number).length;
  const poundkey = (...words: string[]) => runBeside(world, words);
  /** A number whose holder was called twice and stopped it the second time. */
  const stopped = async () => {
    const number = world.newNumber();
    await call(number, 'hang-up');
    return { number, verification: await call(number, pressing('0', '9')) };
  };

  test.each(['hang-up', 'silence', 'wrong-key', 'fraud'] as const)(
    'is offered the way out from the second call on when the first ended as %s',
    async (first) => {
      const number = world.newNumber();
      await call(number, first);
      expect(heardBy(number).join(' ')).not.toContain('press nine');
      const before = heardBy(number).length;
      const { outcome, errorCode } = await call(number, pressing('0', '9'));
      expect({ outcome, errorCode }).toEqual({ outcome: 'blocked', errorCode: 'numberSuppressed' });
      expect(heardBy(number).slice(before)).toEqual([
        expect.stringContaining('press zero'),
        expect.stringContaining('press nine'),
        expect.stringContaining('not call this number again'),
      ]);
    },
  );

  test('is called no more: requests of every tenant are refused, and nothing is counted', async () => {
    const { number } = await stopped();
    const { api } = await world.addTenant(`other-${combination.replaceAll('+', '-')}`);
    for (const by of [world.api, api]) {
      const refused = await ask(number, {}, by);
      expect(refused).toMatchObject({ status: 403, body: { code: 'number.suppressed' } });
      expect(JSON.stringify(refused.body)).not.toContain(number.slice(-4));
    }
    expect(callsTo(number)).toBe(2);
  });

  test('is not called by what waits when they stop the calls', async () => {
    const number = world.newNumber();
    await call(number, 'hang-up');
    world.simulator.desk.script(number, pressing('0', '9'));
    const both = [(await ask(number)).body.id, (await ask(number)).body.id];
    await world.settle();
    const ends = await Promise.all(both.map((id) => world.read(id)));
    expect(ends).toMatchObject([{ outcome: 'blocked' }, { outcome: 'blocked' }]);
    expect(callsTo(number)).toBe(2);
  });

  test('does not stop them with 9 where it was not offered', async () => {
    const number = world.newNumber();
    expect(await call(number, pressing('0', '9', '#'))).toMatchObject({ outcome: 'approved' });
    const other = world.newNumber();
    await call(other, 'hang-up');
    expect(await call(other, pressing('9', '#'))).toMatchObject({ outcome: 'approved' });
  });

  test('is no user who signs in with their own phone: 9 is not offered, and they are called all the same', async () => {
    const { userId, number } = await world.story('press-pound');
    await call(number.e164, 'hang-up');
    const before = heardBy(number.e164).length;
    const signIn = { userId, purpose: 'signIn', number: undefined };
    expect(await call(number.e164, pressing('0', '9', '#'), signIn)).toMatchObject({ outcome: 'approved' });
    expect(heardBy(number.e164).slice(before).join(' ')).not.toContain('press nine');
    await call(number.e164, 'hang-up');
    await call(number.e164, pressing('0', '9'));
    expect(await ask(number.e164)).toMatchObject({ status: 403 });
    expect(await call(number.e164, 'press-pound', signIn)).toMatchObject({ outcome: 'approved' });
  });

  test('is seen by the operator, masked, who can allow the number again', async () => {
    const { number, verification } = await stopped();
    const listed = await poundkey('suppressed');
    expect(listed.output).toContain(verification.id);
    expect(listed.output).not.toContain(number);
    expect(await poundkey('allow', number)).toMatchObject({ exitCode: 0, errors: '' });
    expect((await poundkey('suppressed')).output).not.toContain(verification.id);
    expect((await ask(number)).status).toBe(201);
    expect(await poundkey('allow', number)).toMatchObject({ exitCode: 2, output: '' });
    await world.settle();
    const again = await stopped();
    const all = JSON.parse((await poundkey('suppressed', '--json')).output);
    const entry = all.find(
      (each: { verificationId: string }) => each.verificationId === again.verification.id,
    );
    expect(await poundkey('allow', entry.id)).toMatchObject({ exitCode: 0 });
    expect((await ask(again.number)).status).toBe(201);
    await world.settle();
  });

  test('is called later after each call that nobody approved, and an approval ends that', async () => {
    const number = world.newNumber();
    const waits: number[] = [];
    for (let count = 0; count < 4; count += 1) {
      world.simulator.desk.script(number, 'no-answer');
      const askedAt = world.time.now();
      const { body } = await ask(number);
      await world.settle();
      const row = await world.db
        .selectFrom('verification')
        .select('dialedAt')
        .where('id', '=', body.id)
        .executeTakeFirstOrThrow();
      waits.push(Math.round(((row.dialedAt?.getTime() ?? 0) - askedAt) / 1000));
    }
    expect(waits[0]).toBeLessThan(2);
    expect(waits[1]).toBeLessThan(2);
    expect(waits[3]).toBeGreaterThan(waits[2] ?? 0);
    expect(waits[2]).toBeGreaterThan(20);
    expect(await call(number, 'press-pound')).toMatchObject({ outcome: 'approved' });
    const askedAt = world.time.now();
    await call(number, 'press-pound');
    expect(world.time.now() - askedAt).toBeLessThan(30_000);
  });

  test('is called later, too, when all the calls were requested before the first one', async () => {
    const number = world.newNumber();
    world.simulator.desk.script(number, 'hang-up');
    const asked = [];
    for (let count = 0; count < 4; count += 1) asked.push((await ask(number)).body.id as string);
    await world.settle();
    const rows = await world.db
      .selectFrom('verification')
      .select(['outcome', 'dialedAt', 'endedAt'])
      .where('id', 'in', asked)
      .orderBy('dialedAt')
      .execute();
    expect(rows.map(({ outcome }) => outcome)).toEqual(Array(4).fill('hungUp'));
    const waits = rows
      .slice(1)
      .map(
        ({ dialedAt }, index) => ((dialedAt?.getTime() ?? 0) - (rows[index]?.endedAt?.getTime() ?? 0)) / 1000,
      );
    expect(waits[1]).toBeGreaterThan(25);
    expect(waits[2]).toBeGreaterThan(55);
  });

  test('is left alone for a while, which capabilities and find say as a request does', async () => {
    const { api } = await world.addTenant(`patient-${combination.replaceAll('+', '-')}`, { patienceS: 10 });
    const number = world.newNumber();
    for (let count = 0; count < 3; count += 1) await call(number, 'no-answer');
    const { body } = await api('POST', '/v1/users/anyone/capabilities', { number });
    expect(JSON.stringify(body)).toContain('Calls or text messages to this number were not approved');
    expect(await ask(number, {}, api)).toMatchObject({ status: 429, body: { code: 'limit.reached' } });
    const found = await poundkey('find', `patient-${combination.replaceAll('+', '-')}`, number);
    expect(found.output).toMatch(
      /A limit is reached until .*: Calls or text messages to this number were not approved/,
    );
  });

  test('is not called behind an extension that somebody makes up either', async () => {
    const { number } = await stopped();
    for (const extension of ['1', '001'])
      expect(await ask(number, { extension })).toMatchObject({
        status: 403,
        body: { code: 'number.suppressed' },
      });
  });

  test('is called later, too, when the calls are canceled while they ring', async () => {
    const number = world.newNumber();
    world.simulator.desk.script(number, 'no-answer');
    for (let count = 0; count < 2; count += 1) {
      const ringing = stopAt(world, (event) => isStatus(event, 'ringing'));
      const { body } = await ask(number);
      await ringing;
      await world.api('POST', `/v1/verifications/${body.id}/cancel`);
      world.time.resume();
      await world.settle();
    }
    const askedAt = world.time.now();
    const { id } = await call(number, 'no-answer');
    const { dialedAt } = await world.db
      .selectFrom('verification')
      .select('dialedAt')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    expect((dialedAt?.getTime() ?? 0) - askedAt).toBeGreaterThan(20_000);
  });

  test('does not make a user who signs in with that phone wait', async () => {
    const { userId, number } = await world.story('press-pound');
    for (let count = 0; count < 5; count += 1) await call(number.e164, 'no-answer');
    const askedAt = world.time.now();
    const signIn = { userId, purpose: 'signIn', number: undefined };
    expect(await call(number.e164, 'press-pound', signIn)).toMatchObject({ outcome: 'approved' });
    expect(world.time.now() - askedAt).toBeLessThan(25_000);
  });

  test('is not called at all while the pause is longer than the policy lets a call wait', async () => {
    const number = world.newNumber();
    for (let count = 0; count < 5; count += 1) {
      await call(number, 'hang-up');
      await world.time.advance(900_000);
    }
    await call(number, 'hang-up');
    const refused = await ask(number);
    expect(refused).toMatchObject({ status: 429, body: { code: 'limit.reached' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60);
    await world.time.advance(Number(refused.headers.get('retry-after')) * 1000);
    expect((await ask(number)).status).toBe(201);
    await world.settle();
  });
});
