// A backend sends a request for a sign-in by number again, with its idempotency key: one sign-in, and one text.
import { expect, onTestFinished, test } from 'vitest';
import { createPoundkeyClient, type NewSignIn } from '../../src/client.ts';
import { askAgainWithoutJob } from '../support/asked-again.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { setPolicy } from '../support/set-policy.ts';
import { newMobile, signer } from '../support/sign-ins.ts';

const POLICY = { smsSignIn: { allowed: true, unknownDevices: { textsPerHour: 3 } } };
const REUSED = {
  status: 422,
  body: { code: 'idempotencyKey.reused', errors: [{ field: 'idempotency-key' }] },
};
/** Whatever is asked for, the answer is the same. */
const OF = ['a user', 'nobody'] as const;

describeWorlds('a request for a sign-in that is repeated', { policy: POLICY }, ({ world }) => {
  let keys = 0;
  const newKey = () => `sign-in-${keys++}`;
  const ask = (key: string, body: object) =>
    world.api('POST', '/v1/sign-ins', body, { 'idempotency-key': key });
  const check = (id: string, code: string) => world.api('POST', `/v1/sign-ins/${id}/check`, { code });
  const textsTo = (number: string) => world.simulator.texts().filter(({ to }) => to === number).length;
  const numberOf = async (whose: (typeof OF)[number]) =>
    whose === 'a user' ? (await signer(world)).number : newMobile();
  const rowsFor = (number: string) =>
    world.db.selectFrom('verification').select('id').where('phoneNumber', '=', number).execute();

  test.each(OF)('by number of %s is the same sign-in: 201 once, 200 from then on', async (whose) => {
    const number = await numberOf(whose);
    const [key, body] = [newKey(), { number, nonce: 'n-1' }];
    const first = await ask(key, body);
    expect(first.status).toBe(201);
    const second = await ask(key, body);
    expect(second).toMatchObject({ status: 200, body: first.body });
    expect(second.headers.get('location')).toBe(`/v1/sign-ins/${first.body.id}`);
    await world.sendTexts();
    expect(await ask(key, body)).toMatchObject({ status: 200, body: first.body });
    await world.sendTexts();
    expect(textsTo(number)).toBe(whose === 'a user' ? 1 : 0);
    // Without a key it is another one.
    expect((await world.api('POST', '/v1/sign-ins', body)).body.id).not.toBe(first.body.id);
  });

  test('by the client is the same sign-in', async () => {
    const client = createPoundkeyClient({ baseUrl: world.service.url ?? '', apiKey: world.key });
    const [wanted, options] = [{ number: newMobile(), nonce: 'n-1' }, { idempotencyKey: newKey() }];
    const first = await client.requestSignIn(wanted, options);
    expect(await client.requestSignIn(wanted, options)).toEqual(first);
  });

  test.each(OF)('at once by number of %s is counted once', async (whose) => {
    const number = await numberOf(whose);
    const [key, body] = [newKey(), { number, nonce: 'n-1' }];
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(key, body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201]);
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    for (const _ of [2, 3]) expect((await ask(newKey(), body)).status).toBe(201);
    await world.sendTexts();
    expect(await rowsFor(number)).toHaveLength(3);
    expect(textsTo(number)).toBe(whose === 'a user' ? 3 : 0);
  });

  test('at once is the same one where the tenant has room for no other', async () => {
    await setPolicy(world, { ...POLICY, limits: { perTenant: { count: 1, windowS: 60 } } });
    onTestFinished(() => setPolicy(world, POLICY));
    await world.time.advance(3_600_000);
    const [key, body] = [newKey(), { number: newMobile(), nonce: 'n-1' }];
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(key, body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201]);
    expect((await ask(newKey(), body)).status).toBe(429);
  });

  test('after the right code tells how it ended, and no assertion', async () => {
    const number = await numberOf('a user');
    const [key, body] = [newKey(), { number, nonce: 'n-1' }];
    const { id } = (await ask(key, body)).body;
    await world.sendTexts();
    expect((await check(id, world.codeOn(number))).body.status).toBe('approved');
    const again = await ask(key, body);
    expect(again).toMatchObject({ status: 200, body: { id, status: 'approved' } });
    expect(again.body).not.toHaveProperty('assertion');
  });

  test('is the same one also where the policy allows none any more', async () => {
    const [key, body] = [newKey(), { number: await numberOf('a user'), nonce: 'n-1' }];
    const { id } = (await ask(key, body)).body;
    await setPolicy(world, { smsSignIn: { allowed: false } });
    onTestFinished(() => setPolicy(world, POLICY));
    expect(await ask(key, body)).toMatchObject({ status: 200, body: { id } });
    expect(await ask(newKey(), body)).toMatchObject({ body: { code: 'policy.smsSignInRefused' } });
  });

  test('has its text sent where the answer, and with it the job, was lost', async () => {
    const number = await numberOf('a user');
    const [key, body] = [newKey(), { number, nonce: 'n-1' }];
    await askAgainWithoutJob(world, () => ask(key, body));
    await world.sendTexts();
    expect(textsTo(number)).toBe(1);
  });

  /** Another value of every field there is: the type checker asks for those that are missing. */
  const OTHERS: Record<keyof NewSignIn, string> = {
    ...{ number: '+46702999999', country: 'NO', nonce: 'n-2', audience: 'mail', locale: 'en-US' },
    ...{ clientAddress: '192.0.2.2', deviceToken: `k1.fFq3Zk0mB1c9Qx7LrT2vWA.${'0'.repeat(64)}` },
  };

  test.each(Object.entries(OTHERS))('is refused with another %s', async (field, other) => {
    const [key, body] = [newKey(), { number: newMobile(), nonce: 'n-1' }];
    expect((await ask(key, body)).status).toBe(201);
    const reused = await ask(key, { ...body, [field]: other });
    expect(reused).toMatchObject(REUSED);
    expect(JSON.stringify(reused.body)).not.toContain(body.number.slice(-7));
  });

  test('is refused where the key is of a verification, and the other way round', async () => {
    const [ofCall, ofSignIn] = [newKey(), newKey()];
    const verification = { userId: 'u-1', number: world.newNumber() };
    const signIn = { number: newMobile(), nonce: 'n-1' };
    const askCall = (key: string) =>
      world.api('POST', '/v1/verifications', verification, { 'idempotency-key': key });
    expect([(await askCall(ofCall)).status, (await ask(ofSignIn, signIn)).status]).toEqual([201, 201]);
    expect(await ask(ofCall, signIn)).toMatchObject(REUSED);
    expect(await askCall(ofSignIn)).toMatchObject(REUSED);
    await world.settle();
  });
});
