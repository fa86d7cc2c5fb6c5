// How many statements and queue scripts a verification takes. A count that grows is a fault; see docs/performance.md.
import { sql } from 'kysely';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { noteTraffic, type Traffic } from '../support/count-traffic.ts';
import { appServersOf, basic, makeAppPassword, OLDER_APPS } from '../support/older-apps.ts';
import { worldOn } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import { setPolicy } from '../support/set-policy.ts';
import { askSignIn, newMobile, signer } from '../support/sign-ins.ts';
import { STORES } from '../support/stores.ts';

/** The paths, by words that only their statements have. */
const PATHS = {
  request: /from api_key|admit_request|as has_pin/,
  place: /insert into call_attempt/,
  notes: /with told as/,
  answer: /set state = 'answered'/,
  digits: /set round = v\.round \+ 1/,
  complete: /v\.state = 'decided' and v\.outcome/,
  receipt: /^\s*update outbox/,
};

/** The same for a verification by text message. */
const PATHS_OF_TEXT = {
  ...{ request: PATHS.request, place: PATHS.place },
  notes: /with told as/,
  read: /from verification v where v\.id = /,
  check: /v\.code_seed = /,
  ...{ complete: PATHS.complete, receipt: PATHS.receipt },
};

/** The same for a sign-in by number. */
const PATHS_OF_SIGN_IN = {
  ...PATHS_OF_TEXT,
  request: /from api_key|admit_sign_in|sign_in_key\(m/,
  // The assertion, before the completion that asks for it.
  assertion: /insert into sign_in_assertion/,
};

/** The same for an app password that an older app signs in with. */
const PATHS_OF_CHECK = { look: /left join app_server/, wrong: /insert into wrong_app_password / };

/** What timers, and this test while it waits, ask from time to time, whatever happens to verifications. */
const BY_TIMERS =
  /where v\.live and v\.wake_at|count\(\*\) from verification v where v\.live|with recursive waiting|from "verification"/;

/**
 * A table or an index from end to end, or all verifications of a tenant. Plans are kept while tables grow, so what is read
 * must not grow with them.
 */
const readsMuch = (plan: string) =>
  /Seq Scan|verification_tenant|Scan using [^\n]*\n(?!\s*Index Cond)/.test(plan);

const isWriting = (text: string) => /\b(insert into|update|delete from|admit_request)\b/.test(text);

describe.runIf(STORES.includes('postgres+redis'))('a verification on PostgreSQL and Redis', () => {
  // Without the looks for stalled jobs, which come from time to time.
  const worker = { concurrency: 20, mostLive: 1_000, lockDurationMs: 600_000, stalledIntervalMs: 600_000 };
  const { world } = worldOn('postgres+redis', { config: { worker, olderApps: OLDER_APPS } });
  let traffic: Traffic;

  /** Else PostgreSQL counts rows when it likes, and where they are few it plans to read all. It plans anew when it counts again. */
  beforeAll(async () => {
    const { rows } = await sql<{ text: string }>`
      select format('alter table %s set (autovacuum_enabled = off)', oid::regclass) as text
      from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace`.execute(world.db);
    expect(rows.length).toBeGreaterThan(20);
    for (const { text } of rows) await sql.raw(text).execute(world.db);
  });

  beforeEach(async () => {
    // What a process reads once is not counted.
    await world.story('press-pound');
    traffic = noteTraffic();
  });
  afterEach(() => traffic.stop());

  /** How many statements each path takes, and how many of them write. */
  function counted(of: Record<string, RegExp> = PATHS) {
    const ours = traffic.statements.filter((text) => !BY_TIMERS.test(text));
    const having = (words: RegExp) => ours.filter((text) => words.test(text));
    const paths = Object.entries(of).map(([path, words]) => [
      path,
      [having(words).length, having(words).filter(isWriting).length],
    ]);
    const known = Object.values(of);
    return {
      ...Object.fromEntries(paths),
      others: ours.filter((text) => !known.some((words) => words.test(text))),
      all: [ours.length, ours.filter(isWriting).length],
    };
  }

  test('by call, asked for over REST, takes as many statements as its budget allows', async () => {
    const { id } = await world.request('press-pound');
    const query = world.db.selectFrom('verification').select(['outcome', 'endedAt']).where('id', '=', id);
    await vi.waitFor(async () => {
      expect(await query.executeTakeFirst()).toEqual({ outcome: 'approved', endedAt: expect.any(Date) });
      expect(counted().digits).toEqual([1, 1]);
    }, SOON);
    traffic.stop();
    expect(counted()).toEqual({
      request: [2, 1],
      place: [1, 1],
      // The acceptance, ringing, who picked up, and the end: one each alone, gathered when there are many.
      notes: [4, 4],
      answer: [1, 1],
      // The key and what follows from it, together.
      digits: [1, 1],
      complete: [0, 0],
      receipt: [0, 0],
      others: [],
      all: [9, 8],
    });
    // Added, taken, finished, and twice the question whether there is another job, which many share.
    expect(traffic.commands.filter((name) => name === 'evalsha').length).toBeLessThanOrEqual(5);
  });

  test('by text message, with its code, takes as many statements as its budget allows', async () => {
    const number = '+46701234999';
    await world.api('POST', '/v1/verifications', { userId: 'budget', number, channel: 'sms' });
    // That it was taken, and the callbacks of a text that was taken, sent and delivered.
    await vi.waitFor(() => expect(counted(PATHS_OF_TEXT).notes).toEqual([4, 4]), SOON);
    const query = world.db.selectFrom('verification').select('id').where('userId', '=', 'budget');
    const { id } = await query.executeTakeFirstOrThrow();
    const { body } = await world.api('POST', `/v1/verifications/${id}/check`, { code: world.codeOn(number) });
    traffic.stop();
    expect(body.outcome).toBe('approved');
    expect(counted(PATHS_OF_TEXT)).toEqual({
      // With the API key of the check.
      request: [3, 1],
      place: [1, 1],
      // One each alone, gathered when there are many.
      notes: [4, 4],
      // By the check.
      read: [1, 0],
      // A right code is completed with its check.
      check: [1, 1],
      complete: [0, 0],
      receipt: [0, 0],
      others: [],
      all: [10, 7],
    });
  });

  test('of which the text is sent again takes no more statements than its first text', async () => {
    const number = '+46701234998';
    await world.api('POST', '/v1/verifications', { userId: 'budget-again', number, channel: 'sms' });
    await vi.waitFor(() => expect(counted(PATHS_OF_TEXT).notes).toEqual([4, 4]), SOON);
    await world.time.advance(30_000);
    traffic.stop();
    traffic = noteTraffic();
    const query = world.db.selectFrom('verification').select('id').where('userId', '=', 'budget-again');
    const { id } = await query.executeTakeFirstOrThrow();
    const paths = { ...PATHS_OF_TEXT, again: /texts_asked = v\.texts_asked/ };
    expect((await world.api('POST', `/v1/verifications/${id}/resend`)).status).toBe(202);
    await vi.waitFor(() => expect(counted(paths).notes).toEqual([4, 4]), SOON);
    traffic.stop();
    expect(counted(paths)).toMatchObject({
      ...{ again: [1, 1], place: [1, 1], notes: [4, 4], others: [] },
      // With the API key, and what is read before it is sent again.
      ...{ read: [1, 0], all: [8, 6] },
    });
  });

  test('by number, as a user name, takes as many statements as its budget allows', async () => {
    traffic.stop();
    await setPolicy(world, { smsSignIn: { allowed: true } });
    const { number } = await signer(world);
    // What a process reads once is not counted.
    await askSignIn(world, newMobile());
    await world.sendTexts();
    traffic = noteTraffic();
    const { id } = (await askSignIn(world, number)).body;
    await vi.waitFor(() => expect(counted(PATHS_OF_SIGN_IN).notes).toEqual([4, 4]), SOON);
    const { body } = await world.api('POST', `/v1/sign-ins/${id}/check`, { code: world.codeOn(number) });
    traffic.stop();
    expect(body.status).toBe('approved');
    expect(counted(PATHS_OF_SIGN_IN)).toMatchObject({
      // The API key twice, what is known of the number, and the admission.
      request: [4, 1],
      place: [1, 1],
      // One each alone, gathered when there are many.
      notes: [4, 4],
      read: [2, 0],
      check: [1, 1],
      complete: [1, 1],
      assertion: [1, 1],
      receipt: [0, 0],
      others: [],
      all: [14, 9],
    });
  });

  test('an app password is checked with one statement, and one more if it is wrong', async () => {
    traffic.stop();
    const nginx = await appServersOf(world);
    const { password } = await makeAppPassword(world, 'budget');
    traffic = noteTraffic();
    expect((await nginx.askBasic(basic('budget', password))).status).toBe(204);
    expect((await nginx.askBasic(null)).status).toBe(401);
    expect((await nginx.askMail('budget', password)).headers['auth-status']).toBe('OK');
    expect(counted(PATHS_OF_CHECK)).toEqual({ look: [3, 0], wrong: [0, 0], others: [], all: [3, 0] });
    expect((await nginx.askBasic(basic('budget', 'wrong'))).status).toBe(401);
    expect((await nginx.askBasic(basic('nobody', 'wrong'))).status).toBe(401);
    traffic.stop();
    expect(counted(PATHS_OF_CHECK)).toEqual({ look: [5, 0], wrong: [2, 2], others: [], all: [7, 2] });
    const plans = await plansOf(traffic);
    expect(plans).toHaveLength(2);
    expect(plans.filter((plan) => readsMuch(plan))).toEqual([]);
  });

  test('reads no table as a whole, also where a plan was made when there was little in it', async () => {
    await world.story('wrong-then-pound');
    await textInEveryWay();
    traffic.stop();
    const plans = await plansOf(traffic);
    expect(plans.length).toBeGreaterThan(7);
    expect(plans.filter((plan) => readsMuch(plan))).toEqual([]);
  });

  const plansOf = ({ statements }: Traffic) =>
    Promise.all([...new Set(statements.filter((text) => !BY_TIMERS.test(text)))].map(planOf));

  /** Texts that are sent again and checked, followed by a call, and canceled. */
  async function textInEveryWay(): Promise<void> {
    await setPolicy(world, { textMessage: { escalation: { toCall: true } } });
    const number = '+46701234997';
    const ask = async () => {
      await world.api('POST', '/v1/verifications', { userId: 'planned', number, channel: 'sms' });
      await world.sendTexts();
      await world.time.advance(30_000);
      const query = world.db.selectFrom('verification').select('id').where('userId', '=', 'planned');
      return (await query.orderBy('createdAt', 'desc').executeTakeFirstOrThrow()).id;
    };
    const first = await ask();
    await world.api('POST', `/v1/verifications/${first}/resend`);
    await world.sendTexts();
    await world.api('POST', `/v1/verifications/${first}/check`, { code: world.codeOn(number) });
    await world.settle();
    const second = await ask();
    await world.api('POST', `/v1/verifications/${second}/call-instead`);
    await world.api('POST', `/v1/verifications/${second}/cancel`);
    await world.settle();
  }

  /** How the server runs a statement that has a name. */
  function planOf(text: string): Promise<string> {
    return world.db.connection().execute(async (db) => {
      await sql.raw(`prepare planned as ${text}`).execute(db);
      const count = Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map(([, place]) => Number(place)));
      const values = count === 0 ? '' : `(${Array.from({ length: count }, () => 'null').join()})`;
      const { rows } = await sql.raw<Record<string, string>>(`explain execute planned${values}`).execute(db);
      await sql.raw('deallocate planned').execute(db);
      return rows.flatMap((row) => Object.values(row)).join('\n');
    });
  }
});
