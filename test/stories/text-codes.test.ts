// Codes of text messages that are guessed, mixed up, typed late or begin with a zero.
import { expect, test } from 'vitest';
import { createPoundkeyClient } from '../../src/client.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { setPolicy } from '../support/set-policy.ts';
import { anotherCode } from '../support/sign-ins.ts';
import type { World } from '../support/world.ts';

const ROOMY = { count: 1_000, windowS: 3_600 };
const OPTIONS = {
  policy: {
    limits: { perUser: ROOMY, perNumber: ROOMY },
    textMessage: { unentered: { perPrefix: null, perCountry: null } },
  },
};

describeWorlds('the code of a text message', OPTIONS, ({ world, combination }) => {
  let mobiles = 0;
  const newMobile = () => `+4670126${4000 + mobiles++}`;
  const ask = async (userId: string, number: string, extra: Record<string, unknown> = {}) => {
    const answer = await world.api('POST', '/v1/verifications', { userId, number, channel: 'sms', ...extra });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    await world.sendTexts();
    return answer.body.id as string;
  };
  const check = (id: string, code: string, api: World['api'] = world.api) =>
    api('POST', `/v1/verifications/${id}/check`, { code });
  const textsTo = (number: string) => world.simulator.texts().filter(({ to }) => to === number);

  test('of the first of three texts is right after the third', async () => {
    const number = newMobile();
    const id = await ask('patient', number);
    const first = world.codeOn(number);
    for (let again = 0; again < 2; again += 1) {
      await world.time.advance(30_000);
      expect((await world.api('POST', `/v1/verifications/${id}/resend`)).status).toBe(202);
      await world.sendTexts();
    }
    expect(textsTo(number)).toHaveLength(3);
    expect((await check(id, first)).body.outcome).toBe('approved');
  });

  test.each([
    ['is refused', { refuse: { status: 400, code: 21614, message: 'Not a mobile number' } }, 1],
    ['is lost three times', 'drop', 3],
  ] as const)('is right although the second text %s', async (_, fault, times) => {
    const number = newMobile();
    const id = await ask('resends', number);
    const code = world.codeOn(number);
    await world.time.advance(30_000);
    world.simulator.faults.next('createText', fault, { to: number, times });
    await world.api('POST', `/v1/verifications/${id}/resend`);
    await world.sendTexts();
    world.simulator.faults.clear();
    expect(await world.read(id)).toMatchObject({ state: 'sent', progress: 'sent', outcome: null });
    expect((await check(id, code)).body.outcome).toBe('approved');
    expect(textsTo(number)).toHaveLength(1);
  });

  test('goes out no more in its last minute, also where the answer to a text was lost', async () => {
    const number = newMobile();
    const id = await ask('lost-late', number);
    await world.time.advance(500_000);
    world.simulator.faults.next('createText', 'drop', { to: number });
    expect((await world.api('POST', `/v1/verifications/${id}/resend`)).status).toBe(202);
    await world.settle();
    expect(textsTo(number)).toHaveLength(1);
    expect(await world.read(id)).toMatchObject({ state: 'finished', outcome: 'expired' });
  });

  test('lives ten minutes from the first text that the network does not put off', async () => {
    const number = newMobile();
    world.simulator.faults.next('createText', 'tooManyRequests', { to: number, times: 4 });
    const id = await ask('waits', number);
    world.simulator.faults.clear();
    expect(textsTo(number).map(({ validityS }) => validityS)).toEqual([600]);
    expect((await check(id, world.codeOn(number))).body.outcome).toBe('approved');
  });

  test('is guessed fifty times in a day for one number, whoever it is asked for, and no more', async () => {
    const number = newMobile();
    let users = 0;
    const wrongs = async (count: number) => {
      const ids: string[] = [];
      for (let n = 0; n < count; n += 1) ids.push(await ask(`guesser-${users++}`, number));
      const code = world.codeOn(number);
      const answers = await Promise.all(
        ids.flatMap((id, of) => [1, 2, 3, 4, 5, 6].map((n) => check(id, anotherCode(code, 10 * of + n)))),
      );
      await world.settle();
      // Also for what is not wanted, a number has to wait.
      await world.time.advance(1_000_000);
      return answers.filter(({ body }) => body.code === 'code.wrong').length;
    };
    expect(await wrongs(5)).toBe(25);
    expect(await wrongs(5)).toBe(25);
    const id = await ask(`guesser-${users++}`, number);
    const refused = await check(id, world.codeOn(number));
    expect(refused.body).toMatchObject({ code: 'limit.reached', status: 429 });
    expect(refused.body.detail).toMatch(/in this and other verifications/);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(80_000);
    const other = newMobile();
    const bystander = await ask('bystander', other);
    expect((await check(bystander, world.codeOn(other))).body.outcome).toBe('approved');
    await world.api('POST', `/v1/verifications/${id}/cancel`);
    await world.time.advance(86_400_000);
    const later = await ask(`guesser-${users++}`, number);
    expect((await check(later, world.codeOn(number))).body.outcome).toBe('approved');
  });

  test('is wrong, and counted, for any other verification, number or purpose', async () => {
    const [one, other] = [newMobile(), newMobile()];
    const registered = await ask('has-two-purposes', one);
    await check(registered, world.codeOn(one));
    const codes = new Map<string, string>();
    const signIn = await ask('has-two-purposes', one, { purpose: 'signIn', number: undefined });
    codes.set(signIn, world.codeOn(one));
    const sameNumber = await ask('same-number', one);
    codes.set(sameNumber, world.codeOn(one));
    const otherNumber = await ask('other-number', other);
    codes.set(otherNumber, world.codeOn(other));
    for (const [id, right] of codes) {
      const wrong = [...codes.values()].filter((code) => code !== right);
      for (const [tries, code] of wrong.entries())
        expect((await check(id, code)).body).toMatchObject({ code: 'code.wrong', checksLeft: 4 - tries });
    }
    const { api } = await world.addTenant(`codes-${combination.replaceAll('+', '-')}`);
    for (const [id, right] of codes) {
      expect((await check(id, right, api)).body.code).toBe('verification.notFound');
      expect((await check(id, right)).body.outcome).toBe('approved');
    }
  });

  test('keeps the zeros at its beginning on every way', async () => {
    const client = createPoundkeyClient({ baseUrl: `${world.service.url}/`, apiKey: world.key });
    let begins = 0;
    for (let n = 0; n < 300 && begins < 2; n += 1) {
      const number = newMobile();
      const id = await ask(`zero-${n}`, number);
      const code = world.codeOn(number);
      if (!code.startsWith('0')) {
        await world.api('POST', `/v1/verifications/${id}/cancel`);
        continue;
      }
      begins += 1;
      const asNumber = await world.api('POST', `/v1/verifications/${id}/check`, { code: Number(code) });
      expect(asNumber).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
      expect(asNumber.body.errors[0].rule).toMatch(/would lose zeros/);
      if (begins === 1) expect((await client.checkCode(id, code)).outcome).toBe('approved');
      else expect((await check(id, code)).body.outcome).toBe('approved');
    }
    expect(begins).toBe(2);
  });

  test('stands where the policy says that phones and apps look for it', async () => {
    const before = (await world.api('GET', '/v1/policy')).body.policy;
    const bind = (textMessage: object) =>
      setPolicy(world, { ...before, textMessage: { ...before.textMessage, ...textMessage } });
    const linesOf = async () => {
      const number = newMobile();
      const id = await ask(`bound-${number}`, number);
      const code = world.codeOn(number);
      expect((await check(id, code)).body.outcome).toBe('approved');
      return (textsTo(number)[0]?.body ?? '').replaceAll(code, 'CODE').split('\n').slice(1);
    };
    expect(await linesOf()).toEqual([]);
    await bind({ codeHost: 'login.contoso.example' });
    expect(await linesOf()).toEqual(['@login.contoso.example #CODE']);
    await bind({ codeHost: 'login.contoso.example', androidAppHash: 'FA+9qCX9VSu' });
    expect(await linesOf()).toEqual(['FA+9qCX9VSu', '@login.contoso.example #CODE']);
    await bind({ androidAppHash: 'FA+9qCX9VSu' });
    expect(await linesOf()).toEqual(['FA+9qCX9VSu']);
    await bind({});
  });

  test('is as good as the network may try to send it, and says that it is too late for hours', async () => {
    const number = newMobile();
    const id = await ask('late', number);
    await world.time.advance(400_000);
    await world.api('POST', `/v1/verifications/${id}/resend`);
    await world.sendTexts();
    const [first = 0, second = 0] = textsTo(number).map(({ validityS }) => validityS);
    expect(first).toBeGreaterThan(590);
    expect(first).toBeLessThanOrEqual(600);
    expect(second).toBeGreaterThan(150);
    expect(second).toBeLessThanOrEqual(200);
    const code = world.codeOn(number);
    await world.settle();
    await world.time.advance(7_200_000);
    const late = await check(id, code);
    expect(late.body).toMatchObject({ code: 'code.expired', status: 410 });
    expect(late.body.detail).toMatch(/by text message or by call/);
  });
});
