// A mobile phone is verified by a text message: the code comes, is typed, and the phone is registered.
import { describe, expect, test, vi } from 'vitest';
import { ServiceError } from '../../src/errors.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import type { World } from '../support/world.ts';

const ANOTHER = (code: string, n = 1) => String((Number(code) + n) % 1_000_000).padStart(6, '0');

describeWorlds('a verification by text message', ({ world, combination }) => {
  // The embedded store does one thing at a time.
  const MANY = combination === 'embedded' ? 200 : 1_000;
  let mobiles = 0;
  const newMobile = () => `+4670123${4000 + mobiles++}`;

  /** Asks for a code on a phone that takes texts, and lets it arrive. */
  async function sent(number = newMobile(), extra: Record<string, unknown> = {}) {
    const answer = await request(world, number, extra);
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    await world.sendTexts();
    return { number, id: answer.body.id as string, created: answer.body };
  }
  const check = (id: string, code: unknown) => world.api('POST', `/v1/verifications/${id}/check`, { code });
  const resend = (id: string) => world.api('POST', `/v1/verifications/${id}/resend`);
  const textsTo = (number: string) => world.simulator.texts().filter(({ to }) => to === number);

  test('registers the phone once the code is typed', async () => {
    const { number, id, created } = await sent();
    expect(created).toMatchObject({
      ...{ channel: 'sms', phoneType: 'mobile', state: 'queued', progress: 'queued' },
      challenge: { type: 'code', digits: null },
    });
    expect(await world.read(id)).toMatchObject({ state: 'sent', progress: 'delivered', outcome: null });
    const answer = await check(id, world.codeOn(number));
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ state: 'finished', outcome: 'approved' });
    expect(answer.body.outcomeText.forUser).toBe('Your phone is verified.');
    const phones = await world.api('GET', `/v1/users/${created.userId}/phone-methods`);
    expect(JSON.stringify(phones.body)).toContain(number.slice(3));
    expect(textsTo(number)).toHaveLength(1);
  });

  test('leaves no job behind once the code was typed', async () => {
    const { number, id } = await sent();
    const { queue } = world.service.jobs;
    expect(await queue.getJobState(id)).toBe('delayed');
    await check(id, world.codeOn(number));
    await vi.waitFor(async () => expect(await queue.getJob(id)).toBeUndefined(), SOON);
  });

  test('stays approved when its job could not be removed', async () => {
    const { number, id } = await sent();
    const { queue } = world.service.jobs;
    vi.spyOn(queue, 'remove').mockRejectedValueOnce(new Error('away'));
    await check(id, world.codeOn(number));
    await vi.waitFor(() => expect(world.log.join('')).toContain('the job could not be removed'), SOON);
    await (await queue.getJob(id))?.promote();
    await vi.waitFor(async () => expect(await queue.getJob(id)).toBeUndefined(), SOON);
    expect(await world.read(id)).toMatchObject({ outcome: 'approved', state: 'finished' });
  });

  test('says in the language of the person what the code is for', async () => {
    const { number } = await sent(newMobile(), { locale: 'sv-SE' });
    const [text] = textsTo(number);
    expect(text?.body).toContain('contoso');
    expect(text?.body).toContain(world.codeOn(number));
  });

  test('counts wrong codes, and ends with the fifth', async () => {
    const { number, id } = await sent();
    const code = world.codeOn(number);
    for (const checksLeft of [4, 3, 2, 1, 0])
      expect((await check(id, ANOTHER(code, checksLeft + 1))).body).toMatchObject({
        ...{ code: 'code.wrong', status: 422, checksLeft },
      });
    expect((await check(id, code)).body.code).toBe('verification.alreadyDecided');
    await world.settle();
    expect(await world.read(id)).toMatchObject({ outcome: 'wrongDigits', state: 'finished' });
  });

  test('gives any number of wrong codes at once no sixth chance', async () => {
    const { number, id } = await sent();
    const code = world.codeOn(number);
    // Behind HTTP, since a process answers only so many requests at once.
    const { checkCode } = world.service.journey;
    const checks = await Promise.allSettled(
      Array.from({ length: MANY }, (_, n) => checkCode('contoso', id, ANOTHER(code, n + 1))),
    );
    const codes = checks.map((each) => (each.status === 'rejected' ? codeOf(each.reason) : 'approved'));
    expect(Map.groupBy(codes, (each) => each).get('code.wrong')).toHaveLength(5);
    expect(new Set(codes)).toContain('verification.alreadyDecided');
    expect(codes).not.toContain('approved');
    expect((await check(id, code)).status).toBe(409);
  });

  test('is won by one of two hundred right codes at once', async () => {
    const { number, id, created } = await sent();
    const code = world.codeOn(number);
    const answers = await Promise.all(Array.from({ length: 200 }, () => check(id, code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    await world.settle();
    const passwords = await world.api('GET', `/v1/users/${created.userId}/app-passwords`);
    expect(passwords.body.value).toHaveLength(1);
  });

  test('keeps the code when it is sent again, and the earlier text stays good', async () => {
    const { number, id } = await sent();
    const code = world.codeOn(number);
    expect((await resend(id)).body).toMatchObject({ code: 'limit.reached' });
    await world.time.advance(30_000);
    expect((await resend(id)).status).toBe(202);
    await world.sendTexts();
    expect(textsTo(number)).toHaveLength(2);
    expect(world.codeOn(number)).toBe(code);
    expect((await check(id, code)).status).toBe(200);
  });

  test('never refills the checks by sending again', async () => {
    const { number, id } = await sent();
    const code = world.codeOn(number);
    await check(id, ANOTHER(code));
    await check(id, ANOTHER(code));
    await world.time.advance(30_000);
    await resend(id);
    await world.sendTexts();
    expect((await check(id, ANOTHER(code))).body.checksLeft).toBe(2);
  });

  test('sends at most five texts to a number in ten minutes', async () => {
    const number = newMobile();
    const { id } = await sent(number);
    for (let again = 0; again < 4; again += 1) {
      await world.time.advance(30_000);
      expect((await resend(id)).status).toBe(202);
      await world.sendTexts();
    }
    await world.time.advance(30_000);
    expect((await resend(id)).body.code).toBe('limit.reached');
    const other = await request(world, number, { userId: 'somebody-else' });
    expect(other.body).toMatchObject({ code: 'limit.reached', status: 429 });
    expect(textsTo(number)).toHaveLength(5);
  });

  test('expires ten minutes after the first text, however often it was sent', async () => {
    const { number, id } = await sent();
    const code = world.codeOn(number);
    await world.time.advance(595_000);
    const late = await check(id, code);
    expect(late.body).toMatchObject({ code: 'code.expired', status: 410 });
    await world.settle();
    expect(await world.read(id)).toMatchObject({ outcome: 'expired', state: 'finished' });
  });

  test('takes the code as people type it', async () => {
    for (const typed of [
      (code: string) => ` ${code.slice(0, 3)} ${code.slice(3)} `,
      (code: string) => code.split('').join('-'),
      (code: string) => code.replaceAll(/\d/g, (digit) => String.fromCodePoint(0x0660 + Number(digit))),
      (code: string) => code.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
    ]) {
      const { number, id } = await sent();
      expect((await check(id, typed(world.codeOn(number)))).status).toBe(200);
    }
  });

  test('is refused for what is surely a landline, before a text is paid for', async () => {
    const answer = await request(world, '+46812345678');
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toEqual([
      { field: '/number', rule: expect.stringMatching(/looks like a landline.*request a call instead/) },
    ]);
    expect(textsTo('+46812345678')).toEqual([]);
  });

  test('ends with the offer of a call where only the network knows a landline', async () => {
    const number = newMobile();
    world.simulator.desk.script(number, 'landline');
    const { id } = await sent(number);
    await world.settle();
    expect(await world.read(id)).toMatchObject({ outcome: 'undelivered', errorCode: '30006' });
    expect((await world.read(id)).outcomeText.forUser).toMatch(/ask for a call/);
  });

  test('says STOP to whoever stopped its texts, and sends no more', async () => {
    const number = newMobile();
    const first = await sent(number);
    await check(first.id, world.codeOn(number));
    const [text] = textsTo(number);
    world.simulator.answerText({ from: number, to: text?.from ?? '', body: 'stop' });
    const { id } = await sent(number);
    await world.settle();
    expect(await world.read(id)).toMatchObject({ outcome: 'undelivered', errorCode: '21610' });
    expect(textsTo(number)).toHaveLength(1);
  });

  test('sends one text when the answer of the provider is lost after it took it', async () => {
    const number = newMobile();
    world.simulator.faults.next('createText', 'acceptAndDrop', { to: number });
    world.simulator.faults.webhooks({ kind: 'text', do: 'lose', to: number });
    const answer = await request(world, number);
    await world.sendTexts();
    await world.time.advance(60_000);
    await world.sendTexts();
    world.simulator.faults.clear();
    expect(textsTo(number)).toHaveLength(1);
    expect((await world.read(answer.body.id)).state).toBe('sent');
    expect((await check(answer.body.id, world.codeOn(number))).status).toBe(200);
  });

  test('sends it again when the provider never got the request', async () => {
    const number = newMobile();
    world.simulator.faults.next('createText', 'drop', { to: number });
    const answer = await request(world, number);
    await world.sendTexts();
    expect(textsTo(number)).toHaveLength(1);
    expect((await check(answer.body.id, world.codeOn(number))).status).toBe(200);
  });

  test('signs in with the registered mobile, and with no other', async () => {
    const { number, id, created } = await sent();
    const { userId } = created;
    await check(id, world.codeOn(number));
    const other = await request(world, newMobile(), { userId, purpose: 'signIn' });
    expect(other.body.code).toBe('number.notRegistered');
    const signIn = await world.api('POST', '/v1/verifications', {
      userId,
      purpose: 'signIn',
      channel: 'sms',
    });
    expect(signIn.status).toBe(201);
    await world.sendTexts();
    expect((await check(signIn.body.id, world.codeOn(number))).body.outcome).toBe('approved');
  });

  test('signs in also where a stranger has texts sent to the number', async () => {
    const { number, id, created } = await sent();
    await check(id, world.codeOn(number));
    await world.time.advance(600_000);
    const strange = await request(world, number, { userId: 'a-stranger' });
    await world.sendTexts();
    for (let again = 0; again < 4; again += 1) {
      await world.time.advance(30_000);
      expect((await resend(strange.body.id)).status).toBe(202);
      await world.sendTexts();
    }
    const own = { userId: created.userId, purpose: 'signIn', channel: 'sms' };
    const signIn = await world.api('POST', '/v1/verifications', own);
    expect(signIn.status, JSON.stringify(signIn.body)).toBe(201);
    await world.sendTexts();
    expect((await check(signIn.body.id, world.codeOn(number))).body.outcome).toBe('approved');
  });

  test('can be canceled, and its code is worth nothing then', async () => {
    const { number, id } = await sent();
    await world.api('POST', `/v1/verifications/${id}/cancel`);
    expect((await check(id, world.codeOn(number))).body.code).toBe('verification.alreadyDecided');
  });

  test("is nobody else's: another tenant finds nothing to check or to send", async () => {
    const { number, id } = await sent();
    const { api } = await world.addTenant(`other-${number.slice(-4)}`);
    for (const [path, body] of [
      ['check', { code: world.codeOn(number) }],
      ['resend', undefined],
    ] as const)
      expect((await api('POST', `/v1/verifications/${id}/${path}`, body)).body.code).toBe(
        'verification.notFound',
      );
  });

  test('keeps no code anywhere: not in the registry, the queue or the log', async () => {
    const { number, id } = await sent();
    const code = world.codeOn(number);
    const tables = await world.db
      .selectFrom('verification')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    const jobs = await world.service.jobs.queue.getJobs();
    const kept = JSON.stringify([tables, jobs.map(({ data }) => data), world.log]);
    expect(kept).not.toMatch(new RegExp(`\\b${code}\\b`));
    expect(tables.codeSeed).toMatch(/^\w+\.[\w-]{24}$/);
  });

  describe('by call to the mobile', () => {
    test('registers it, too', async () => {
      const number = newMobile();
      world.simulator.desk.script(number, 'press-pound');
      const { body } = await world.api('POST', '/v1/verifications', {
        ...{ userId: 'mobile-by-call', number, phoneType: 'mobile' },
      });
      await world.settle();
      expect(await world.read(body.id)).toMatchObject({
        outcome: 'approved',
        phoneType: 'mobile',
        channel: 'call',
      });
    });
  });
});

/** What a refusal is; anything else, such as a connection that came too late, is an answer 503 over HTTP. */
function codeOf(error: unknown): string {
  return error instanceof ServiceError ? error.code : 'service.unavailable';
}

function request(world: World, number: string, extra: Record<string, unknown> = {}) {
  return world.api('POST', '/v1/verifications', {
    ...{ userId: `mobile-${number.slice(-4)}`, number, channel: 'sms' },
    ...extra,
  });
}
