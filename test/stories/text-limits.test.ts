// What happens when a text message does not arrive, is answered twice, or is asked for by somebody who earns on it.
import { expect, test } from 'vitest';
import { unnamedSenders } from '../../scripts/poundkey/check/unnamed-senders.ts';
import { createReadStory } from '../../scripts/poundkey/story/read-story.ts';
import { sayStory } from '../../scripts/poundkey/story/say-story.ts';
import { untilServed } from '../support/asked-again.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import type { Answer, World } from '../support/world.ts';

type Api = World['api'];

const line = (number: string) => ({ number, provider: null });
const OPTIONS = {
  config: {
    lines: {
      default: [line('+12025550100')] as [ReturnType<typeof line>],
      byCountry: {},
      // The United States take no names.
      senders: { NO: line('Contoso Ltd'), DK: line('+4512345678'), US: line('Contoso Ltd') },
      callsPerSecond: 0,
    },
  },
};

describeWorlds('a text message that a call follows', OPTIONS, ({ world }) => {
  let mobiles = 0;
  let tenants = 0;
  const newMobile = () => `+4670124${4000 + mobiles++}`;
  const on = (policy: Record<string, unknown> = {}) =>
    world.addTenant(`escalating-${tenants++}`, { textMessage: { escalation: { toCall: true } }, ...policy });
  const textsTo = (number: string) => world.simulator.texts().filter(({ to }) => to === number);
  const callsTo = (number: string) => world.simulator.calls().filter(({ to }) => to === number);

  async function request(api: Api, number: string, extra: Record<string, unknown> = {}): Promise<Answer> {
    const answer = await api('POST', '/v1/verifications', {
      ...{ userId: `mobile-${number.slice(-4)}`, number, channel: 'sms' },
      ...extra,
    });
    await world.sendTexts();
    return answer;
  }
  const instead = (api: Api, id: string) => api('POST', `/v1/verifications/${id}/call-instead`);
  const read = async (api: Api, id: string) => (await api('GET', `/v1/verifications/${id}`)).body;

  test('is followed by itself where the network has a landline, in the same verification', async () => {
    const { api } = await on();
    const number = newMobile();
    world.simulator.desk.script(number, 'landline');
    const { body } = await request(api, number);
    await world.settle();
    expect(await read(api, body.id)).toMatchObject({
      ...{ id: body.id, channel: 'call', state: 'finished', outcome: 'approved', progress: 'keyPressed' },
      ...{ challenge: { type: 'pound', digits: null }, escalatedAt: expect.stringMatching(/^2026-11-21T/) },
    });
    expect([textsTo(number).length, callsTo(number).length]).toEqual([1, 1]);
    const { events } = await world.db
      .selectFrom('verification')
      .select('events')
      .where('id', '=', body.id)
      .executeTakeFirstOrThrow();
    expect(events.map(({ type }) => type)).toEqual([
      ...['queued', 'sending', 'sent', 'escalated', 'queued', 'dialing', 'ringing', 'answered'],
      ...['decided', 'prompt', 'finished'],
    ]);
    expect(events.find(({ type }) => type === 'escalated')).toMatchObject({ errorCode: '30006' });
    expect(
      world.log.filter((line) => line.includes(`"${body.id}"`) && line.includes('"text.escalated"')),
    ).toHaveLength(1);
    const story = await createReadStory({ db: world.db })(body.id);
    const told = story && sayStory(story, new Date(world.time.now()));
    expect(told).toMatch(/asked for a text message to .*30006: .*A call takes the place of the text/s);
    expect(told).toMatch(/asked for the text message, .*asked for the call \(try 2\)/s);
  });

  test('is followed by itself where the phone stopped the texts', async () => {
    const { api } = await on();
    const number = newMobile();
    world.simulator.desk.script(number, 'press-pound');
    const first = await request(api, number);
    await api('POST', `/v1/verifications/${first.body.id}/check`, { code: world.codeOn(number) });
    world.simulator.answerText({ from: number, to: textsTo(number)[0]?.from ?? '', body: 'stop' });
    const { body } = await request(api, number);
    await world.settle();
    expect(await read(api, body.id)).toMatchObject({ channel: 'call', outcome: 'approved' });
  });

  test('is followed by no call once a wrong code was typed, so that every wrong code counts', async () => {
    const { api } = await on();
    const number = newMobile();
    const { body } = await request(api, number);
    const code = world.codeOn(number);
    await api('POST', `/v1/verifications/${body.id}/check`, {
      code: code === '000000' ? '111111' : '000000',
    });
    await world.time.advance(20_000);
    expect((await instead(api, body.id)).body).toMatchObject({ code: 'code.alreadyTyped', status: 409 });
    expect(callsTo(number)).toEqual([]);
    const right = await api('POST', `/v1/verifications/${body.id}/check`, { code });
    expect(right.body.outcome).toBe('approved');
  });

  test('is followed when the backend asks, once, and its code is not checked any more', async () => {
    const { api } = await on();
    const number = newMobile();
    world.simulator.desk.script(number, 'press-pound');
    const { body } = await request(api, number);
    const early = await instead(api, body.id);
    expect(early.body).toMatchObject({ code: 'limit.reached', status: 429 });
    expect(Number(early.headers.get('retry-after'))).toBeLessThanOrEqual(20);
    await world.time.advance(20_000);
    const code = world.codeOn(number);
    const { queue } = world.service.jobs;
    await queue.pause();
    const answers = await Promise.all(Array.from({ length: 8 }, () => instead(api, body.id)));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(202));
    for (const answer of answers)
      expect(answer.body).toMatchObject({
        id: body.id,
        channel: 'call',
        state: 'queued',
        progress: 'queued',
      });
    const check = await api('POST', `/v1/verifications/${body.id}/check`, { code });
    expect(check.body).toMatchObject({ code: 'code.replacedByCall', status: 409 });
    expect((await api('POST', `/v1/verifications/${body.id}/resend`)).body.code).toBe('code.notSent');
    await queue.resume();
    await world.settle();
    expect(await read(api, body.id)).toMatchObject({ outcome: 'approved', channel: 'call' });
    expect(callsTo(number)).toHaveLength(1);
    expect((await instead(api, body.id)).body.code).toBe('verification.alreadyDecided');
    const late = await api('POST', `/v1/verifications/${body.id}/check`, { code });
    expect(late.body.code).toBe('verification.alreadyDecided');
  });

  test('is won by the code or by the call, never by both', async () => {
    const { api } = await on();
    for (let round = 0; round < 5; round += 1) {
      const number = newMobile();
      world.simulator.desk.script(number, 'press-pound');
      const { body } = await request(api, number);
      await world.time.advance(20_000);
      const code = world.codeOn(number);
      const [checked, called] = await Promise.all([
        api('POST', `/v1/verifications/${body.id}/check`, { code }),
        instead(api, body.id),
      ]);
      expect([checked.status === 200, called.status === 202].filter((won) => won)).toHaveLength(1);
      await world.settle();
      expect(await read(api, body.id)).toMatchObject({ outcome: 'approved' });
      expect(callsTo(number)).toHaveLength(called.status === 202 ? 1 : 0);
    }
  });

  test('asks for what the policy asks of calls, and tells the backend', async () => {
    const { api } = await on({ challenge: 'numberMatch' });
    const { body } = await request(api, newMobile());
    await world.time.advance(20_000);
    world.time.pause();
    const answer = await instead(api, body.id);
    expect(answer.body.challenge).toEqual({ type: 'numberMatch', digits: expect.stringMatching(/^\d\d$/) });
    await api('POST', `/v1/verifications/${body.id}/cancel`);
    world.time.resume();
    await world.settle();
    expect(await read(api, body.id)).toMatchObject({ outcome: 'canceled', channel: 'call' });
  });

  test('is followed by no call that no request could have', async () => {
    const { api } = await on({ spending: { callsPerDay: 1 }, limits: { perUser: { count: 20 } } });
    const number = newMobile();
    world.simulator.desk.script(number, 'landline');
    // The one call of the day.
    const other = newMobile();
    world.simulator.desk.script(other, 'press-pound');
    await api('POST', '/v1/verifications', { userId: 'caller', number: other, phoneType: 'mobile' });
    await world.settle();
    const { body } = await request(api, number);
    await world.settle();
    expect(await read(api, body.id)).toMatchObject({
      channel: 'sms',
      outcome: 'undelivered',
      escalatedAt: null,
    });
    const arrived = await request(api, newMobile());
    await world.time.advance(20_000);
    expect((await instead(api, arrived.body.id)).body.code).toBe('spending.limitReached');
  });

  test('is followed by no call without the policy, nor for a verification by call', async () => {
    const number = newMobile();
    world.simulator.desk.script(number, 'landline');
    const { body } = await request(world.api, number);
    await world.settle();
    expect(await read(world.api, body.id)).toMatchObject({ channel: 'sms', outcome: 'undelivered' });
    const arrived = await request(world.api, newMobile());
    await world.time.advance(20_000);
    expect((await instead(world.api, arrived.body.id)).body).toMatchObject({
      code: 'policy.callInsteadRefused',
      status: 403,
    });
    world.time.pause();
    const byCall = await world.request('no-answer');
    expect((await instead(world.api, byCall.id)).body.code).toBe('code.notSent');
    world.time.resume();
    expect((await instead((await on()).api, arrived.body.id)).body.code).toBe('verification.notFound');
  });

  test('has one outcome for one idempotency key, however often its right code is checked', async () => {
    const { api } = await on();
    const number = newMobile();
    const { body } = await request(api, number);
    const code = world.codeOn(number);
    const check = (typed: string, key?: string) =>
      api(
        'POST',
        `/v1/verifications/${body.id}/check`,
        { code: typed },
        key === undefined ? {} : { 'idempotency-key': key },
      );
    const wrong = code === '000000' ? '111111' : '000000';
    const another = code === '222222' ? '333333' : '222222';
    const same = await Promise.all(Array.from({ length: 20 }, () => check(wrong, 'first')));
    expect(same.map((answer) => answer.body.checksLeft)).toEqual(Array(20).fill(4));
    expect((await check(another, 'first')).body.checksLeft).toBe(3);
    const answers = await Promise.all([
      ...Array.from({ length: 150 }, () => untilServed(() => check(code, 'typed-1'))),
      ...Array.from({ length: 50 }, () => untilServed(() => check(code))),
    ]);
    const withKey = answers.slice(0, 150);
    const won = answers.filter(({ status }) => status === 200);
    expect([150, 1]).toContain(won.length);
    expect(won.every((answer) => answer.body.outcome === 'approved')).toBe(true);
    for (const { status, body: refused } of answers)
      if (status !== 200) expect(refused.code).toBe('verification.alreadyDecided');
    if (won.length === 150) expect(withKey.every(({ status }) => status === 200)).toBe(true);
    expect((await check(code, 'typed-2')).body.code).toBe('verification.alreadyDecided');
    await world.settle();
    const passwords = await api('GET', `/v1/users/${body.userId}/app-passwords`);
    expect(passwords.body.value).toHaveLength(1);
  });

  test('is held for neighbouring numbers whose codes nobody enters, and for no others', async () => {
    const { api } = await on();
    const prefix = '+467013';
    const ask = (n: number, extra: Record<string, unknown> = {}, to = prefix) =>
      api('POST', '/v1/verifications', {
        ...{ userId: `pumped-${to}-${n}`, number: `${to}${10_000 + n}`, channel: 'sms', ...extra },
      });
    const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => untilServed(() => ask(n))));
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
    expect(refused).toHaveLength(180);
    expect(refused[0]?.body).toMatchObject({
      code: 'limit.reached',
      detail: expect.not.stringMatching(/\d/),
    });
    await world.sendTexts();
    const alarms = world.log.filter((line) => line.includes('"text.held"') && line.includes('+4670131••••'));
    expect(alarms).toHaveLength(1);
    expect(JSON.parse(alarms[0] ?? '')).toMatchObject({ alarm: true, level: 'error', limit: 'texts.prefix' });
    // By call, and to another prefix, it goes on.
    expect((await ask(300, { channel: 'call', phoneType: 'mobile' })).status).toBe(201);
    expect((await ask(0, {}, '+467014')).status).toBe(201);
    const now = await ask(301);
    expect(Number(now.headers.get('retry-after'))).toBeGreaterThan(1_700);
    expect(Number(now.headers.get('retry-after'))).toBeLessThanOrEqual(1_800);
    await world.settle();
    await world.time.advance(1_800_000);
    expect((await ask(302)).status).toBe(201);
    await world.settle();
  });

  test('is held where texts are sent again and nobody enters their code', async () => {
    const { api } = await on({ textMessage: { unentered: { perPrefix: 5 } } });
    const again = async (id: string) => {
      await world.time.advance(30_000);
      const answer = await api('POST', `/v1/verifications/${id}/resend`);
      await world.sendTexts();
      return answer;
    };
    const first = (await request(api, '+46701611000', { userId: 'pumped' })).body.id;
    const second = (await request(api, '+46701611001', { userId: 'pumped-too' })).body.id;
    for (const id of [first, first, second]) expect((await again(id)).status).toBe(202);
    const refused = await again(second);
    expect(refused.body).toMatchObject({ code: 'limit.reached', status: 429 });
    expect(refused.body.detail).toMatch(/numbers like this one/);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(1_700);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(1_800);
    expect((await request(api, '+46701611002', { userId: 'neighbour' })).body.code).toBe('limit.reached');
    const told = world.log.filter((each) => each.includes('"text.held"') && each.includes('+4670161••••'));
    expect(told).toHaveLength(1);
    // The code is as good as before.
    const code = world.codeOn('+46701611001');
    const checked = await api('POST', `/v1/verifications/${second}/check`, { code });
    expect(checked.body.outcome).toBe('approved');
    await api('POST', `/v1/verifications/${first}/cancel`);
    await world.settle();
  });

  test('is held for nobody where people enter their codes', async () => {
    const { api } = await on({ textMessage: { unentered: { perPrefix: 5 } } });
    for (let n = 0; n < 24; n += 1) {
      const number = `+4670151${1_000 + n}`;
      const { body, status } = await request(api, number, { userId: `staff-${n}` });
      expect(status).toBe(201);
      if (n % 4 === 3)
        await api('POST', `/v1/verifications/${body.id}/check`, { code: world.codeOn(number) });
    }
    // Who signs in counts for nothing.
    const { body } = await api('GET', '/v1/users/staff-3/phone-methods');
    expect(body.value).toHaveLength(1);
    for (let n = 0; n < 4; n += 1) {
      const signIn = await request(api, '+46701511003', {
        userId: 'staff-3',
        purpose: 'signIn',
        number: undefined,
      });
      expect(signIn.status).toBe(201);
      await api('POST', `/v1/verifications/${signIn.body.id}/cancel`);
      await world.service.journey.settled();
      await world.time.advance(150_000);
    }
    expect((await request(api, '+46701511999', { userId: 'late' })).status).toBe(201);
  });

  test('comes from the sender of its country, and the call from a line', async () => {
    const { api } = await on();
    const number = '+4741234567';
    world.simulator.desk.script(number, 'press-pound');
    const { body } = await request(api, number);
    await world.time.advance(20_000);
    await instead(api, body.id);
    await world.settle();
    expect(textsTo(number)[0]?.from).toBe('Contoso Ltd');
    expect(callsTo(number)[0]?.from).toBe('+12025550100');
    expect(await read(api, body.id)).toMatchObject({ outcome: 'approved' });
  });

  test('has no sender of its own in countries that the operator is told of', async () => {
    await on({ countries: { allowed: ['NO', 'FI', 'EE', 'DK'] } });
    await on({ countries: { allowed: ['LV'] }, textMessage: { allowed: false } });
    const { policies } = world.service;
    expect(await unnamedSenders(world.config.lines, world.db, policies.current)).toEqual(['EE', 'FI']);
  });

  const failing = (errorCode: number) => ({
    pickUp: { kind: 'ignore' as const },
    reactions: [],
    texts: { kind: 'undelivered' as const, afterMs: 2_000, errorCode },
  });
  test.each([
    ['a name', '+4741234568', 30007],
    ['a name', '+4741234569', 30042],
    ['a number of the country', '+4520123456', 30007],
    ['a number of the country', '+4520123457', 30034],
    ['the first line', '+46701262222', 30007],
    ['a name where there are none', '+12025550177', 21612],
  ])(
    'from %s to %s that fails with %i is the affair of the operator, and a call helps',
    async (_, number, code) => {
      if (code !== 21612) world.simulator.desk.script(number, failing(code));
      const { body } = await request(world.api, number);
      await world.settle();
      const ended = await read(world.api, body.id);
      expect(ended).toMatchObject({ outcome: 'undelivered', errorCode: String(code) });
      expect(ended.outcomeText.forUser).toMatch(/ask for a call/i);
      const told = world.log.filter((each) => each.includes(`"${body.id}"`) && each.includes('"alarm":true'));
      expect(told).toHaveLength(1);
    },
  );

  test('is not tried again in the last minute of its code', async () => {
    const { api } = await on();
    const number = newMobile();
    const { body } = await request(api, number);
    await world.time.advance(500_000);
    world.simulator.faults.next('createText', 'tooManyRequests', { to: number, times: 50 });
    await api('POST', `/v1/verifications/${body.id}/resend`);
    await world.settle();
    world.simulator.faults.clear();
    expect(textsTo(number)).toHaveLength(1);
    const tries = await world.db
      .selectFrom('callAttempt')
      .select('startedAt')
      .where('verificationId', '=', body.id)
      .execute();
    expect(tries.length).toBeGreaterThan(2);
    const { expiresAt, outcome } = await read(api, body.id);
    expect(outcome).toBe('providerError');
    for (const { startedAt } of tries)
      expect(startedAt.getTime()).toBeLessThanOrEqual(Date.parse(expiresAt) - 60_000);
  });
});
