// Number matching and PINs: only what the challenge asks for approves, and a PIN is nowhere to be read.
import { expect, test } from 'vitest';
import { describeWorlds } from '../support/open-worlds.ts';
import { pressing } from '../support/person.ts';
import { dumpDatabase, readJobs, readRedis, readRows } from './stored-text.ts';

const PIN = '48071597';

describeWorlds('a challenge', ({ world, stores }) => {
  let users = 0;

  const tenantWith = async (challenge: string) => {
    users += 1;
    const { api } = await world.addTenant(`${challenge.toLowerCase()}-${users}`, { challenge });
    const userId = `u-${users}`;
    const read = async (id: string) => (await api('GET', `/v1/verifications/${id}`)).body;
    /** Asks for a verification; the person's keys may depend on what the screen shows. */
    const ask = async (keysOf: (digits: string) => Parameters<typeof pressing>, extra: object = {}) => {
      const number = world.newNumber();
      // The phone may not ring before the person knows what the screen shows.
      world.time.pause();
      const answer = await api('POST', '/v1/verifications', { userId, number, locale: 'en-US', ...extra });
      if (answer.status !== 201) {
        world.time.resume();
        return answer.body;
      }
      world.simulator.desk.script(answer.body.number.e164, pressing(...keysOf(answer.body.challenge.digits)));
      world.time.resume();
      await world.settle();
      return {
        asked: answer.body,
        ended: await read(answer.body.id),
        heard: heardBy(answer.body.number.e164),
      };
    };
    return { api, userId, read, ask };
  };
  const heardBy = (number: string) =>
    world.simulator
      .calls()
      .filter((call) => call.to === number)
      .flatMap((call) => call.transcript.flatMap((line) => ('text' in line ? [line.text] : [])));
  /** Two digits that are not those. */
  const other = (digits: string) => (digits === '11' ? '22' : '11');

  test('of the default policy is the pound key, with nothing for the screen', async () => {
    const { ask } = await tenantWith('pound');
    const { asked, ended } = await ask(() => ['#']);
    expect(asked.challenge).toEqual({ type: 'pound', digits: null });
    expect(ended.outcome).toBe('approved');
  });

  test('of numbers shows two digits while it is open, and is met by them and #', async () => {
    const { ask, api, userId } = await tenantWith('numberMatch');
    const { asked, ended, heard } = await ask((digits) => [`${digits}#`]);
    expect(asked.challenge).toEqual({ type: 'numberMatch', digits: expect.stringMatching(/^[1-9]\d$/) });
    expect(ended).toMatchObject({
      outcome: 'approved',
      challenge: { type: 'numberMatch', digits: null },
    });
    expect(heard[0]).toContain('Type the two digits shown on your screen');
    expect(heard.join(' ')).not.toContain(asked.challenge.digits);
    expect((await api('GET', `/v1/users/${userId}/phone-methods`)).body.value).toHaveLength(1);
  });

  test('of numbers is shown again with the same digits as long as it is open', async () => {
    const { api, read } = await tenantWith('numberMatch');
    const number = world.newNumber();
    world.simulator.desk.script(number, 'no-answer');
    const body = { userId: 'u', number };
    const headers = { 'idempotency-key': 'once' };
    world.time.pause();
    const first = await api('POST', '/v1/verifications', body, headers);
    expect((await api('POST', '/v1/verifications', body, headers)).body.challenge).toEqual(
      first.body.challenge,
    );
    expect((await read(first.body.id)).challenge).toEqual(first.body.challenge);
    world.time.resume();
    await world.settle();
    expect((await read(first.body.id)).challenge.digits).toBeNull();
  });

  test('of numbers takes two wrong numbers and then the right one', async () => {
    const { ask } = await tenantWith('numberMatch');
    const { ended, heard } = await ask((digits) => [`${other(digits)}#`, '7#', `${digits}#`]);
    expect(ended.outcome).toBe('approved');
    expect(heard[1]).toContain('Those are not the digits on your screen');
  });

  test.each<[what: string, outcome: string, keysOf: (digits: string) => Parameters<typeof pressing>]>([
    ['three wrong numbers', 'wrongDigits', (digits) => Array(3).fill(`${other(digits)}#`)],
    [
      'the digits the other way round or once more',
      'wrongDigits',
      (digits) => [`${digits}${digits}#`, `${other(digits)}${digits}#`, `1${digits}#`],
    ],
    // A # alone ends the question without any digits: silence, as the network tells it.
    ['# alone, again and again', 'noInput', () => ['#', '#', '#']],
    ['nothing at all', 'noInput', () => []],
    ['0 # and then #', 'fraudReported', () => ['0#', '#']],
  ])('of numbers is not met by %s: %s', async (_what, outcome, keysOf) => {
    const { ask, api, userId } = await tenantWith('numberMatch');
    const { ended } = await ask(keysOf);
    expect(ended.outcome).toBe(outcome);
    expect((await api('GET', `/v1/users/${userId}/phone-methods`)).body.value).toEqual([]);
  });

  test('of numbers goes on after a 0 that was not meant', async () => {
    const { ask } = await tenantWith('numberMatch');
    const { ended, heard } = await ask((digits) => ['0#', '5', `${digits}#`]);
    expect(ended.outcome).toBe('approved');
    expect(heard[1]).toContain('To report this call as fraud');
  });

  test('of PINs needs a PIN that was set', async () => {
    const { ask } = await tenantWith('pin');
    expect(await ask(() => ['#'])).toMatchObject({ status: 422, code: 'pin.notSet' });
  });

  test.each<[what: string, outcome: string, keys: Parameters<typeof pressing>]>([
    ['the PIN', 'approved', [`${PIN}#`]],
    ['the PIN after two others', 'approved', ['1234#', '87654321#', `${PIN}#`]],
    ['three others', 'wrongDigits', [`${PIN.slice(1)}#`, `${PIN.slice(0, -1)}#`, `${PIN}1#`]],
    ['# alone, again and again', 'noInput', ['#', '#', '#']],
    ['0 # and then #', 'fraudReported', ['0#', '#']],
  ])('of PINs answered with %s ends as %s', async (_what, outcome, keys) => {
    const { ask, api, userId } = await tenantWith('pin');
    await api('PUT', `/v1/users/${userId}/profile`, { pin: PIN });
    const { asked, ended, heard } = await ask(() => keys);
    expect(asked.challenge).toEqual({ type: 'pin', digits: null });
    expect(ended.outcome).toBe(outcome);
    expect(heard[0]).toContain('Type your PIN');
  });

  test.each(['numberMatch', 'pin'])('of the policy counts for signing in too: %s', async (challenge) => {
    const { ask, api, userId } = await tenantWith(challenge);
    await api('PUT', `/v1/users/${userId}/profile`, { pin: PIN });
    const keysOf = (digits: string) => [`${digits ?? PIN}#`];
    expect((await ask(keysOf)).ended.outcome).toBe('approved');
    const signIn = { purpose: 'signIn', number: undefined };
    const wrong = await ask(() => ['99999#', '#', '99999#', '99999#'], signIn);
    expect(wrong.ended).toMatchObject({ purpose: 'signIn', outcome: 'wrongDigits' });
    const right = await ask(keysOf, signIn);
    expect(right.ended).toMatchObject({ purpose: 'signIn', outcome: 'approved' });
  });

  test('that was asked stays, whatever the policy says meanwhile', async () => {
    const { api, read } = await tenantWith('numberMatch');
    const number = world.newNumber();
    world.simulator.desk.script(number, pressing('#', '#', '#'));
    world.time.pause();
    const { body } = await api('POST', '/v1/verifications', { userId: 'u', number });
    await api('PUT', '/v1/policy', { version: 1, challenge: 'pound' }, { 'if-match': '"1"' });
    world.time.resume();
    await world.settle();
    expect((await read(body.id)).outcome).toBe('noInput');
  });

  test('leaves no PIN in logs, jobs, the queue or the registry', async () => {
    expect(world.log.length).toBeGreaterThan(50);
    const rows = JSON.stringify([...(await readRows(world))]);
    const kept = [
      world.log.join('\n'),
      rows,
      await readJobs(world),
      await readRedis(stores),
      dumpDatabase(stores),
    ];
    for (const text of kept) expect(text.includes(PIN)).toBe(false);
  });
});
