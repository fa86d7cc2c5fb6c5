// A number as user name: whose it is, what ends it, and that two people of a tenant never have the same one.
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startService } from '../../src/service.ts';
import { virtualTime } from '../../src/simulator/time.ts';
import { untilServed } from '../support/asked-again.ts';
import { runBeside } from '../support/command-line.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import { register } from '../support/phone-methods.ts';
import { setPolicy } from '../support/set-policy.ts';
import { openReceiver, type Receiver } from '../support/webhook-receiver.ts';
import { clientOf } from '../support/world.ts';

const DAY = 86_400_000;
const POLICY = { smsSignIn: { allowed: true, unusedDays: 90 } };
const config = { webhooks: { allowPrivate: true, timeLimitMs: 1_000 } };
const UNKNOWN_ID = '6f1c4ad2-6a3b-4c5e-9e63-0d4f6f9a1b2c';

/** What two people may have of one phone, and what is like it and is another one. */
const FORMS: [one: string, other: string, stranger: string][] = [
  ['+5511987654321', '+551187654321', '+5511887654321'],
  ['+5215512345678', '+525512345678', '+525512345679'],
  ['+5491112345678', '+541112345678', '+541112345679'],
];

const OPTIONS = { policy: POLICY, config, poolSize: 42 };

describeWorlds('a number as user name', OPTIONS, ({ world, combination }) => {
  let receiver: Receiver;
  let people = 0;
  let numbers = 0;

  beforeAll(async () => {
    receiver = await openReceiver();
    await world.api('PUT', '/v1/webhook-endpoint', { url: receiver.url });
  });
  afterAll(() => receiver.close());

  const newNumber = () => `+467012${String(10_000 + numbers++)}`;
  const of = (userId: string) => `/v1/users/${userId}/phone-methods`;
  const phonesOf = async (userId: string) => (await world.api('GET', of(userId))).body.value;
  const banner = async (userId: string) => (await world.api('GET', `/v1/users/${userId}/sms-sign-in`)).body;
  const enable = ({ userId, id }: Person) => world.api('POST', `${of(userId)}/${id}/enable-sms-sign-in`);
  const disable = ({ userId, id }: Person) => world.api('POST', `${of(userId)}/${id}/disable-sms-sign-in`);
  const stateOf = async ({ userId, id }: Person) =>
    (await world.api('GET', `${of(userId)}/${id}`)).body.smsSignInState;
  const later = (ms: number) => world.time.advance(ms);

  interface Person {
    userId: string;
    id: string;
    number: string;
  }

  /** Somebody who has verified a mobile; a second later, so that the next one does so later. */
  async function person(number = newNumber()): Promise<Person> {
    const userId = `person-${people++}`;
    const id = await register(world, { userId, phoneType: 'mobile', phoneNumber: number });
    await later(1_000);
    return { userId, id, number };
  }

  /** Somebody whose number is a user name. */
  async function enabled(number?: string): Promise<Person> {
    const somebody = await person(number);
    expect(await enable(somebody)).toMatchObject({ status: 200, body: { smsSignInState: 'ready' } });
    return somebody;
  }

  /** What was posted about a user since this was last asked. */
  const told = new Map<string, number>();
  async function newMessages(userId: string): Promise<{ type: string; data: Record<string, unknown> }[]> {
    await world.service.outbox.deliverDue();
    const all = receiver.about(userId).map(({ body }) => JSON.parse(body));
    const before = told.get(userId) ?? 0;
    told.set(userId, all.length);
    return all.slice(before);
  }
  const newTypes = async (userId: string) => (await newMessages(userId)).map(({ type }) => type).toSorted();

  const audited = async (userId: string) => {
    const rows = await world.db
      .selectFrom('auditEvent')
      .select(['type', 'data'])
      .where('userId', '=', userId)
      .where('type', 'like', 'phoneMethod.smsSignIn%')
      .orderBy('at')
      .execute();
    return rows.map(({ type }) => type.replace('phoneMethod.smsSignIn', ''));
  };

  const inUse = {
    status: 409,
    body: { code: 'phoneMethod.numberInUse', detail: 'This number is in use. Contact your administrator.' },
  };

  describe('is enabled and disabled', () => {
    test('by its user, at once, and a second time without any effect', async () => {
      const anna = await person();
      const { userId } = anna;
      expect(await stateOf(anna)).toBe('notEnabled');
      await newMessages(userId);
      for (let round = 0; round < 2; round += 1)
        expect(await enable(anna)).toMatchObject({
          status: 200,
          body: {
            ...{ id: anna.id, smsSignInState: 'ready' },
            actions: {
              enableSmsSignIn: { allowed: true, reasons: [] },
              disableSmsSignIn: { allowed: true, reasons: [] },
            },
          },
        });
      expect(await phonesOf(userId)).toMatchObject([{ smsSignInState: 'ready' }]);
      expect(await newMessages(userId)).toMatchObject([
        { type: 'phoneMethod.smsSignInEnabled', data: { userId, isSmsSignInEnabled: true } },
      ]);
      for (let round = 0; round < 2; round += 1)
        expect(await disable(anna)).toMatchObject({ status: 200, body: { smsSignInState: 'notEnabled' } });
      expect(await newMessages(userId)).toMatchObject([
        { type: 'phoneMethod.smsSignInDisabled', data: { userId, isSmsSignInEnabled: false } },
      ]);
      expect(await audited(userId)).toEqual(['Enabled', 'Disabled']);
    });

    test('and is in the export of the user with its instants', async () => {
      const anna = await enabled();
      const { body } = await world.api('GET', `/v1/users/${anna.userId}/export`);
      expect(body.phoneMethods).toMatchObject([
        {
          ...{ smsSignInState: 'ready', signInEnabledAt: expect.stringMatching(/Z$/) },
          ...{ signInUsedAt: null, signInContestedAt: null },
        },
      ]);
      expect(Object.keys(body.phoneMethods[0])).not.toContain('isInUse');
    });

    test('not for a phone that there is not, or that another tenant has', async () => {
      const { userId, id, number } = await person();
      const { api: stranger } = await world.addTenant(`tenant-${userId}`, POLICY);
      const answers = [
        ...(await Promise.all([enable, disable].map((ask) => ask({ userId, id: UNKNOWN_ID, number })))),
        ...(await Promise.all([enable, disable].map((ask) => ask({ userId: 'person-x', id, number })))),
        await stranger('POST', `${of(userId)}/${id}/enable-sms-sign-in`),
        await stranger('POST', `${of(userId)}/${id}/disable-sms-sign-in`),
      ];
      for (const answer of answers)
        expect(answer).toMatchObject({ status: 404, body: { code: 'phoneMethod.notFound' } });
    });

    test('not for a phone that is no mobile', async () => {
      const anna = await person();
      const { userId } = anna;
      for (const [phoneType, number] of [
        ['office', world.newNumber()],
        ['alternateMobile', newNumber()],
      ] as const) {
        const id = await register(world, { userId, phoneType, phoneNumber: number });
        for (const answer of [await enable({ userId, id, number }), await disable({ userId, id, number })])
          expect(answer).toMatchObject({ status: 409, body: { code: 'phoneMethod.smsSignInNotSupported' } });
        expect(await stateOf({ userId, id, number })).toBe('notSupported');
      }
      expect(await stateOf(anna)).toBe('notEnabled');
    });

    test('not for a phone that nobody verified', async () => {
      const number = newNumber();
      const { body } = await world.api('POST', of('entered'), { phoneType: 'mobile', number });
      const reasons = [{ code: 'phoneMethod.notVerified', changeableBy: 'user' }];
      expect(body).toMatchObject({
        ...{ smsSignInState: 'notConfigured', actions: { enableSmsSignIn: { allowed: false, reasons } } },
      });
      const entered = { userId: 'entered', id: body.id, number };
      expect(await enable(entered)).toMatchObject({
        ...{ status: 409, body: { code: 'phoneMethod.notVerified' } },
      });
      expect(await disable(entered)).toMatchObject({ status: 200 });
    });

    test('not where the policy does not allow it; what was enabled before stays and holds its number', async () => {
      const number = newNumber();
      const [anna, bert] = [await enabled(number), await person(number)];
      await setPolicy(world, { smsSignIn: { allowed: false } });
      for (const each of [anna, bert]) expect(await stateOf(each)).toBe('notAllowedByPolicy');
      expect(await enable(bert)).toMatchObject({
        status: 403,
        body: { code: 'policy.smsSignInRefused', detail: expect.stringContaining('administrator') },
      });
      expect(await banner(bert.userId)).toMatchObject({
        ...{ smsSignInState: 'notAllowedByPolicy', canBeEnabled: false },
      });
      expect(await audited(anna.userId)).toEqual(['Enabled']);
      await setPolicy(world, POLICY);
      expect(await stateOf(anna)).toBe('ready');
      expect(await enable(bert)).toMatchObject(inUse);
    });
  });

  describe('that another user has', () => {
    test('is refused without telling who, and free once that user disables it', async () => {
      const bert = await person();
      const anna = await enabled(bert.number);
      const refused = await enable(bert);
      expect(refused).toMatchObject(inUse);
      expect(JSON.stringify(refused.body)).not.toContain(anna.userId);
      expect(await stateOf(bert)).toBe('phoneNumberNotUnique');
      expect((await phonesOf(bert.userId))[0].actions.enableSmsSignIn).toMatchObject({
        ...{ allowed: false, reasons: [{ code: 'phoneMethod.numberInUse', changeableBy: 'administrator' }] },
      });
      // Anna proved it later: nobody says that it is not hers.
      expect(await audited(anna.userId)).toEqual(['Enabled']);
      await disable(anna);
      expect(await enable(bert)).toMatchObject({ status: 200, body: { smsSignInState: 'ready' } });
      expect(await stateOf(anna)).toBe('phoneNumberNotUnique');
    });

    test('is contested by who proved it later; the tenant is told once', async () => {
      const anna = await enabled();
      const bert = await person(anna.number);
      await newMessages(anna.userId);
      for (let round = 0; round < 3; round += 1) expect(await enable(bert)).toMatchObject(inUse);
      expect(await newMessages(anna.userId)).toMatchObject([
        { type: 'phoneMethod.smsSignInContested', data: { userId: anna.userId, isSmsSignInEnabled: true } },
      ]);
      expect(await audited(anna.userId)).toEqual(['Enabled', 'Contested']);
      const exported = await world.api('GET', `/v1/users/${anna.userId}/export`);
      expect(exported.body.phoneMethods).toMatchObject([{ signInContestedAt: expect.any(String) }]);
      expect(await stateOf(anna)).toBe('ready');
      // Once Anna has proved it again, it is Bert who would have to.
      await register(world, { userId: anna.userId, phoneType: 'mobile', phoneNumber: anna.number });
      expect(await enable(bert)).toMatchObject(inUse);
      await later(1_000);
      await register(world, { userId: bert.userId, phoneType: 'mobile', phoneNumber: bert.number });
      expect(await enable(bert)).toMatchObject(inUse);
      expect(await audited(anna.userId)).toEqual(['Enabled', 'Contested', 'Contested']);
    });

    test('is contested by who verifies it later, also by who does not enable it; the tenant is told once', async () => {
      const anna = await enabled();
      await newMessages(anna.userId);
      for (const userId of ['bert-proves-it', 'carl-proves-it']) {
        const text = { userId, number: anna.number, channel: 'sms' };
        const { body } = await world.api('POST', '/v1/verifications', text);
        await world.sendTexts();
        const checked = await world.api('POST', `/v1/verifications/${body.id}/check`, {
          code: world.codeOn(anna.number),
        });
        expect(checked.body.outcome).toBe('approved');
        await world.service.journey.settled();
      }
      expect(await newTypes(anna.userId)).toEqual(['phoneMethod.smsSignInContested']);
      expect(await audited(anna.userId)).toEqual(['Enabled', 'Contested']);
      expect(await stateOf(anna)).toBe('ready');
    });

    test('of another tenant may be one here, too', async () => {
      const anna = await enabled();
      const { api } = await world.addTenant('second', POLICY);
      const phone = {
        userId: 'u',
        phoneType: 'mobile',
        phoneNumber: anna.number,
        tenantId: 'second',
      } as const;
      const id = await register(world, phone);
      const answer = await api('POST', `${of('u')}/${id}/enable-sms-sign-in`);
      expect(answer).toMatchObject({ status: 200, body: { smsSignInState: 'ready' } });
    });

    test('is reserved by nobody who has not enabled it', async () => {
      const anna = await person();
      const { number } = anna;
      const list = [{ userId: 'imported', phoneType: 'mobile', number }];
      await world.api('POST', '/v1/phone-methods/import', { value: list });
      await world.api('POST', of('entered-too'), { phoneType: 'mobile', number });
      await world.api('POST', '/v1/verifications', { userId: 'asked', number, channel: 'sms' });
      const other = await person(number);
      expect(await enable(anna)).toMatchObject({ status: 200 });
      // Whoever only typed it is not told that it is in use.
      for (const userId of ['imported', 'entered-too'])
        expect((await phonesOf(userId))[0]).toMatchObject({ smsSignInState: 'notConfigured' });
      expect(await stateOf(other)).toBe('phoneNumberNotUnique');
      await world.settle();
    });

    test('is entered for another user, who has it when it is verified and free', async () => {
      const anna = await enabled();
      const { number } = anna;
      const bert = { ...anna, userId: 'bert-entered' };
      bert.id = (await world.api('POST', of(bert.userId), { phoneType: 'mobile', number })).body.id;
      expect(await enable(bert)).toMatchObject({ status: 409, body: { code: 'phoneMethod.notVerified' } });
      await register(world, { userId: bert.userId, phoneType: 'mobile', phoneNumber: number });
      expect(await enable(bert)).toMatchObject(inUse);
      await world.api('DELETE', `${of(anna.userId)}/${anna.id}`);
      expect(await enable(bert)).toMatchObject({ status: 200 });
    });

    test('is told from one that somebody claimed a week ago and proves late', async () => {
      const number = newNumber();
      const late = { userId: 'late', id: '', number };
      late.id = (await world.api('POST', of(late.userId), { phoneType: 'mobile', number })).body.id;
      await later(7 * DAY);
      const asked = { userId: late.userId, number, channel: 'sms' };
      const { body } = await world.api('POST', '/v1/verifications', asked);
      await world.sendTexts();
      const code = world.codeOn(number);
      await enabled(number);
      expect(await stateOf(late)).toBe('notConfigured');
      const checked = await world.api('POST', `/v1/verifications/${body.id}/check`, { code });
      expect(checked.body.outcome).toBe('approved');
      expect(await stateOf(late)).toBe('phoneNumberNotUnique');
      expect(await enable(late)).toMatchObject(inUse);
    });

    test('and that an administrator gives to somebody else: nobody signs in with it until it is proved', async () => {
      const anna = await enabled();
      const { number } = anna;
      const signIn = await world.api('POST', '/v1/sign-ins', { number, nonce: 'n' });
      await world.sendTexts();
      const [code, other] = [world.codeOn(number), newNumber()];
      await newMessages(anna.userId);
      await world.api('PATCH', `${of(anna.userId)}/${anna.id}`, { number: other });
      const bert = { userId: 'bert-given', id: '', number };
      bert.id = (await world.api('POST', of(bert.userId), { phoneType: 'mobile', number })).body.id;
      expect(await newTypes(anna.userId)).toEqual(['phoneMethod.changed']);
      const check = `/v1/sign-ins/${signIn.body.id}/check`;
      expect((await world.api('POST', check, { code })).body.code).toBe('code.wrong');
      for (const each of [anna, bert]) {
        expect(await stateOf(each)).toBe('notConfigured');
        expect(await enable(each)).toMatchObject({ status: 409, body: { code: 'phoneMethod.notVerified' } });
      }
      await register(world, { userId: bert.userId, phoneType: 'mobile', phoneNumber: number });
      expect(await enable(bert)).toMatchObject({ status: 200, body: { smsSignInState: 'ready' } });
    });

    test.each(FORMS)('is also %s as %s, and not %s', async (one, other, stranger) => {
      const { rows } = await sql<{ keys: string[] }>`select array(select sign_in_key(n)
        from unnest(${[one, other, stranger]}::text[]) n) as keys`.execute(world.db);
      const [key, sameKey, strangersKey] = rows[0]?.keys ?? [];
      expect([sameKey, strangersKey === key]).toEqual([key, false]);
      const [anna, bert, carl] = [await person(one), await person(other), await person(stranger)];
      const answers = await Promise.all([enable(anna), enable(bert), enable(carl)]);
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 409]);
      expect(answers[2].status).toBe(200);
    });
  });

  describe('ends', () => {
    test.each<[what: string, act: (anna: Person) => Promise<unknown>]>([
      ['with the phone', ({ userId, id }) => world.api('DELETE', `${of(userId)}/${id}`)],
      [
        'with another number of an administrator',
        ({ userId, id }) => world.api('PATCH', `${of(userId)}/${id}`, { number: newNumber() }),
      ],
      [
        'when the user must register again',
        ({ userId }) => world.api('POST', `/v1/users/${userId}/require-reregistration`),
      ],
      [
        'with another number that the user registers',
        ({ userId }) => register(world, { userId, phoneType: 'mobile', phoneNumber: newNumber() }),
      ],
      ['with the user', ({ userId }) => world.api('DELETE', `/v1/users/${userId}`)],
    ])('%s, and the next user can have it', async (_what, act) => {
      const anna = await enabled();
      const bert = await person(anna.number);
      expect(await stateOf(bert)).toBe('phoneNumberNotUnique');
      await act(anna);
      expect((await phonesOf(anna.userId))[0]?.smsSignInState).not.toBe('ready');
      expect(await stateOf(bert)).toBe('notEnabled');
      expect(await enable(bert)).toMatchObject({ status: 200, body: { smsSignInState: 'ready' } });
      // A row that was one keeps nothing of it: the number that it has now was never enabled.
      const rows = await world.db
        .selectFrom('phoneMethod')
        .select(['signInEnabledAt', 'signInUsedAt', 'signInContestedAt'])
        .where('userId', '=', anna.userId)
        .execute();
      for (const row of rows) expect(Object.values(row)).toEqual([null, null, null]);
    });

    test('neither when the user registers the number again nor when the user is blocked', async () => {
      const anna = await enabled();
      const bert = await person(anna.number);
      await register(world, { userId: anna.userId, phoneType: 'mobile', phoneNumber: anna.number });
      await world.api('PUT', `/v1/users/${anna.userId}/block`, { reason: 'phone stolen', forS: 60 });
      expect(await stateOf(anna)).toBe('ready');
      expect(await enable(bert)).toMatchObject(inUse);
    });

    test('also for a process of an earlier release, which knows nothing of it', async () => {
      const anna = await enabled();
      await sql`update phone_method set verified_at = null where id = ${anna.id}`.execute(world.db);
      expect(await stateOf(anna)).toBe('notConfigured');
    });
  });

  describe('that nobody used for as long as the policy says', () => {
    test('has to be enabled again, by its user or by another who has it', async () => {
      const anna = await enabled();
      const bert = await person(anna.number);
      await later(89 * DAY);
      expect(await stateOf(anna)).toBe('ready');
      await later(DAY);
      expect(await stateOf(anna)).toBe('notEnabled');
      expect(await banner(anna.userId)).toMatchObject({ smsSignInState: 'notEnabled', canBeEnabled: true });
      expect(await stateOf(bert)).toBe('notEnabled');
      await enable(anna);
      expect(await stateOf(anna)).toBe('ready');
      expect(await enable(bert)).toMatchObject(inUse);
      expect(await audited(anna.userId)).toEqual(['Enabled', 'Enabled', 'Contested']);
      await newMessages(anna.userId);
      await later(90 * DAY);
      expect(await enable(bert)).toMatchObject({ status: 200, body: { smsSignInState: 'ready' } });
      expect(await stateOf(anna)).toBe('phoneNumberNotUnique');
      expect(await audited(anna.userId)).toEqual(['Enabled', 'Enabled', 'Contested', 'Disabled']);
      expect(await newTypes(anna.userId)).toEqual(['phoneMethod.smsSignInDisabled']);
      expect(await enable(anna)).toMatchObject(inUse);
    });

    test('counts from the last sign-in and the last time it was verified', async () => {
      const [anna, bert] = [await enabled(), await enabled()];
      await later(60 * DAY);
      const used = { signInUsedAt: new Date(world.time.now()) };
      await world.db.updateTable('phoneMethod').set(used).where('id', '=', anna.id).execute();
      await register(world, { userId: bert.userId, phoneType: 'mobile', phoneNumber: bert.number });
      await later(60 * DAY);
      for (const each of [anna, bert]) expect(await stateOf(each)).toBe('ready');
      await later(31 * DAY);
      for (const each of [anna, bert]) expect(await stateOf(each)).toBe('notEnabled');
      await setPolicy(world, { smsSignIn: { allowed: true, unusedDays: null } });
      for (const each of [anna, bert]) expect(await stateOf(each)).toBe('ready');
      await setPolicy(world, POLICY);
    });
  });

  test('is offered to a user who has one, and tells nothing of users who are not known', async () => {
    const anna = await person();
    const offer = { phoneMethodId: anna.id, phoneNumber: `+46 ${anna.number.slice(3)}`, reasons: [] };
    expect(await banner(anna.userId)).toEqual({ smsSignInState: 'notEnabled', canBeEnabled: true, ...offer });
    await enable(anna);
    expect(await banner(anna.userId)).toEqual({ smsSignInState: 'ready', canBeEnabled: false, ...offer });
    const bert = await person(anna.number);
    expect(await banner(bert.userId)).toMatchObject({
      ...{ smsSignInState: 'phoneNumberNotUnique', canBeEnabled: false },
      reasons: [{ code: 'phoneMethod.numberInUse' }],
    });
    const { userId } = await world.story('press-pound');
    for (const without of [userId, 'nobody-knows'])
      expect(await banner(without)).toEqual({
        ...{ smsSignInState: 'notConfigured', canBeEnabled: false, phoneMethodId: null, phoneNumber: null },
        reasons: [{ code: 'number.notRegistered', text: expect.any(String), changeableBy: 'user' }],
      });
  });

  test('is found, enabled and disabled at the command line, which says whose it is', async () => {
    const anna = await person();
    const { userId, id, number } = anna;
    const poundkey = async (...words: string[]) => (await runBeside(world, words)).output;
    expect(await poundkey('sign-in-user', 'contoso', number)).toMatch(
      /^Nobody signs in with the number \+46/,
    );
    expect(await poundkey('enable-sign-in', 'contoso', userId, id)).toBe(
      `The user ${userId} signs in with the number of the phone ${id}.`,
    );
    expect(await poundkey('list-phones', 'contoso', userId)).toContain('sign-in ready');
    const bert = await person(number);
    await enable(bert);
    const said = await poundkey('sign-in-user', 'contoso', number, '--json');
    expect(said).toContain(`"userId": "${userId}"`);
    for (const output of [said, await poundkey('sign-in-user', 'contoso', number)])
      expect(output).not.toContain(number.slice(3));
    expect(await poundkey('sign-in-user', 'contoso', number)).toMatch(/Another user has proved to have it/);
    const refused = await runBeside(world, ['enable-sign-in', 'contoso', bert.userId, bert.id]);
    expect(refused.errors).toContain('This number is in use.');
    expect(await poundkey('find', 'contoso', bert.userId)).toContain('phoneMethod.numberInUse');
    await poundkey('disable-sign-in', 'contoso', userId, id);
    expect(await stateOf(bert)).toBe('notEnabled');
    expect(await newMessages(userId)).toMatchObject([
      ...[{ type: 'phoneMethod.added' }, { data: { by: 'operator' } }],
      ...[{ type: 'phoneMethod.smsSignInContested' }, { data: { by: 'operator' } }],
    ]);
  });

  // The embedded store does one thing at a time.
  if (combination !== 'embedded')
    test('is waited for while another user is about to have it', async () => {
      const [anna, bert] = [await person(), await person()];
      await register(world, { userId: bert.userId, phoneType: 'mobile', phoneNumber: anna.number });
      let second: ReturnType<typeof enable> | undefined;
      await world.db.transaction().execute(async (first) => {
        await sql`select lock_sign_in('contoso', ${anna.userId}, ${anna.id}::uuid)`.execute(first);
        const enabledNow = { signInEnabledAt: new Date(world.time.now()) };
        await first.updateTable('phoneMethod').set(enabledNow).where('id', '=', anna.id).execute();
        second = enable(bert);
        const waiting = async () => {
          const { rows } = await sql`select from pg_stat_activity where datname = current_database()
            and wait_event_type = 'Lock'`.execute(world.db);
          return rows.length;
        };
        await expect.poll(waiting, SOON).toBeGreaterThan(0);
      });
      expect(await second).toMatchObject(inUse);
    });

  // The embedded store belongs to one process.
  if (combination !== 'embedded')
    test('that one process enables is one in all others', async () => {
      const other = await startService(
        { ...world.config, role: 'web' },
        { log: world.service.log, simulatorTime: virtualTime({ start: new Date(world.time.now()) }) },
      );
      const there = clientOf(() => other.url ?? '', world.key);
      const [anna, bert] = [await person(), await person()];
      await enable(anna);
      const path = `${of(anna.userId)}/${anna.id}`;
      expect((await there('GET', path)).body).toMatchObject({ smsSignInState: 'ready' });
      await there('POST', `${path}/disable-sms-sign-in`);
      expect(await stateOf(anna)).toBe('notEnabled');
      await there('POST', `${of(bert.userId)}/${bert.id}/enable-sms-sign-in`);
      expect(await stateOf(bert)).toBe('ready');
      await other.stop();
    });

  // A violation of the index would be an answer of 500, and PostgreSQL would log the number with it.
  test('that many enable at once has one of them, and the others are told that it is in use', async () => {
    const number = newNumber();
    const crowd: Person[] = [];
    // One statement at a time runs on the embedded store, so that a crowd is only slow there.
    const size = combination === 'embedded' ? 20 : 200;
    for (let n = 0; n < size; n += 1) {
      const userId = `crowd-${n}`;
      const id = await register(world, { userId, phoneType: 'mobile', phoneNumber: number });
      crowd.push({ userId, id, number });
    }
    // So many at once may wait for the database for too long, and are told to come again.
    const answers = await Promise.all(crowd.map((each) => untilServed(() => enable(each))));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const others = answers.filter(({ status }) => status !== 200);
    expect(others.filter(({ body }) => body.code !== 'phoneMethod.numberInUse')).toEqual([]);
    const holders = await world.db
      .selectFrom('phoneMethod')
      .select('userId')
      .where('phoneNumber', '=', number)
      .where('signInEnabledAt', 'is not', null)
      .execute();
    const winner = crowd[answers.findIndex(({ status }) => status === 200)];
    expect(holders).toEqual([{ userId: winner?.userId }]);
  });
});
