// "Why was this user not called?" One command, given only the id of the user, answers.
import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { NO_CEILING } from '../../src/domain/ceiling-settings.ts';
import { runBeside } from '../support/command-line.ts';
import { ask, sampleOf, worldOf } from '../support/operator.ts';
import { SOON } from '../support/own-time.ts';
import { setPolicy } from '../support/set-policy.ts';
import { askSignIn } from '../support/sign-ins.ts';
import { describeEachStore } from '../support/stores.ts';
import type { World, WorldOptions } from '../support/world.ts';

/** The command line beside a world, once refusals are kept. */
function besides(world: World, rules?: Parameters<typeof runBeside>[2]) {
  return async (...words: string[]) => {
    await world.service.refusals.settled();
    return runBeside(world, words, rules);
  };
}

async function open(options: WorldOptions = {}, rules?: Parameters<typeof runBeside>[2]) {
  const world = await worldOf(combinationOf.current, options);
  const poundkey = besides(world, rules);
  const request = (userId: string, number = world.newNumber(), more = {}) =>
    world.api('POST', '/v1/verifications', { userId, number, ...more });
  const find = async (whom: string) => (await poundkey('find', 'contoso', whom)).output;
  return { world, poundkey, request, find };
}

/** Set by the block that runs. */
const combinationOf: { current: Parameters<typeof worldOf>[0] } = { current: 'embedded' };

describeEachStore('find', (combination) => {
  const opened = (...options: Parameters<typeof open>) => {
    combinationOf.current = combination;
    return open(...options);
  };

  it('says that a limit is reached, until when, and which field raises it', async () => {
    const { request, find, world } = await opened({
      policy: { limits: { perUser: { count: 1, windowS: 600 } } },
    });
    world.simulator.desk.script('+46812345678', 'press-pound');
    await request('u-1', '+46812345678');
    await world.settle();
    for (let times = 0; times < 5; times += 1) expect((await request('u-1')).status).toBe(429);
    const said = await find('u-1');
    expect(said).toMatch(
      /^The newest request was refused, at .*\. limit\.reached: too many verifications or messages were requested\.$/m,
    );
    expect(said).toMatch(/^Do: .*limits\.perUser/m);
    expect(said).toMatch(
      /^ {2}A limit is reached until 2026-11-21 09:1\d:\d\d: The policy allows 1 verifications in 600 s for this user/m,
    );
    expect(said).toMatch(/limit\.reached +5 times at least/);
    expect(said).toMatch(/^Do: .*show-policy contoso /m);
    await world.time.advance(90_000);
    expect(await find('u-1')).toMatch(
      /^That was (9\d|1[01]\d) s ago\. A later try left no trace if it was answered 401 or 5xx .*backend's log\.$/m,
    );
  });

  it('says that the user is blocked, why, and how to end it', async () => {
    const { poundkey, request, find } = await opened();
    await poundkey('block', 'contoso', 'u-1', '--reason', 'phone stolen');
    expect((await request('u-1')).status).toBe(403);
    const said = await find('u-1');
    expect(said).toMatch(/refused, at .* user\.blocked: the user is blocked\./);
    expect(said).toMatch(
      /The user u-1 is BLOCKED since .*, until somebody unblocks: phone stolen\. .*unblock contoso u-1/,
    );
  });

  it('says that the country is not called, to whoever knows the user or the number in any form', async () => {
    const { request, find } = await opened({ policy: { countries: { allowed: ['SE'] } } });
    expect((await request('u-1', '+4930901820')).status).toBe(422);
    for (const whom of ['u-1', '+49 30 901820', '0049 30 901820']) {
      const said = await find(whom);
      expect(said).toMatch(/number\.countryRefused: numbers of this country are not allowed/);
      expect(said).toMatch(/^Do: .*countries\.allowed/m);
      expect(said).not.toMatch(/901820|30901820/);
    }
    expect(await find('08-123 456 00')).toMatch(/No request has been accepted/);
  });

  it.each([
    { callsPerSecond: 0.01, full: 'The caller line +1 ••• 00', until: '09:02:5' },
    {
      callsPerSecond: 0.05,
      full: 'The half of the caller line +1 ••• 00 that this tenant may book',
      until: '09:00:1',
    },
  ])('says that too many calls wait, and until when: $full', async ({ callsPerSecond, full, until }) => {
    const { world, request, find, poundkey } = await opened({
      config: {
        lines: { default: [{ number: '+15005550000', provider: null }], byCountry: {}, callsPerSecond },
      },
      policy: { patienceS: 30 },
    } as WorldOptions);
    world.time.pause();
    await request('u-1');
    await vi.waitFor(async () => expect((await request('u-2')).status).toBe(429), SOON);
    const said = await find('u-2');
    expect(said).toMatch(/line\.tooBusy: too many calls or text messages are waiting/);
    expect(said).toContain(`  ${full} is full until 2026-11-21 ${until}`);
    expect(said).not.toContain('No limit is reached');
    expect((await poundkey('waiting')).exitCode).toBe(0);
  });

  it('says that a daily limit is reached, and which setting bounds it', async () => {
    const spending = {
      ofAll: { callsPerDay: 1, textsPerDay: null, moneyPerDay: null },
      price: { currency: 'EUR', perMinute: () => 0, perText: () => 0 },
    };
    const { world, request, find } = await opened(
      { config: { spending: { pricesFile: null, ...spending.ofAll } } } as WorldOptions,
      { spending, ceiling: { ...NO_CEILING, callsPerDay: 5 } },
    );
    world.simulator.desk.script('+46812345678', 'press-pound');
    await request('u-1', '+46812345678');
    await world.settle();
    expect((await request('u-2')).status).toBe(429);
    const said = await find('u-2');
    expect(said).toMatch(/^ {2}A limit is reached until 2026-11-22 00:00:00: The operator limits/m);
    expect(said).toMatch(/^Do: .*CEILING_CALLS_PER_DAY \(5\)/m);
  });

  it('does not say that there is no limit, where one refused the request', async () => {
    const { world, request, find } = await opened({
      policy: { limits: { perNumber: { count: 1, windowS: 600 } } },
    });
    world.simulator.desk.script('+46812345678', 'press-pound');
    await request('u-1', '+46812345678');
    await world.settle();
    expect((await request('u-2', '+46812345678')).status).toBe(429);
    const said = await find('u-2');
    expect(said).not.toContain('No limit is reached');
    expect(said).toContain(
      'What refused the newest request (limit.reached) is over, or it counted for a number that is not known here.',
    );
  });

  it('says which code the provider refuses with, what it means, and what to do', async () => {
    const { world, find } = await opened();
    world.simulator.faults.next('create', { refuse: { status: 400, code: 21215, message: 'Geo' } });
    const { id, userId } = await world.story('press-pound');
    const said = await find(userId);
    expect(said).toMatch(/and is: blocked\. .* 21215: the account may not call this country/);
    expect(said).toMatch(/^Do: Switch the country on in the console of the provider/m);
    const line = world.log.map((each) => JSON.parse(each)).find(({ event }) => event === 'call.refused');
    expect(line).toMatchObject({
      verificationId: id,
      meaning: expect.stringContaining('Switch the country on'),
    });
  });

  it('says that no webhook came, so that the public address must be wrong', async () => {
    const { world, find } = await opened();
    for (const kind of ['answer', 'fallback', 'status', 'machine'] as const)
      world.simulator.faults.webhooks({ kind, do: 'lose' });
    const { userId } = await world.story('press-pound');
    expect(await find(userId)).toMatch(
      /noWebhook: the call was answered and is over.*\nDo: npm run poundkey -- check asks PUBLIC_URL/,
    );
  });

  it('says that the request was accepted and is overdue in the queue', async () => {
    const { world, request, find, poundkey } = await opened();
    world.time.pause();
    const { body } = await request('u-1');
    await world.service.journey.settled();
    // Before the provider's acceptance is noted, the job has not let go of it.
    await vi.waitFor(async () => expect((await world.read(body.id)).state).toBe('ringing'), SOON);
    await world.db
      .updateTable('verification')
      .set({ state: 'queued', live: false, attemptId: null, wakeAt: new Date(world.time.now() - 90_000) })
      .where('id', '=', body.id)
      .execute();
    expect(await find('u-1')).toMatch(
      /accepted, but its call has been due for 90 s and nobody has taken it up.*\nDo: Either the queue cannot be reached/s,
    );
    expect((await poundkey('waiting')).output).toMatch(
      /^contoso {2}\+1 ••• 00 {2}1 call {2}the longest is due for 90 s$/,
    );
    await world.db
      .updateTable('verification')
      .set({ channel: 'sms', phoneType: 'mobile', challenge: 'code', codeSeed: 'k.s' })
      .where('id', '=', body.id)
      .execute();
    expect(await find('u-1')).toMatch(/accepted, but its text message has been due for 90 s/);
    expect((await poundkey('waiting')).output).toMatch(/ {2}1 text message {2}the longest is due for 90 s$/);
    await world.db.deleteFrom('verification').where('id', '=', body.id).execute();
    expect((await poundkey('waiting')).output).toBe('No verification waits for a call or a text message.');
  });

  it.each([
    { where: 'Brazil', called: '+5511981234567', older: '+551181234567' },
    { where: 'Mexico', called: '+525512345678', older: '+5215512345678' },
    { where: 'Argentina', called: '+5491123456789', older: '+541123456789' },
  ])('finds a mobile of $where in both forms of its number', async ({ called, older }) => {
    const { world, find, poundkey, request } = await opened({ policy: { smsSignIn: { allowed: true } } });
    await request('u-1', called, { channel: 'sms' });
    await askSignIn(world, older);
    for (const number of [called, older, `00${older.slice(1)}`]) {
      const said = await find(number);
      expect(said).toMatch(/nobody gets a text: the number is no user name/);
      expect(said).toMatch(/register +\+5\d ••• \d\d +user u-1/);
    }
    // What is refused has only the hash of a number.
    await setPolicy(world, { smsSignIn: { allowed: false } });
    expect((await askSignIn(world, older)).status).toBe(403);
    for (const number of [called, older]) expect(await find(number)).toContain('policy.smsSignInRefused');
    expect((await poundkey('find', 'contoso', '+55 11')).exitCode).toBe(2);
  });

  it('finds requests that could not be read, and says when none came at all', async () => {
    const { world, find, poundkey } = await opened();
    await world.api('POST', '/v1/verifications', { userId: 'u-1', number: 7 });
    expect(await find('u-1')).toMatch(/refused, at .* request\.invalid: the request is not valid/);
    const short = await poundkey('find', 'u-1');
    // An embedded store has a tenant of its own besides.
    if (combination === 'embedded') expect(short.errors).toMatch(/The tenants are: contoso, default\.$/);
    else expect(short.output).toBe(await find('u-1'));
    expect(await find('u-2')).toMatch(
      /No request has been accepted in 30 days.*\nDo: Compare the id letter by letter.* was not accepted/s,
    );
    expect(await poundkey('find', 'contoso', 'what is this?')).toMatchObject({ exitCode: 2 });
    const { output } = await poundkey('find', 'contoso', 'u-1', '--json');
    expect(JSON.parse(output)).toMatchObject({
      refusals: [{ code: 'request.invalid', userId: 'u-1', count: 1 }],
    });
  });

  it('a flood of refusals makes few writes, and is removed after a week', async () => {
    const { world, request } = await opened({ policy: { officePhone: { allowed: false } } });
    const number = world.newNumber();
    for (let times = 0; times < 40; times += 1) await request('u-1', number);
    await world.service.refusals.settled();
    const rows = await world.db.selectFrom('refusal').selectAll().execute();
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ code: 'policy.officePhoneRefused', count: 32 });
    expect(JSON.stringify(rows)).not.toContain(number.slice(3));
    const samples = (await ask(world, '/metrics')).text;
    expect(sampleOf(samples, 'poundkey_requests_refused_total{code="policy.officePhoneRefused"}')).toBe(40);
    await world.time.advance(8 * 86_400_000);
    await world.service.journey.sweep();
    expect(await world.db.selectFrom('refusal').selectAll().execute()).toEqual([]);
  });
});

describe('a request as a job', () => {
  it('is found as well when it is refused', async () => {
    combinationOf.current = 'embedded';
    const { world, find } = await open({ policy: { officePhone: { allowed: false } } });
    const data = { tenantId: 'contoso', userId: 'u-1', number: world.newNumber() };
    await world.service.jobs.queue.add('request', data, { jobId: randomUUID() });
    await vi.waitFor(async () => expect(await find('u-1')).toContain('policy.officePhoneRefused'), SOON);
  });
});
