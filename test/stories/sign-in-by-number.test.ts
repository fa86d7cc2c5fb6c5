// Somebody types the number of their mobile as user name: a code comes, is typed, and the backend learns who it is.
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { ServiceError } from '../../src/errors.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import { setPolicy } from '../support/set-policy.ts';
import { anotherCode, askSignIn, newMobile, setSignIn, signer } from '../support/sign-ins.ts';

const POLICY = { smsSignIn: { allowed: true } };

const OPTIONS = { policy: POLICY, config: { webhooks: { allowPrivate: true, timeLimitMs: 500 } } };

describeWorlds('a sign-in by number', OPTIONS, ({ world }) => {
  const read = (id: string) => world.api('GET', `/v1/sign-ins/${id}`);
  const check = (id: string, code: unknown) => world.api('POST', `/v1/sign-ins/${id}/check`, { code });
  const resend = (id: string) => world.api('POST', `/v1/sign-ins/${id}/resend`);
  const cancel = (id: string) => world.api('POST', `/v1/sign-ins/${id}/cancel`);
  const textsTo = (number: string) => world.simulator.texts().filter(({ to }) => to === number);
  const rowOf = (id: string) =>
    world.db.selectFrom('verification').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

  /** Asks, and lets the text arrive, if there is one. */
  async function sent(number: string, extra: Record<string, unknown> = {}) {
    const answer = await askSignIn(world, number, extra);
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    await world.sendTexts();
    return { id: answer.body.id as string, body: answer.body, code: world.codeOn(number) };
  }

  /** As a process leaves it that dies after the right code. */
  async function leaveApproved(id: string, forMs = 0): Promise<void> {
    const now = new Date(world.time.now());
    const wakeAt = new Date(world.time.now() + forMs);
    await sql`update verification set state = 'decided', outcome = 'approved', live = true, decided_at = ${now},
      wake_at = ${wakeAt} where id = ${id}`.execute(world.db);
  }

  test('gives the backend a signed assertion of who it is, once the code is typed', async () => {
    const { number, userId, phoneMethodId } = await signer(world);
    const verifiedAt = Math.floor(world.time.now() / 1000) * 1000;
    await world.time.advance(30 * 86_400_000);
    const asked = await askSignIn(world, number, { nonce: 'n-of-the-backend' });
    expect(asked.status).toBe(201);
    expect(asked.headers.get('location')).toBe(`/v1/sign-ins/${asked.body.id}`);
    expect(asked.body).toEqual({
      ...{ id: expect.any(String), status: 'pending', createdAt: expect.any(String) },
      ...{ expiresAt: expect.any(String), resendAfter: expect.any(String) },
    });
    expect(Date.parse(asked.body.expiresAt) - Date.parse(asked.body.createdAt)).toBe(600_000);
    await world.sendTexts();
    expect((await read(asked.body.id)).body).toEqual(asked.body);
    const { status, body } = await check(asked.body.id, world.codeOn(number));
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({ status: 'approved', deviceToken: expect.any(String), resendAfter: null });
    const keys = createRemoteJWKSet(new URL(`${world.service.url}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(body.assertion, keys, {
      audience: 'contoso',
      currentDate: new Date(world.time.now()),
    });
    expect(payload).toMatchObject({
      sub: userId,
      nonce: 'n-of-the-backend',
      amr: ['sms'],
      tenant: 'contoso',
      // Numbers are given to others: whoever lets the user in may want to know how old this is.
      phone_verified_at: verifiedAt / 1000,
    });
    const phone = world.db.selectFrom('phoneMethod').select('signInUsedAt').where('id', '=', phoneMethodId);
    expect((await phone.executeTakeFirstOrThrow()).signInUsedAt).toEqual(new Date(world.time.now()));
    const redeemed = await world.api('POST', '/v1/assertions/redeem', {
      ...{ assertion: body.assertion, nonce: 'n-of-the-backend' },
    });
    expect(redeemed.body).toMatchObject({ userId, verificationId: asked.body.id });
    expect((await check(asked.body.id, world.codeOn(number))).body).toMatchObject({
      ...{ status: 409, code: 'signIn.alreadyDecided' },
    });
    expect(textsTo(number)).toHaveLength(1);
    const events = await world.api('GET', `/v1/audit-events?userId=${userId}`);
    expect(JSON.stringify(events.body)).toContain('"byNumber":true');
  });

  test('texts nobody where the number is nobody’s, and looks the same', async () => {
    const { number } = await signer(world);
    const [known, unknown] = [await sent(number), await sent(newMobile())];
    expect(Object.keys(unknown.body)).toEqual(Object.keys(known.body));
    expect(textsTo(number)).toHaveLength(1);
    expect(unknown.code).toBe('');
    expect(await rowOf(unknown.id)).toMatchObject({ userId: '', decoy: 'unknownNumber', state: 'sent' });
    for (const left of [4, 3, 2, 1, 0]) {
      const answers = [await check(known.id, anotherCode(known.code)), await check(unknown.id, '123456')];
      for (const { body } of answers) expect(body).toMatchObject({ code: 'code.wrong', checksLeft: left });
    }
    await world.service.journey.settled();
    for (const { id } of [known, unknown]) expect((await read(id)).body.status).toBe('failed');
    const audit = world.db.selectFrom('auditEvent').selectAll().where('verificationId', '=', unknown.id);
    expect(await audit.execute()).toEqual([]);
  });

  test('texts nobody in the last minute of a code, also where no text was sent yet', async () => {
    const { number } = await signer(world);
    const { queue } = world.service.jobs;
    await queue.pause();
    const asked = await Promise.all([number, newMobile()].map((each) => askSignIn(world, each)));
    await world.time.advance(545_000);
    await queue.resume();
    await world.settle();
    expect(textsTo(number)).toEqual([]);
    for (const { body } of asked) expect((await read(body.id)).body.status).toBe('expired');
  });

  test.each([
    ['brazil without the ninth digit', '+55 11 8123-4567', '+5511981234567'],
    ['brazil, as dialled there', '11 8123-4568', '+5511981234568', 'BR'],
    ['mexico with the 1', '+52 1 55 1234 5678', '+525512345678'],
    ['argentina without the 9', '+54 11 2345 6789', '+5491123456789'],
  ])('finds its owner by the other form of the number: %s', async (_, typed, number, country?: string) => {
    await signer(world, number);
    const { code, id } = await sent(typed, country ? { country } : {}).then((each) => ({
      ...each,
      code: world.codeOn(number),
    }));
    expect((await check(id, code)).body.status).toBe('approved');
  });

  test('is seen by nothing that shows verifications of users', async () => {
    const { number, userId } = await signer(world);
    for (const { id } of [await sent(number), await sent(newMobile())]) {
      for (const [method, path, body] of [
        ['GET', '', undefined],
        ['GET', '/events', undefined],
        ['POST', '/cancel', undefined],
        ['POST', '/resend', undefined],
        ['POST', '/check', { code: '123456' }],
        ['POST', '/reveal-app-password', undefined],
        ['POST', '/assertion', { nonce: 'n' }],
      ] as const)
        expect((await world.api(method, `/v1/verifications/${id}${path}`, body)).status, path).toBe(404);
    }
    const listed = await world.api('GET', `/v1/verifications?userId=${userId}`);
    expect(listed.body.value).toEqual([]);
    const { id } = (await world.request('press-pound')) as { id: string };
    expect((await read(id)).body.code).toBe('signIn.notFound');
    expect((await cancel(id)).body.code).toBe('signIn.notFound');
    await world.settle();
  });

  test('leaves the user everything else: verifications, limits, locks, the index of open ones', async () => {
    const { number, userId } = await signer(world);
    const asked = await Promise.all(Array.from({ length: 5 }, () => askSignIn(world, number)));
    expect(asked.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    await world.sendTexts();
    for (const { body } of asked)
      for (let n = 0; n < 5; n += 1) await check(body.id, anotherCode(world.codeOn(number), n + 1));
    const failures = await sql`select * from challenge_failure where user_id = ${userId}`.execute(world.db);
    expect(failures.rows).toEqual([]);
    const own = await world.api('POST', '/v1/verifications', { userId, purpose: 'signIn', channel: 'sms' });
    expect(own.status, JSON.stringify(own.body)).toBe(201);
    await world.sendTexts();
    const answer = await world.api('POST', `/v1/verifications/${own.body.id}/check`, {
      code: world.codeOn(number),
    });
    expect(answer.body.outcome).toBe('approved');
  });

  test('ends with a decoy where anything about the user stands against it', async () => {
    const blocked = await signer(world);
    await world.api('PUT', `/v1/users/${blocked.userId}/block`, { reason: 'lost' });
    const disabled = await signer(world);
    await setSignIn(world, disabled.phoneMethodId, false);
    const locked = await signer(world);
    await sql`insert into challenge_failure (tenant_id, user_id, challenge, failures, locked_until, updated_at)
      values ('contoso', ${locked.userId}, 'code', 3, ${new Date(world.time.now() + 9e5)}, now())`.execute(
      world.db,
    );
    const reasons = [];
    for (const { number } of [blocked, disabled, locked]) {
      const { id } = await sent(number);
      reasons.push((await rowOf(id)).decoy);
      expect((await read(id)).body.status).toBe('pending');
      expect(textsTo(number)).toEqual([]);
    }
    expect(reasons).toEqual(['userBlocked', 'unknownNumber', 'challengeLocked']);
  });

  test('is no more after the number was taken away, also where the code is on its way', async () => {
    for (const end of [
      ({ userId }: { userId: string }) => world.api('PUT', `/v1/users/${userId}/block`, { reason: 'lost' }),
      ({ userId, phoneMethodId }: { userId: string; phoneMethodId: string }) =>
        world.api('DELETE', `/v1/users/${userId}/phone-methods/${phoneMethodId}`),
      ({ userId }: { userId: string }) => world.api('POST', `/v1/users/${userId}/require-reregistration`),
      // An administrator enters another number in its place.
      ({ userId, phoneMethodId }: { userId: string; phoneMethodId: string }) => {
        const path = `/v1/users/${userId}/phone-methods/${phoneMethodId}`;
        return world.api('PATCH', path, { number: newMobile() });
      },
      // Its user says on the phone that somebody else asked for a call.
      async ({ userId, number }: { userId: string; number: string }) => {
        world.simulator.desk.script(number, 'fraud');
        const call = { userId, purpose: 'signIn', phoneType: 'mobile' };
        const { body } = await world.api('POST', '/v1/verifications', call);
        const outcome = async () => {
          await world.time.advance(1_000);
          return (await world.read(body.id)).outcome;
        };
        await expect.poll(outcome, SOON).toBe('fraudReported');
        return world.api('GET', '/v1/key');
      },
      ({ userId }: { userId: string }) => world.api('DELETE', `/v1/users/${userId}`),
      // Also where it is a user name again.
      async ({ userId, phoneMethodId }: { userId: string; phoneMethodId: string }) => {
        const path = `/v1/users/${userId}/phone-methods/${phoneMethodId}`;
        await world.api('POST', `${path}/disable-sms-sign-in`);
        await world.time.advance(1_000);
        return world.api('POST', `${path}/enable-sms-sign-in`);
      },
    ]) {
      const user = await signer(world);
      const { id, code } = await sent(user.number);
      const ended = await end(user);
      expect(ended.status, JSON.stringify(ended.body)).toBeLessThan(300);
      await world.service.journey.settled();
      expect((await read(id)).body.status).toBe('pending');
      expect((await check(id, code)).body).toMatchObject({ code: 'code.wrong', checksLeft: 4 });
      for (let n = 0; n < 4; n += 1) await check(id, code);
      await world.service.journey.settled();
      expect((await read(id)).body.status).toBe('failed');
    }
  });

  test('is texted to nobody once its number was taken away, also where it is a user name again', async () => {
    const { number, userId, phoneMethodId } = await signer(world);
    world.simulator.faults.next('createText', 'tooManyRequests', { to: number });
    const { body } = await askSignIn(world, number);
    const rowOf = () =>
      world.db
        .selectFrom('verification')
        .select(['state', 'attempts', 'decoy'])
        .where('id', '=', body.id)
        .executeTakeFirstOrThrow();
    await expect.poll(rowOf, SOON).toMatchObject({ state: 'queued', attempts: 1 });
    const path = `/v1/users/${userId}/phone-methods/${phoneMethodId}`;
    await world.api('POST', `${path}/disable-sms-sign-in`);
    await world.time.advance(1_000);
    await world.api('POST', `${path}/enable-sms-sign-in`);
    await world.sendTexts();
    expect(world.simulator.texts().filter(({ to }) => to === number)).toEqual([]);
    expect(await rowOf()).toEqual({ state: 'sent', attempts: 2, decoy: 'notAllowedAnyMore' });
    expect((await read(body.id)).body.status).toBe('pending');
  });

  test('posts an outcome webhook when it is approved, and otherwise none', async () => {
    await world.api('PUT', '/v1/webhook-endpoint', { url: 'http://127.0.0.1:1/outcomes' });
    const [one, other] = [await signer(world), await signer(world)];
    const [approved, wrong, nobodys] = [
      await sent(one.number),
      await sent(other.number),
      await sent(newMobile()),
    ];
    const [canceled, alsoNobodys] = [await sent(other.number), await sent(newMobile())];
    expect((await check(approved.id, approved.code)).body.status).toBe('approved');
    for (const { id, code } of [wrong, nobodys])
      for (let n = 0; n < 5; n += 1) await check(id, anotherCode(code || '0'));
    for (const { id } of [canceled, alsoNobodys]) await cancel(id);
    await world.service.journey.settled();
    const ids = [approved, wrong, nobodys, canceled, alsoNobodys].map(({ id }) => id);
    const told = await world.db
      .selectFrom('outbox')
      .select(['verificationId', 'type'])
      .where('verificationId', 'in', ids)
      .execute();
    expect(told).toEqual([{ verificationId: approved.id, type: 'verification.finished' }]);
    await world.api('DELETE', '/v1/webhook-endpoint');
  });

  test('is not approved where its number was taken away before it was completed', async () => {
    const { userId, number, phoneMethodId } = await signer(world);
    const { id } = await sent(number);
    await leaveApproved(id);
    const path = `/v1/users/${userId}/phone-methods/${phoneMethodId}/disable-sms-sign-in`;
    expect((await world.api('POST', path)).status).toBeLessThan(300);
    expect((await read(id)).body.status).toBe('pending');
    await world.settle();
    expect((await read(id)).body.status).toBe('failed');
    expect(await rowOf(id)).toMatchObject({ outcome: 'blocked', errorCode: 'smsSignInEnded', decoy: null });
    const told = world.db.selectFrom('outbox').selectAll().where('verificationId', '=', id);
    expect(await told.execute()).toEqual([]);
  });

  test('is pending while its approval is completed, and has failed where no assertion was issued', async () => {
    const { number } = await signer(world);
    const { id } = await sent(number);
    await leaveApproved(id);
    for (const path of ['/cancel', '/resend', '/check']) {
      const body = path === '/check' ? { code: world.codeOn(number) } : undefined;
      const answer = await world.api('POST', `/v1/sign-ins/${id}${path}`, body);
      expect(answer, path).toMatchObject({ status: 409, body: { code: 'signIn.alreadyDecided' } });
      expect(answer.body.detail).toMatch(/^The right code .* is being completed/);
    }
    // The code would have expired meanwhile.
    await world.time.advance(600_000);
    expect((await read(id)).body).toMatchObject({ status: 'pending', resendAfter: null });
    await world.settle();
    expect((await read(id)).body.status).toBe('failed');
    expect(await rowOf(id)).toMatchObject({ outcome: 'blocked', errorCode: 'assertionMissing', decoy: null });
    const told = world.db.selectFrom('outbox').selectAll().where('verificationId', '=', id);
    expect(await told.execute()).toEqual([]);
    expect((await cancel(id)).body.detail).toMatch(/^The sign-in has ended \(failed\)/);
  });

  test('is left to the process that issues its assertion, whatever comes meanwhile', async () => {
    const { number } = await signer(world);
    const report = { kind: 'text', event: 'delivered', to: number } as const;
    world.simulator.faults.webhooks({ ...report, do: 'delay', ms: 60_000 });
    const { id } = await sent(number);
    await leaveApproved(id, 120_000);
    const approved = { state: 'decided', outcome: 'approved' };
    // The job of its text, which has just read what became of it.
    expect(await world.service.journey.advance(id)).toMatchObject({ kind: 'wait', live: true });
    expect(await rowOf(id)).toMatchObject(approved);
    await world.time.advance(60_000);
    await world.service.journey.settled();
    expect(await rowOf(id)).toMatchObject({ ...approved, callStatus: 'delivered' });
    // Nobody did in time.
    await world.settle();
    expect(await rowOf(id)).toMatchObject({ state: 'finished', errorCode: 'assertionMissing' });
  });

  test('that has ended is told as any other, also once its user is erased', async () => {
    const { number, userId } = await signer(world);
    const ids = [await sent(number), await sent(newMobile())].map(({ id }) => id);
    for (const id of ids) expect((await cancel(id)).status).toBe(200);
    await world.service.journey.settled();
    expect((await world.api('DELETE', `/v1/users/${userId}`)).status).toBe(200);
    for (const id of ids) {
      expect((await check(id, '123456')).body).toMatchObject({ status: 409, code: 'signIn.alreadyDecided' });
      expect((await resend(id)).body).toMatchObject({ status: 409, code: 'signIn.alreadyDecided' });
    }
  });

  test('gives no assertion that lets in once the number is no user name any more', async () => {
    const { number, userId, phoneMethodId } = await signer(world);
    const { id, code } = await sent(number);
    const { assertion } = (await check(id, code)).body;
    const path = `/v1/users/${userId}/phone-methods/${phoneMethodId}`;
    expect((await world.api('POST', `${path}/disable-sms-sign-in`)).status).toBe(200);
    const redeem = () => world.api('POST', '/v1/assertions/redeem', { assertion, nonce: 'n-1' });
    expect((await redeem()).body).toMatchObject({ status: 403, code: 'assertion.withdrawn' });
    await world.time.advance(1_000);
    expect((await world.api('POST', `${path}/enable-sms-sign-in`)).status).toBe(200);
    expect((await redeem()).body.code).toBe('assertion.withdrawn');
  });

  test('looks pending where the provider sent no text, and may be sent again', async () => {
    const { number } = await signer(world);
    world.simulator.faults.next('createText', { status: 400, code: 21211 } as never, { to: number });
    const { id } = await sent(number);
    expect((await read(id)).body.status).toBe('pending');
    world.simulator.faults.clear();
    await world.time.advance(30_000);
    expect((await resend(id)).status).toBe(202);
    await world.sendTexts();
    expect((await check(id, world.codeOn(number))).body.status).toBe('approved');
    const dead = await signer(world);
    world.simulator.desk.script(dead.number, 'landline');
    const undelivered = await sent(dead.number);
    expect((await read(undelivered.id)).body.status).toBe('pending');
    expect(await rowOf(undelivered.id)).toMatchObject({ callError: '30006', outcome: null });
  });
});

/** So that requests really come at once. */
const AT_ONCE = { policy: POLICY, poolSize: 42 };

describeWorlds('sign-ins by number and strangers', AT_ONCE, ({ world, combination }) => {
  const check = (id: string, code: unknown) => world.api('POST', `/v1/sign-ins/${id}/check`, { code });
  const textsTo = (number: string) => world.simulator.texts().filter(({ to }) => to === number);
  /** Behind HTTP, since a process answers only so many requests at once. */
  const ask = async (number: string, extra: Record<string, unknown> = {}) => {
    const request = { tenantId: 'contoso', policyVersion: 1, number, nonce: 'n-1' };
    return (await world.service.journey.requestSignIn({ ...request, ...extra })).signIn;
  };
  const decoyOf = async (id: string) =>
    (await world.db.selectFrom('verification').select('decoy').where('id', '=', id).executeTakeFirstOrThrow())
      .decoy;
  async function deviceOf(number: string): Promise<string> {
    const { body } = await askSignIn(world, number);
    await world.sendTexts();
    return (await check(body.id, world.codeOn(number))).body.deviceToken;
  }

  test('a thousand strange requests leave the user texts and verifications', async () => {
    const { number, userId } = await signer(world);
    const deviceToken = await deviceOf(number);
    const many = combination === 'embedded' ? 200 : 1_000;
    for (let n = 0; n < many; n += 50) await Promise.all(Array.from({ length: 50 }, () => ask(number)));
    await world.sendTexts();
    expect(textsTo(number)).toHaveLength(5);
    const own = await askSignIn(world, number, { deviceToken });
    await world.sendTexts();
    expect(textsTo(number)).toHaveLength(6);
    expect((await check(own.body.id, world.codeOn(number))).body.status).toBe('approved');
    const verification = await world.api('POST', '/v1/verifications', {
      ...{ userId, purpose: 'signIn', channel: 'sms' },
    });
    await world.sendTexts();
    const code = world.codeOn(number);
    const path = `/v1/verifications/${verification.body.id}/check`;
    expect((await world.api('POST', path, { code })).body.outcome).toBe('approved');
  });

  test('wrong codes of strangers make theirs wrong for a day, and the user’s own never', async () => {
    const { number } = await signer(world);
    const deviceToken = await deviceOf(number);
    await setPolicy(world, {
      smsSignIn: { allowed: true, unknownDevices: { textsPerHour: 50, textsPerDay: 50 } },
    });
    const { policyVersion } = await world.db
      .selectFrom('tenant')
      .select('policyVersion')
      .where('id', '=', 'contoso')
      .executeTakeFirstOrThrow();
    const open = await Promise.all(Array.from({ length: 12 }, () => ask(number, { policyVersion })));
    await world.sendTexts();
    const bad = '000000';
    for (const { id } of open.slice(0, 10)) await Promise.all([0, 1, 2, 3, 4].map(() => check(id, bad)));
    const right = world.simulator
      .texts()
      .filter(({ to }) => to === number)
      .map(({ body }) => /\b\d{6}\b/.exec(body)?.[0] ?? '');
    // None of the codes that were sent is right any more.
    for (const code of right.slice(-3)) {
      const answer = await check(open[11]?.id ?? '', code);
      expect(answer.body.code).toBe('code.wrong');
    }
    const later = await ask(number, { policyVersion });
    expect(await decoyOf(later.id)).toBe('wrongCodesPerDay');
    const own = await askSignIn(world, number, { deviceToken });
    await world.sendTexts();
    expect((await check(own.body.id, world.codeOn(number))).body.status).toBe('approved');
    await setPolicy(world, POLICY);
  });

  test('counts strangers by their address, a /64 network or one IPv4 in any spelling', async () => {
    const from = async (clientAddress: string, count: number) => {
      const ids = [];
      for (let n = 0; n < count; n += 1) {
        const { number } = await signer(world);
        ids.push((await askSignIn(world, number, { clientAddress })).body.id);
      }
      return Promise.all(ids.map(decoyOf));
    };
    expect((await from('2001:db8:1:2::1', 10)).concat(await from('2001:db8:1:2::ffff', 10))).toEqual(
      Array(20).fill(null),
    );
    expect(await from('2001:db8:1:2:3::9', 1)).toEqual(['textsPerAddressPerHour']);
    expect(await from('2001:db8:1:3::9', 1)).toEqual([null]);
    expect(await from('::ffff:192.0.2.7', 20)).toEqual(Array(20).fill(null));
    expect(await from('192.0.2.7', 1)).toEqual(['textsPerAddressPerHour']);
    // What another tenant says of its clients is its own: it uses up nothing here, and learns nothing.
    const other = await world.addTenant('fabrikam', POLICY);
    const asked = { clientAddress: '192.0.2.8', nonce: 'n-1' };
    for (let n = 0; n < 20; n += 1)
      await other.api('POST', '/v1/sign-ins', { ...asked, number: newMobile() });
    expect(await from('192.0.2.8', 1)).toEqual([null]);
  });

  test('a device token is of one phone, and worth nothing once the phone signs in no more', async () => {
    const [one, other] = [await signer(world), await signer(world)];
    const token = await deviceOf(one.number);
    const known = async (number: string, deviceToken: string) => {
      const { body, status } = await askSignIn(world, number, { deviceToken });
      expect(status).toBe(201);
      const row = world.db.selectFrom('verification').select('signIn').where('id', '=', body.id);
      return (await row.executeTakeFirstOrThrow()).signIn?.knownDevice;
    };
    expect(await known(one.number, token)).toBe(true);
    expect(await known(other.number, token)).toBe(false);
    expect(await known(newMobile(), token)).toBe(false);
    const [keyId, random, mac = ''] = token.split('.');
    expect(
      await known(one.number, [keyId, random, mac.replace(/.$/, mac.endsWith('0') ? '1' : '0')].join('.')),
    ).toBe(false);
    await setSignIn(world, one.phoneMethodId, false);
    await world.time.advance(1_000);
    await setSignIn(world, one.phoneMethodId, true);
    expect(await known(one.number, token)).toBe(false);
    expect(Buffer.from(random ?? '', 'base64url').toString('latin1')).not.toContain(one.userId);
  });

  test('two hundred right codes at once give one assertion', async () => {
    const { number } = await signer(world);
    const { body } = await askSignIn(world, number);
    await world.sendTexts();
    const code = world.codeOn(number);
    const answers = await Promise.all(Array.from({ length: 200 }, () => check(body.id, code)));
    const [approved, ...more] = answers.filter(({ status }) => status === 200);
    expect(approved?.body.assertion).toEqual(expect.any(String));
    expect(more).toEqual([]);
    const issued = await sql<{ count: number }>`select count(*)::int as count from sign_in_assertion
      where verification_id = ${body.id}::uuid`.execute(world.db);
    expect(issued.rows).toEqual([{ count: 1 }]);
  });

  test('a code is right for its own sign-in only', async () => {
    const [one, other] = [await signer(world), await signer(world)];
    const asked = [await askSignIn(world, one.number), await askSignIn(world, other.number)];
    await world.sendTexts();
    const [ofOne, ofOther] = [world.codeOn(one.number), world.codeOn(other.number)];
    expect((await check(asked[0]?.body.id, ofOther)).body.code).toBe('code.wrong');
    const { api } = await world.addTenant(`tenant-${one.number.slice(-5)}`, POLICY);
    expect((await api('POST', `/v1/sign-ins/${asked[0]?.body.id}/check`, { code: ofOne })).body.code).toBe(
      'signIn.notFound',
    );
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/resend'],
      ['POST', '/cancel'],
    ] as const)
      expect((await api(method, `/v1/sign-ins/${asked[0]?.body.id}${path}`)).body.code).toBe(
        'signIn.notFound',
      );
    const ofUser = await world.api('POST', '/v1/verifications', {
      ...{ userId: one.userId, purpose: 'signIn', channel: 'sms' },
    });
    const wrong = await world.api('POST', `/v1/verifications/${ofUser.body.id}/check`, { code: ofOne });
    expect(['code.wrong', 'code.notSent']).toContain(wrong.body.code);
    expect((await check(asked[0]?.body.id, ofOne)).body.status).toBe('approved');
  });

  test('a removal and a check at once: no assertion that counts after the removal', async () => {
    const users = [];
    for (let n = 0; n < (combination === 'embedded' ? 10 : 100); n += 1) users.push(await signer(world));
    const asked = await Promise.all(users.map(async ({ number }) => (await askSignIn(world, number)).body));
    await world.sendTexts();
    const ends = await Promise.all(
      users.map(async ({ userId, number, phoneMethodId }, n) => {
        const path = `/v1/users/${userId}/phone-methods/${phoneMethodId}`;
        const remove = () => world.api('DELETE', path);
        const checkCode = () => check(asked[n]?.id ?? '', world.codeOn(number));
        const inTurn = n % 2 === 0 ? [remove, checkCode] : [checkCode, remove];
        const answers = await Promise.all(inTurn.map((act) => act()));
        const [removal, checked] = n % 2 === 0 ? answers : answers.toReversed();
        expect(removal?.status, JSON.stringify(removal?.body)).toBe(200);
        const { status } = (await world.api('GET', `/v1/sign-ins/${asked[n]?.id}`)).body;
        expect(status === 'approved').toBe(checked?.status === 200);
        if (checked?.status !== 200) return checked?.body.code;
        const { assertion } = checked.body;
        return (await world.api('POST', '/v1/assertions/redeem', { assertion, nonce: 'n-1' })).status;
      }),
    );
    for (const end of ends) expect([403, 'code.wrong', 'signIn.alreadyDecided']).toContain(end);
    // After the commit of the removal no assertion was noted: what was noted had seen the phone.
    const { rows } =
      await sql`select a.id from sign_in_assertion a join audit_event e on e.type = 'phoneMethod.removed'
      and e.data ->> 'phoneMethodId' = a.phone_method_id::text where a.xmin::text::bigint > e.xmin::text::bigint
        and a.issued_at > e.at`.execute(world.db);
    expect(rows).toEqual([]);
  });

  // The embedded store does one thing at a time.
  if (combination !== 'embedded')
    test.each([
      ['stays a user name', true],
      ['is none any more', false],
    ])(
      'an approval that is being completed is pending, and then as told: its number %s',
      async (_, stays) => {
        const { number, phoneMethodId } = await signer(world);
        const { body } = await askSignIn(world, number);
        await world.sendTexts();
        const path = `/v1/sign-ins/${body.id}`;
        let checked: ReturnType<typeof check> | undefined;
        await world.db.transaction().execute(async (session) => {
          // The assertion is issued beside this; who completes the sign-in waits.
          await sql`select from phone_method where id = ${phoneMethodId} for share`.execute(session);
          checked = check(body.id, world.codeOn(number));
          const waiting = async () => {
            const { rows } = await sql`select from pg_stat_activity where datname = current_database()
            and wait_event_type = 'Lock'`.execute(world.db);
            return rows.length;
          };
          await expect.poll(waiting, SOON).toBe(1);
          expect((await world.api('GET', path)).body).toMatchObject({ status: 'pending', resendAfter: null });
          expect((await world.api('POST', `${path}/cancel`)).body.detail).toContain('is being completed');
          if (!stays) await setSignIn({ ...world, db: session }, phoneMethodId, false);
        });
        const answer = await checked;
        const told = (await world.api('GET', path)).body.status;
        if (stays) expect([answer?.body.status, told]).toEqual(['approved', 'approved']);
        else expect([answer?.body.code, told]).toEqual(['signIn.alreadyDecided', 'failed']);
      },
    );

  test('a number that was unused for 91 days signs nobody in', async () => {
    const { number } = await signer(world);
    await world.time.advance(91 * 86_400_000);
    const { body, status } = await askSignIn(world, number);
    expect(status).toBe(201);
    await world.sendTexts();
    expect(await decoyOf(body.id)).toBe('unused');
    expect(textsTo(number)).toEqual([]);
  });
});

/** What a refusal is. */
const codeOf = (error: unknown): string =>
  error instanceof ServiceError ? error.code : 'service.unavailable';

describeWorlds('wrong codes of one number', ({ world }) => {
  test('over all verifications of a purpose end with the budget of a day, with 429', async () => {
    const number = newMobile();
    const { checkCode, requestVerification, readFacts } = world.service.journey;
    await setPolicy(world, { limits: { perNumber: { count: 50, windowS: 3600 } } });
    const answers: string[] = [];
    let last = '';
    for (let n = 0; n < 20; n += 1) {
      const user = { tenantId: 'contoso', userId: `guesser-${n}` };
      const facts = await readFacts.ofUser(user, new Date(world.time.now()));
      if (!facts) throw new Error('no facts');
      const asked = { ...user, purpose: 'register', channel: 'sms', number } as const;
      const { verification } = await requestVerification(asked, facts);
      last = verification.id;
      await world.sendTexts();
      for (let guess = 0; guess < 5; guess += 1)
        answers.push(await checkCode('contoso', last, '000000').then(() => 'right', codeOf));
      if (n < 19) await world.time.advance(16 * 60_000);
    }
    expect(answers.filter((code) => code === 'code.wrong')).toHaveLength(50);
    expect(answers.filter((code) => code === 'limit.reached')).toHaveLength(50);
    const right = await world.api('POST', `/v1/verifications/${last}/check`, { code: world.codeOn(number) });
    expect(right.status).toBe(429);
    expect(right.headers.get('retry-after')).toMatch(/^\d+$/);
    const other = newMobile();
    const fresh = await world.api('POST', '/v1/verifications', {
      userId: 'fresh',
      channel: 'sms',
      number: other,
    });
    await world.sendTexts();
    const code = world.codeOn(other);
    expect((await world.api('POST', `/v1/verifications/${fresh.body.id}/check`, { code })).status).toBe(200);
    await world.time.advance(86_400_000);
  });
});
