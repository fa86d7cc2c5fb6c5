// A number becomes a user name while its user registers another one: whoever waits sees what was written meanwhile, a
// number has one user of a tenant, and PostgreSQL's log names none.
import { type Kysely, sql, type Transaction } from 'kysely';
import { afterAll, describe, expect, test } from 'vitest';
import { runIn } from '../../src/platform/database/run-statement.ts';
import type { Registry } from '../../src/registry/schema.ts';
import { worldOn } from '../support/open-worlds.ts';
import { HAS_POSTGRES, startOwnStores } from '../support/own-servers.ts';
import { SOON } from '../support/own-time.ts';
import { register } from '../support/phone-methods.ts';
import { newMobile } from '../support/sign-ins.ts';
import type { Answer } from '../support/world.ts';

interface Person {
  userId: string;
  id: string;
}

const IN_USE = { status: 409, body: { code: 'phoneMethod.numberInUse' } };
const ENABLED = { status: 200, body: { smsSignInState: 'ready' } };

// The embedded store does one thing at a time.
const onPostgres = HAS_POSTGRES ? describe : () => undefined;
onPostgres('a number that becomes a user name while its user registers another one', () => {
  const options = { policy: { smsSignIn: { allowed: true } }, poolSize: 130 };
  const { world, stores } = worldOn(() => startOwnStores(false), options);
  const used: string[] = [];
  let people = 0;

  const newNumber = () => {
    const number = newMobile();
    used.push(number);
    return number;
  };
  const registering = (
    { userId }: { userId: string },
    phoneNumber: string,
    db: Kysely<Registry> = world.db,
  ) => register(world, { userId, phoneType: 'mobile', phoneNumber }, runIn(db));
  async function person(number: string): Promise<Person> {
    const userId = `person-${people++}`;
    return { userId, id: await registering({ userId }, number) };
  }
  const pathOf = ({ userId, id }: Person) => `/v1/users/${userId}/phone-methods/${id}`;
  const enable = (somebody: Person) => world.api('POST', `${pathOf(somebody)}/enable-sms-sign-in`);
  const stateOf = async (somebody: Person) => (await world.api('GET', pathOf(somebody))).body.smsSignInState;

  /** Those who sign in with a number. */
  async function holdersOf(number: string): Promise<string[]> {
    const rows = await world.db
      .selectFrom('phoneMethod')
      .select('userId')
      .where('phoneNumber', '=', number)
      .where('signInEnabledAt', 'is not', null)
      .execute();
    return rows.map(({ userId }) => userId);
  }

  /** One of those who enabled it has it, and all others are told that it is in use. */
  async function hasOneUser(number: string, crowd: Person[], answers: Answer[]): Promise<void> {
    const winners = crowd.filter((_, n) => answers[n]?.status === 200).map(({ userId }) => userId);
    expect(winners).toHaveLength(1);
    expect(await holdersOf(number)).toEqual(winners);
    const others = answers.filter(({ status }) => status !== 200);
    const said = others.map(({ status, body }) => `${status} ${body.code}`);
    expect([...new Set(said)]).toEqual(['409 phoneMethod.numberInUse']);
  }

  /** Resolves once as many sessions wait for a lock. */
  const isWaitedBy = (sessions: number) =>
    expect
      .poll(async () => {
        const { rows } = await sql`select from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`.execute(world.db);
        return rows.length;
      }, SOON)
      .toBeGreaterThanOrEqual(sessions);

  /** Does something in a session that ends only once what is begun meanwhile waits for it. */
  const inSession = (work: (session: Transaction<Registry>) => Promise<void>) =>
    world.db.transaction().execute(work);

  /** What enabling does until it is committed. */
  async function aboutToEnable({ userId, id }: Person, session: Kysely<Registry>): Promise<void> {
    await sql`select lock_sign_in('contoso', ${userId}, ${id}::uuid)`.execute(session);
    await session
      .updateTable('phoneMethod')
      .set({ signInEnabledAt: new Date(world.time.now()) })
      .where('id', '=', id)
      .execute();
  }

  /** A user whose code for another number was sent, and which is not typed yet. */
  async function codeFor(number: string, userId: string): Promise<() => Promise<unknown>> {
    const { body } = await world.api('POST', '/v1/verifications', { userId, number, channel: 'sms' });
    await world.sendTexts();
    const code = world.codeOn(number);
    return () => world.api('POST', `/v1/verifications/${body.id}/check`, { code });
  }

  afterAll(() => expect(stores.postgres.log()).not.toMatch(/duplicate key|deadlock/));

  test('is the new one, where the registration was first', async () => {
    const [old, fresh] = [newNumber(), newNumber()];
    const anna = await person(old);
    let answer: ReturnType<typeof enable> | undefined;
    await inSession(async (session) => {
      await registering(anna, fresh, session);
      answer = enable(anna);
      await isWaitedBy(1);
    });
    expect(await answer).toMatchObject(ENABLED);
    expect([await holdersOf(old), await holdersOf(fresh)]).toEqual([[], [anna.userId]]);
  });

  test('is refused as in use, where another user signs in with the new one', async () => {
    const [old, fresh] = [newNumber(), newNumber()];
    const [anna, bert] = [await person(old), await person(fresh)];
    expect(await enable(bert)).toMatchObject(ENABLED);
    let answer: ReturnType<typeof enable> | undefined;
    await inSession(async (session) => {
      await registering(anna, fresh, session);
      answer = enable(anna);
      await isWaitedBy(1);
    });
    expect(await answer).toMatchObject(IN_USE);
    expect([await holdersOf(old), await holdersOf(fresh)]).toEqual([[], [bert.userId]]);
  });

  test('is none any more, where it was enabled first, and the next user can have it', async () => {
    const [old, fresh] = [newNumber(), newNumber()];
    const [anna, bert] = [await person(old), await person(old)];
    const typeCode = await codeFor(fresh, anna.userId);
    let registered: Promise<unknown> | undefined;
    await inSession(async (session) => {
      await aboutToEnable(anna, session);
      registered = typeCode();
      await isWaitedBy(1);
    });
    expect(await registered).toMatchObject({ status: 200, body: { outcome: 'approved' } });
    expect(await stateOf(anna)).toBe('notEnabled');
    expect([await holdersOf(old), await holdersOf(fresh)]).toEqual([[], []]);
    expect(await enable(bert)).toMatchObject(ENABLED);
  });

  test('is refused where another user has it a moment before, and the registration is made all the same', async () => {
    const [old, fresh] = [newNumber(), newNumber()];
    const [anna, bert] = [await person(old), await person(old)];
    const typeCode = await codeFor(fresh, anna.userId);
    let answers: Promise<unknown[]> | undefined;
    await inSession(async (session) => {
      await aboutToEnable(bert, session);
      const first = enable(anna);
      await isWaitedBy(1);
      answers = Promise.all([first, typeCode()]);
      await isWaitedBy(2);
    });
    expect(await answers).toMatchObject([IN_USE, { status: 200, body: { outcome: 'approved' } }]);
    expect([await holdersOf(old), await holdersOf(fresh)]).toEqual([[bert.userId], []]);
    expect(await enable(anna)).toMatchObject(ENABLED);
  });

  test.each([
    ['committed', ENABLED],
    ['rolled back', IN_USE],
  ])('is free for another user once the registration of its user is %s', async (how, expected) => {
    const [old, fresh] = [newNumber(), newNumber()];
    const [anna, bert] = [await person(old), await person(old)];
    await enable(anna);
    let answer: ReturnType<typeof enable> | undefined;
    const session = inSession(async (own) => {
      await registering(anna, fresh, own);
      answer = enable(bert);
      await isWaitedBy(1);
      if (how === 'rolled back') throw new Error('as a process that dies');
    });
    await session.catch(() => undefined);
    expect(await answer).toMatchObject(expected);
    expect(await holdersOf(old)).toEqual([how === 'committed' ? bert.userId : anna.userId]);
  });

  // Two of them would each hold the phone that the other one is about to lock.
  test('is not looked for where the phone is no mobile, so that nobody waits in a circle', async () => {
    const [ofAnna, ofBert] = [newNumber(), newNumber()];
    const both = [
      { userId: 'anna-office', mobile: ofAnna, office: ofBert },
      { userId: 'bert-office', mobile: ofBert, office: ofAnna },
    ];
    const offices = await Promise.all(
      both.map(async ({ userId, mobile, office }) => {
        // Phones are locked in the order of their ids: the office phone is first.
        const id = await register(world, { userId, phoneType: 'office', phoneNumber: office });
        expect(await enable({ userId, id: await registering({ userId }, mobile) })).toMatchObject(ENABLED);
        return { userId, id };
      }),
    );
    let answers: Promise<Answer[]> | undefined;
    await inSession(async (session) => {
      const ids = offices.map(({ id }) => id);
      await session.selectFrom('phoneMethod').selectAll().where('id', 'in', ids).forUpdate().execute();
      answers = Promise.all(offices.map(enable));
      await isWaitedBy(2);
    });
    const refused = { status: 409, body: { code: 'phoneMethod.smsSignInNotSupported' } };
    expect(await answers).toMatchObject([refused, refused]);
  });

  test('has one user, where many register the same one and enable it at once', async () => {
    const wanted = newNumber();
    const crowd = await Promise.all(Array.from({ length: 30 }, () => person(newNumber())));
    const answers = await Promise.all(
      crowd.flatMap((each) => [enable(each), registering(each, wanted), enable(each)]),
    );
    const statuses = answers.map((answer) => (typeof answer === 'string' ? 200 : answer.status));
    expect(statuses.filter((status) => status !== 200 && status !== 409)).toEqual([]);
    expect((await holdersOf(wanted)).length).toBeLessThan(2);
    await hasOneUser(wanted, crowd, await Promise.all(crowd.map(enable)));
  });

  test('has one user, where two hundred who have it enable it at once', async () => {
    const wanted = newNumber();
    const last = await person(wanted);
    const crowd = await Promise.all(Array.from({ length: 200 }, () => person(wanted)));
    let answers: Promise<Answer[]> | undefined;
    await inSession(async (session) => {
      await sql`select lock_sign_in('contoso', ${last.userId}, ${last.id}::uuid)`.execute(session);
      answers = Promise.all(crowd.map(enable));
      await isWaitedBy(60);
    });
    await hasOneUser(wanted, crowd, (await answers) ?? []);
  });

  test('is in no line of the log of PostgreSQL', () => {
    const log = stores.postgres.log();
    expect(log).toContain('ready to accept connections');
    expect(used.length).toBeGreaterThan(30);
    expect(used.filter((number) => log.includes(number.slice(1)))).toEqual([]);
  });
});
