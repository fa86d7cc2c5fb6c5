// A sign-in leaves a signed assertion: somebody else verifies it with the published keys, or redeems it once.
import { createPrivateKey, randomUUID } from 'node:crypto';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { createPoundkeyClient, createVerifyAssertion } from '../../src/client.ts';
import { newSigningRingText, parseSigningRing } from '../../src/platform/secrets/signing-ring.ts';
import { startService } from '../../src/service.ts';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import { describeWorlds, worldOn } from '../support/open-worlds.ts';
import { register } from '../support/phone-methods.ts';
import { setPolicy } from '../support/set-policy.ts';
import { clientOf } from '../support/world.ts';
import { refusalOf } from './refusal.ts';
import { readState } from './stored-text.ts';

const NONCE = 'n-0S6_WzA2Mj ~!"';
const OTHER_AUDIENCE = 'https://login.contoso.example/app';

describeWorlds('an assertion about a sign-in', ({ world, combination }) => {
  // Without the API's lane in between, which keeps more from waiting for a connection of the pool.
  const MANY = combination === 'embedded' ? 20 : 50;
  let mobiles = 0;
  const client = () => createPoundkeyClient({ baseUrl: world.service.url ?? '', apiKey: world.key });
  const issue = (id: string, body: object = { nonce: NONCE }) =>
    world.api('POST', `/v1/verifications/${id}/assertion`, body);
  const redeem = (assertion: string, body: object = {}) =>
    world.api('POST', '/v1/assertions/redeem', { assertion, nonce: NONCE, ...body });

  let users = 0;
  /** Somebody with a verified office phone. */
  async function registered(scenario: ScenarioName = 'press-pound') {
    const userId = `user-${users++}`;
    const phoneNumber = world.newNumber();
    world.simulator.desk.script(phoneNumber, scenario);
    await register(world, { userId, phoneType: 'office', phoneNumber });
    return userId;
  }
  /** Somebody who has just signed in by call. */
  async function signIn(user?: string) {
    const userId = user ?? (await registered());
    const { body } = await world.api('POST', '/v1/verifications', { userId, purpose: 'signIn' });
    expect(body.code).toBeUndefined();
    await world.settle();
    expect(await world.read(body.id)).toMatchObject({ outcome: 'approved' });
    return { userId, id: body.id as string, number: body.number.e164 as string };
  }
  async function signInByText() {
    const userId = `texter-${mobiles}`;
    const number = `+4670123${6000 + mobiles++}`;
    await register(world, { userId, phoneType: 'mobile', phoneNumber: number });
    const wanted = { userId, purpose: 'signIn', channel: 'sms' };
    const { body } = await world.api('POST', '/v1/verifications', wanted);
    await world.sendTexts();
    const code = world.codeOn(number);
    expect(await world.api('POST', `/v1/verifications/${body.id}/check`, { code })).toMatchObject({
      status: 200,
    });
    return { userId, id: body.id as string, number };
  }
  async function issued(signedIn?: { userId: string; id: string; number: string }) {
    const from = signedIn ?? (await signIn());
    const { status, body } = await issue(from.id);
    expect({ status, code: body.code }).toEqual({ status: 200, code: undefined });
    return { ...from, assertion: body.assertion as string, expiresAt: body.expiresAt as string };
  }
  type Issued = Awaited<ReturnType<typeof issued>>;
  const eventsOf = async (type: string, userId: string) =>
    (await world.api('GET', `/v1/audit-events?type=${type}&userId=${userId}`)).body.value;

  test.each([
    ['tel', 'call', () => signIn()],
    ['sms', 'text', () => signInByText()],
  ])('says %s after a %s, and a stranger verifies it with the published keys', async (amr, _what, start) => {
    const signedIn = await start();
    const { assertion, userId, id, number, expiresAt } = await issued(signedIn);
    const keys = createRemoteJWKSet(new URL(`${world.service.url}/.well-known/jwks.json`));
    const { payload, protectedHeader } = await jwtVerify(assertion, keys, {
      ...{ issuer: world.service.url ?? '', audience: 'contoso', typ: 'JWT' },
      currentDate: new Date(world.time.now()),
    });
    const { decidedAt, phoneVerifiedAt } = await timesOf(id);
    expect(protectedHeader).toEqual({ typ: 'JWT', alg: 'ES256', kid: expect.stringMatching(/^[\w-]{43}$/) });
    expect(payload).toEqual({
      ...{ iss: world.service.url, aud: 'contoso', sub: userId, tenant: 'contoso', nonce: NONCE },
      ...{ amr: [amr], auth_time: decidedAt, phone_verified_at: phoneVerifiedAt },
      ...{ iat: Math.floor(world.time.now() / 1000), exp: Date.parse(expiresAt) / 1000 },
      jti: expect.any(String),
    });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(120);
    expect(JSON.stringify(payload)).not.toContain(number.slice(4));
    const verifyAssertion = createVerifyAssertion({
      ...{ issuer: world.service.url ?? '', audience: 'contoso', tenantId: 'contoso' },
      now: () => world.time.now(),
    });
    expect(await verifyAssertion(assertion, NONCE)).toMatchObject({ userId, amr: [amr] });
    await expect(verifyAssertion(assertion, NONCE)).rejects.toThrow('it was used before');
    expect((await redeem(assertion)).body).toEqual({
      ...{ assertionId: payload.jti, verificationId: id, userId, audience: 'contoso', amr: [amr] },
      authenticatedAt: new Date(decidedAt * 1000).toISOString(),
      phoneVerifiedAt: new Date(phoneVerifiedAt * 1000).toISOString(),
    });
  });

  async function timesOf(id: string) {
    const row = await world.db
      .selectFrom('verification as v')
      .innerJoin('phoneMethod as m', 'm.userId', 'v.userId')
      .select(['v.decidedAt', 'm.verifiedAt'])
      .where('v.id', '=', id)
      .executeTakeFirstOrThrow();
    const seconds = (at: Date | null) => Math.floor((at?.getTime() ?? 0) / 1000);
    return { decidedAt: seconds(row.decidedAt), phoneVerifiedAt: seconds(row.verifiedAt) };
  }

  test('is issued once and redeemed once, however many ask at once, and both are told in audit and log', async () => {
    const { id, userId } = await signIn();
    const wanted = {
      tenantId: 'contoso',
      verificationId: id,
      kind: 'ofUser',
      audience: null,
      nonce: NONCE,
    } as const;
    const { assertions } = world.service;
    const asked = await Promise.allSettled(Array.from({ length: MANY }, () => assertions.issue(wanted)));
    expect(codesOf(asked)).toEqual(['assertion.alreadyIssued', 'done']);
    const [first] = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const given = { tenantId: 'contoso', assertion: first?.assertion ?? '', audience: null, nonce: NONCE };
    const tried = await Promise.allSettled(Array.from({ length: MANY }, () => assertions.redeem(given)));
    expect(codesOf(tried)).toEqual(['assertion.alreadyRedeemed', 'done']);
    for (const all of [asked, tried])
      expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await issue(id)).toMatchObject({ status: 409, body: { code: 'assertion.alreadyIssued' } });
    expect(await redeem(given.assertion)).toMatchObject({
      status: 409,
      body: { code: 'assertion.alreadyRedeemed' },
    });
    const assertionId = decodeJwt(given.assertion).jti;
    expect(await eventsOf('assertion.issued', userId)).toMatchObject([
      { verificationId: id, data: { assertionId, audience: 'contoso' } },
    ]);
    expect(await eventsOf('assertion.redeemed', userId)).toMatchObject([
      { verificationId: id, data: { assertionId } },
    ]);
    const lines = world.log
      .map((line) => JSON.parse(line))
      .filter((line) => line.assertionId === assertionId);
    expect(lines.map(({ event, verificationId }) => [event, verificationId])).toEqual([
      ['assertion.issued', id],
      ['assertion.redeemed', id],
    ]);
  });

  const codesOf = (results: PromiseSettledResult<unknown>[]) => [
    ...new Set(
      results
        .map((each) => (each.status === 'fulfilled' ? 'done' : (each.reason.code ?? String(each.reason))))
        .toSorted(),
    ),
  ];

  test('is issued within two minutes of the approval', async () => {
    const early = await signIn();
    await world.time.advance(110_000);
    const inTime = await issued(early);
    expect(inTime.assertion).toContain('.');
    const late = await signIn(early.userId);
    await world.time.advance(121_000);
    expect(await issue(late.id)).toMatchObject({ status: 410, body: { code: 'assertion.tooLate' } });
  });

  test('is taken a minute longer than it lasts, and is remembered for longer than that', async () => {
    const verifyAssertion = createVerifyAssertion({
      ...{ issuer: world.service.url ?? '', audience: 'contoso', now: () => world.time.now() },
    });
    const signedIn = [await signIn(), await signIn(), await signIn()];
    const [used, slow, over] = (await Promise.all(signedIn.map(issued))) as [Issued, Issued, Issued];
    expect(await redeem(used.assertion)).toMatchObject({ status: 200 });
    expect(await verifyAssertion(used.assertion, NONCE)).toMatchObject({ userId: used.userId });
    const issuedAt = (decodeJwt(over.assertion).iat ?? 0) * 1000;
    await world.time.advance(issuedAt + 165_000 - world.time.now());
    expect(await redeem(slow.assertion)).toMatchObject({ status: 200 });
    await world.time.advance(5_000);
    expect(await redeem(used.assertion)).toMatchObject({ status: 409 });
    await expect(verifyAssertion(used.assertion, NONCE)).rejects.toThrow('it was used before');
    await world.time.advance(30_000);
    expect(await redeem(over.assertion)).toMatchObject({ status: 410, body: { code: 'assertion.expired' } });
    expect(await redeem(used.assertion)).toMatchObject({ status: 410 });
  });

  test('is for one of the audiences of the policy, the own id by default', async () => {
    const { id } = await signIn();
    const wanted = { nonce: NONCE, audience: OTHER_AUDIENCE };
    expect(await issue(id, wanted)).toMatchObject({ status: 403, body: { code: 'policy.audienceRefused' } });
    await setPolicy(world, { assertion: { audiences: [OTHER_AUDIENCE] } });
    const { body } = await issue(id, wanted);
    expect(decodeJwt(body.assertion).aud).toBe(OTHER_AUDIENCE);
    expect(await redeem(body.assertion)).toMatchObject({ status: 422, body: { code: 'assertion.invalid' } });
    expect((await redeem(body.assertion, { audience: OTHER_AUDIENCE })).body).toMatchObject({
      audience: OTHER_AUDIENCE,
    });
  });

  test('is worth nothing to another tenant, with another nonce, or signed by somebody else', async () => {
    const { assertion, id } = await issued();
    const { api } = await world.addTenant(`other-${randomUUID().slice(0, 8)}`);
    expect(await api('POST', `/v1/verifications/${id}/assertion`, { nonce: NONCE })).toMatchObject({
      status: 404,
      body: { code: 'verification.notFound' },
    });
    const [header = '', claims = '', signature = ''] = assertion.split('.');
    const key = createPrivateKey({
      ...{ key: Buffer.from(newSigningRingText(), 'base64'), format: 'der', type: 'pkcs8' },
    });
    const forged = (changes: object, head: object = {}) =>
      new SignJWT({ ...decodeJwt(assertion), ...changes })
        .setProtectedHeader({ typ: 'JWT', alg: 'ES256', ...decodeProtectedHeader(assertion), ...head })
        .sign(key);
    const unsigned = Buffer.from('{"typ":"JWT","alg":"none"}').toString('base64url');
    const answers = [
      await api('POST', '/v1/assertions/redeem', { assertion, nonce: NONCE }),
      await api('POST', '/v1/assertions/redeem', { assertion, nonce: NONCE, audience: 'contoso' }),
      await redeem(assertion, { nonce: `${NONCE}x` }),
      await redeem(assertion, { audience: OTHER_AUDIENCE }),
      await redeem(await forged({})),
      await redeem(await forged({}, { kid: 'unknown' })),
      await redeem(`${unsigned}.${claims}.AA`),
      await redeem(`${header}.${Buffer.from('{}').toString('base64url')}.${signature}`),
      await redeem(`${header}.${claims}.${signature.slice(0, 40)}`),
      await redeem(`${header}.${claims}.${signature.slice(0, -2)}`),
    ];
    const [first] = answers;
    for (const { status, body } of answers) {
      expect({ status, code: body.code }).toEqual({ status: 422, code: 'assertion.invalid' });
      expect(body.detail).toBe(first?.body.detail);
    }
    expect(await redeem(assertion)).toMatchObject({ status: 200 });
  });

  describe('counts no more', () => {
    test('once its phone is removed, also when the same number is verified again', async () => {
      const { assertion, userId, number } = await issued();
      const [phone] = await client().listPhoneMethods(userId);
      await client().removePhoneMethod(userId, phone?.id ?? '');
      const refused = { status: 403, body: { code: 'assertion.withdrawn' } };
      expect(await redeem(assertion)).toMatchObject(refused);
      await world.api('POST', '/v1/verifications', { userId, number });
      await world.settle();
      expect(await client().listPhoneMethods(userId)).toHaveLength(1);
      expect(await redeem(assertion)).toMatchObject(refused);
    });

    test('once its number is changed, or has to be verified again', async () => {
      const [changed, again] = [await issued(), await issued()];
      const [phone] = await client().listPhoneMethods(changed.userId);
      await client().changePhoneMethod(changed.userId, phone?.id ?? '', { number: world.newNumber() });
      await client().requireReregistration(again.userId);
      for (const { assertion } of [changed, again])
        expect(await redeem(assertion)).toMatchObject({ status: 403, body: { code: 'assertion.withdrawn' } });
    });

    test('while its user is blocked, and none is issued', async () => {
      const { assertion, userId } = await issued();
      const { id } = await signIn(userId);
      await client().blockUser(userId, { reason: 'phone stolen' });
      const refused = { status: 403, body: { code: 'user.blocked' } };
      expect(await redeem(assertion)).toMatchObject(refused);
      expect(await issue(id)).toMatchObject(refused);
    });

    test('once its user was blocked since, also when the block is over, and none is issued', async () => {
      const [passing, lifted] = [await issued(), await issued()];
      const late = await signIn(lifted.userId);
      await client().blockUser(passing.userId, { reason: 'phone mislaid', forS: 1 });
      await client().blockUser(lifted.userId, { reason: 'phone mislaid' });
      await client().unblockUser(lifted.userId);
      await world.time.advance(1_000);
      const refused = { status: 403, body: { code: 'assertion.withdrawn' } };
      for (const { assertion } of [passing, lifted]) expect(await redeem(assertion)).toMatchObject(refused);
      expect(await issue(late.id)).toMatchObject(refused);
      const { block } = (await world.api('GET', `/v1/users/${lifted.userId}/export`)).body;
      expect(block.expiresAt).toMatch(/^1970/);
      const next = await signIn(lifted.userId);
      expect(await issue(next.id)).toMatchObject({ status: 200 });
    });

    test('once fraud was reported, also where the policy blocks nobody for it', async () => {
      await setPolicy(world, { fraud: { blockUser: false } });
      const { assertion, userId, number } = await issued();
      world.simulator.desk.script(number, 'fraud');
      const { body } = await world.api('POST', '/v1/verifications', { userId, purpose: 'signIn' });
      await world.settle();
      expect(await world.read(body.id)).toMatchObject({ outcome: 'fraudReported' });
      expect(await redeem(assertion)).toMatchObject({ status: 403, body: { code: 'assertion.withdrawn' } });
      await setPolicy(world, {});
    });

    test('once its user is erased, and nothing of it is left', async () => {
      const { assertion, userId, id } = await issued();
      await client().eraseUser(userId);
      expect(await redeem(assertion)).toMatchObject({ status: 403, body: { code: 'assertion.withdrawn' } });
      const left = world.db.selectFrom('signInAssertion').select('id').where('verificationId', '=', id);
      expect(await left.execute()).toEqual([]);
    });
  });

  test.each<[what: string, prepare: () => Promise<{ id: string }>]>([
    ['a registration', () => world.story('press-pound')],
    [
      'a sign-in that was not approved',
      async () => {
        const userId = await registered('wrong-key');
        const { body } = await world.api('POST', '/v1/verifications', { userId, purpose: 'signIn' });
        await world.settle();
        return body;
      },
    ],
    [
      'a sign-in that is under way',
      async () => {
        const userId = await registered();
        world.time.pause();
        return (await world.api('POST', '/v1/verifications', { userId, purpose: 'signIn' })).body;
      },
    ],
  ])('is not issued for %s', async (_what, prepare) => {
    const { id } = await prepare();
    expect(await issue(id)).toMatchObject({ status: 409, body: { code: 'assertion.notApproved' } });
    world.time.resume();
    await world.settle();
  });

  // The embedded store serves one process.
  const betweenProcesses = combination === 'embedded' ? () => undefined : test;
  betweenProcesses('still counts after the key that signed it was replaced', async () => {
    const old = world.service.stores.signingKeys.current;
    const oldText = old.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
    const newText = newSigningRingText();
    const before = await issued();
    const config = { ...world.config, role: 'web' as const, signingKeys: `${newText},${oldText}` };
    const issuer = world.service.url;
    const second = await startService(
      { ...config, http: { ...config.http, publicUrl: issuer } },
      { clock: { now: () => new Date(world.time.now()) }, log: world.service.log },
    );
    try {
      const { body } = await clientOf(() => second.url ?? '', null)('GET', '/.well-known/jwks.json');
      const kids = parseSigningRing(config.signingKeys).keys.map(({ kid }) => kid);
      expect(body.keys.map(({ kid }: { kid: string }) => kid)).toEqual(kids);
      const api = clientOf(() => second.url ?? '', world.key);
      const given = { assertion: before.assertion, nonce: NONCE };
      expect(await api('POST', '/v1/assertions/redeem', given)).toMatchObject({ status: 200 });
      const { id } = await signIn();
      const after = await api('POST', `/v1/verifications/${id}/assertion`, { nonce: NONCE });
      expect(decodeProtectedHeader(after.body.assertion).kid).toBe(kids[0]);
      // The old process does not know the new key yet, so it is published before it signs.
      expect(await redeem(after.body.assertion)).toMatchObject({ status: 422 });
    } finally {
      await second.stop();
    }
  });
});

describe('the published keys', () => {
  const { world } = worldOn('embedded');

  test('are open to all, may be kept for five minutes, and have no private part', async () => {
    const answer = await clientOf(() => world.service.url ?? '', null)('GET', '/.well-known/jwks.json');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=300');
    expect(answer.body).toEqual({
      keys: [
        {
          ...{ kty: 'EC', crv: 'P-256', use: 'sig', alg: 'ES256' },
          ...{ x: expect.any(String), y: expect.any(String), kid: expect.any(String) },
        },
      ],
    });
  });
});

describe('a wrong request about an assertion is refused', () => {
  const { world } = worldOn('embedded');
  let id: string;
  const json = { 'content-type': 'application/json' };
  const jwt = 'eyJhbGciOiJFUzI1NiJ9.e30.AAAA';

  beforeAll(async () => {
    ({ id } = await world.story('press-pound'));
  });

  test.each<[what: string, body: unknown, fields: string[]]>([
    ['nothing', undefined, ['/nonce']],
    ['an empty object', {}, ['/nonce']],
    ['an empty nonce', { nonce: '' }, ['/nonce']],
    ['a nonce of 256 characters', { nonce: 'x'.repeat(256) }, ['/nonce']],
    ['a nonce with an umlaut', { nonce: 'nønce' }, ['/nonce']],
    ['a nonce with a line break', { nonce: 'a\nb' }, ['/nonce']],
    ['a nonce with a zero byte', { nonce: 'a\u0000b' }, ['/nonce']],
    ['a number for the nonce', { nonce: 5 }, ['/nonce']],
    ['null for the nonce', { nonce: null }, ['/nonce']],
    ['a list for the nonce', { nonce: ['a'] }, ['/nonce']],
    ['an empty audience', { nonce: 'a', audience: '' }, ['/audience']],
    ['an audience with a space', { nonce: 'a', audience: 'a b' }, ['/audience']],
    ['an audience that is too long', { nonce: 'a', audience: 'a'.repeat(256) }, ['/audience']],
    ['a list of audiences', { nonce: 'a', audience: ['contoso'] }, ['/audience']],
    ['null for the audience', { nonce: 'a', audience: null }, ['/audience']],
    ['claims of its own', { nonce: 'a', sub: 'root', exp: 1 }, ['/exp', '/sub']],
    ['a time of its own', { nonce: 'a', expiresIn: 3600 }, ['/expiresIn']],
  ])('when it is asked for with %s', async (_what, body, fields) => {
    const path = `/v1/verifications/${id}/assertion`;
    const answer = await refusalOf(world, { headers: body === undefined ? {} : json, path, body });
    expect(answer).toMatchObject({ status: 400, json: { code: 'request.invalid' } });
    expect(answer.fields.toSorted()).toEqual(fields);
  });

  test.each<[what: string, body: unknown, fields: string[]]>([
    ['no assertion', { nonce: 'a' }, ['/assertion']],
    ['no nonce', { assertion: jwt }, ['/nonce']],
    ['an empty assertion', { assertion: '', nonce: 'a' }, ['/assertion']],
    ['two parts', { assertion: 'a.b', nonce: 'a' }, ['/assertion']],
    ['four parts', { assertion: `${jwt}.AA`, nonce: 'a' }, ['/assertion']],
    ['an assertion with spaces', { assertion: ` ${jwt}`, nonce: 'a' }, ['/assertion']],
    ['an assertion that is too long', { assertion: `${jwt}${'A'.repeat(5000)}`, nonce: 'a' }, ['/assertion']],
    ['an object', { assertion: { jwt }, nonce: 'a' }, ['/assertion']],
    ['a list', { assertion: [jwt], nonce: 'a' }, ['/assertion']],
    ['a user', { assertion: jwt, nonce: 'a', userId: 'u-1' }, ['/userId']],
    ['a wrong audience', { assertion: jwt, nonce: 'a', audience: 'ä' }, ['/audience']],
  ])('when it is redeemed with %s', async (_what, body, fields) => {
    const before = await readState(world);
    const answer = await refusalOf(world, { headers: json, path: '/v1/assertions/redeem', body });
    expect(answer).toMatchObject({ status: 400, json: { code: 'request.invalid' } });
    expect(answer.fields.toSorted()).toEqual(fields);
    expect(answer.text).not.toContain(jwt);
    expect(await readState(world)).toEqual(before);
  });

  test.each<[what: string, audiences: unknown, field: string]>([
    ['no list', 'contoso', '/assertion/audiences'],
    ['an audience with a space', ['a b'], '/assertion/audiences/0'],
    ['too many', Array.from({ length: 51 }, (_, n) => `a${n}`), '/assertion/audiences'],
  ])('when the policy names %s', async (_what, audiences, field) => {
    const body = { version: 1, assertion: { audiences } };
    const headers = { ...json, 'if-match': '"1"' };
    const answer = await refusalOf(world, { method: 'PUT', path: '/v1/policy', headers, body });
    expect(answer.fields).toContain(field);
  });

  test.each<[what: string, path: string, status: number]>([
    ['for a verification that there is not', `/v1/verifications/${randomUUID()}/assertion`, 404],
    ['for what is no id', '/v1/verifications/x/assertion', 400],
  ])('when it is asked for %s', async (_what, path, status) => {
    const answer = await refusalOf(world, { headers: json, path, body: { nonce: 'a' } });
    expect(answer.status).toBe(status);
  });
});
