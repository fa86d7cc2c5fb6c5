// What is older than the policy keeps it leaves the registry, a few hundred rows at a time, and nothing else does.
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test, vi } from 'vitest';
import { createPurge } from '../../src/retention/purge.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { ask, OPS, sampleOf } from '../support/operator.ts';
import { setPolicy } from '../support/set-policy.ts';
import { askSignIn, newMobile, signer } from '../support/sign-ins.ts';
import type { World } from '../support/world.ts';

const DAY_MS = 86_400_000;

/** Sweeps; where it pauses between two batches, the time moves on. */
async function sweep(world: World): Promise<void> {
  let done = false;
  // As if the last sweep had been long ago.
  await world.db.deleteFrom('lease').where('name', '=', 'sweep').execute();
  const swept = world.service.journey.sweep().finally(() => {
    done = true;
  });
  while (!done) {
    await world.time.advance(20);
    await new Promise(setImmediate);
  }
  await swept;
}

const count = async (
  world: World,
  table: 'verification' | 'callAttempt' | 'signInAssertion' | 'outbox' | 'auditEvent' | 'refusal',
) =>
  Number(
    (
      await world.db
        .selectFrom(table)
        .select((build) => build.fn.countAll().as('count'))
        .executeTakeFirst()
    )?.count,
  );

/** Makes a verification so old as if it had been requested and finished days ago. */
const age = (world: World, id: string, days: number) =>
  sql`update verification set created_at = created_at - make_interval(days => ${days}::int),
    finished_at = finished_at - make_interval(days => ${days}::int) where id = ${id}`.execute(world.db);

const metric = async (world: World, kind: string) =>
  sampleOf((await ask(world, '/metrics')).text, `poundkey_purged_rows_total{kind="${kind}"}`);

/** Finished verifications of long ago, each with a call and a delivered message. */
async function addOld(world: World, many: number): Promise<void> {
  const at = new Date(world.time.now() - 100 * DAY_MS);
  await sql`insert into verification (id, tenant_id, user_id, purpose, channel, phone_type, phone_number, country,
      locale, state, outcome, wake_at, created_at, expires_at, decided_at, finished_at, open)
    select gen_random_uuid(), 'contoso', 'old-' || n, 'register', 'call', 'office', '+46812345678', 'SE', 'sv-SE',
      'finished', 'busy', ${at}, ${at}::timestamptz + n * interval '1 ms', ${at}, ${at}, ${at}, false
    from generate_series(1, ${many}::int) n`.execute(world.db);
  await sql`insert into call_attempt (id, verification_id, number, line_number, started_at)
    select gen_random_uuid(), id, 1, '+46850509999', ${at} from verification where user_id like 'old-%'`.execute(
    world.db,
  );
  await sql`insert into outbox (id, tenant_id, verification_id, type, payload, created_at, next_attempt_at,
      delivered_at)
    select gen_random_uuid(), 'contoso', id, 'verification.finished', '{}', ${at}, ${at}, ${at}
    from verification where user_id like 'old-%'`.execute(world.db);
}

describeWorlds(
  'retention',
  { config: { ops: OPS, webhooks: { allowPrivate: true, timeLimitMs: 500 } } },
  ({ world }) => {
    test('removes a finished verification with its calls when the policy keeps it no longer', async () => {
      const old = await world.story('press-pound', { userId: 'u-stays' });
      const young = await world.story('busy');
      await age(world, old.id, 91);
      await age(world, young.id, 89);
      const at = new Date(world.time.now());
      for (const { id: verificationId } of [old, young])
        await world.db
          .insertInto('signInAssertion')
          .values({
            ...{ id: randomUUID(), verificationId, phoneMethodId: randomUUID(), keyId: 'k' },
            ...{ phoneVerifiedAt: at, issuedAt: at, expiresAt: at },
          })
          .execute();
      const events = await count(world, 'auditEvent');
      await sweep(world);
      expect(await world.api('GET', `/v1/verifications/${old.id}`)).toMatchObject({ status: 404 });
      expect(await world.api('GET', `/v1/verifications/${old.id}/events`)).toMatchObject({ status: 404 });
      expect(await world.read(young.id)).toMatchObject({ outcome: 'busy' });
      expect(await count(world, 'callAttempt')).toBe(1);
      expect(await count(world, 'signInAssertion')).toBe(1);
      // What was registered stays, and so does what tells of it.
      expect((await world.api('GET', '/v1/users/u-stays/phone-methods')).body.value).toHaveLength(1);
      expect((await world.api('GET', '/v1/users/u-stays/app-passwords')).body.value).toHaveLength(1);
      expect(await count(world, 'auditEvent')).toBe(events);
      expect(
        await world.story('press-pound', { userId: 'u-stays', number: undefined, purpose: 'signIn' }),
      ).toMatchObject({
        outcome: expect.any(String),
      });
    });

    test('keeps one that is not finished, and one whose outcome is still to be delivered', async () => {
      await world.api('PUT', '/v1/webhook-endpoint', { url: 'http://127.0.0.1:1/outcomes' });
      const told = await world.story('busy');
      await age(world, told.id, 1000);
      await sweep(world);
      expect(await world.read(told.id)).toMatchObject({ outcome: 'busy' });
      await world.api('DELETE', '/v1/webhook-endpoint');
      await sweep(world);
      expect((await world.api('GET', `/v1/verifications/${told.id}`)).status).toBe(404);
      world.time.pause();
      const open = await world.request('press-pound');
      await age(world, open.id, 1000);
      await world.service.journey.sweep();
      expect(await world.read(open.id)).toMatchObject({ state: expect.not.stringMatching('finished') });
      world.time.resume();
      await sql`update verification set created_at = now() where id = ${open.id}`.execute(world.db);
      await world.settle();
    });

    test('follows the policy, also after a change', async () => {
      const { id } = await world.story('busy');
      await age(world, id, 20);
      await sweep(world);
      expect(await world.read(id)).toMatchObject({ outcome: 'busy' });
      await setPolicy(world, { retention: { verificationDays: 10 } });
      await sweep(world);
      expect((await world.api('GET', `/v1/verifications/${id}`)).status).toBe(404);
      await setPolicy(world, {});
    });

    test('removes sign-ins by number, whether or not anybody was texted', async () => {
      await setPolicy(world, { smsSignIn: { allowed: true }, retention: { verificationDays: 10 } });
      const { number } = await signer(world);
      const ids: string[] = [];
      for (const each of [number, newMobile()]) ids.push((await askSignIn(world, each)).body.id);
      await world.sendTexts();
      for (const id of ids)
        expect((await world.api('POST', `/v1/sign-ins/${id}/cancel`)).body.status).toBe('canceled');
      await world.service.journey.settled();
      for (const id of ids) await age(world, id, 20);
      await sweep(world);
      for (const id of ids) expect((await world.api('GET', `/v1/sign-ins/${id}`)).status).toBe(404);
      await setPolicy(world, {});
    });

    test('frees an idempotency key with its verification, and not before', async () => {
      const ask = async () => {
        const body = { userId: 'u-key', number: '+46812340001' };
        return world.api('POST', '/v1/verifications', body, { 'idempotency-key': 'enrol-1' });
      };
      world.simulator.desk.script('+46812340001', 'busy');
      const first = await ask();
      await world.settle();
      await age(world, first.body.id, 89);
      await sweep(world);
      expect(await ask()).toMatchObject({ status: 200, body: { id: first.body.id } });
      await age(world, first.body.id, 2);
      await sweep(world);
      const again = await ask();
      expect(again.status).toBe(201);
      expect(again.body.id).not.toBe(first.body.id);
      await world.settle();
    });

    test('removes audit events, delivered messages and refusals of long ago', async () => {
      const years = new Date('2020-01-01T00:00:00Z');
      await sql`insert into audit_event (id, tenant_id, type, data, at)
      values (gen_random_uuid(), 'contoso', 'policy.changed', '{"old": true}', ${years})`.execute(world.db);
      await sql`insert into outbox (id, tenant_id, type, payload, created_at, next_attempt_at, delivered_at)
      values (gen_random_uuid(), 'contoso', 'old', '{}', ${years}, ${years}, ${years})`.execute(world.db);
      await sql`insert into refusal values ('contoso', 'u', 'user.blocked', ${years}, '', '', 1, ${years})`.execute(
        world.db,
      );
      const events = await count(world, 'auditEvent');
      await sweep(world);
      expect(await count(world, 'auditEvent')).toBe(events - 1);
      expect(await count(world, 'refusal')).toBe(0);
      const old = world.db.selectFrom('outbox').select('id').where('type', '=', 'old');
      expect(await old.execute()).toEqual([]);
      for (const kind of ['auditEvent', 'webhookMessage', 'refusal', 'verification', 'callAttempt'])
        expect(await metric(world, kind), kind).toBeGreaterThan(0);
    });

    test('of ten thousand ends, with two at work and one that dies in the middle, and leaves nothing half', async () => {
      await addOld(world, 10_000);
      const removed = {
        ...{ verification: 0, callAttempt: 0, webhookMessage: 0, auditEvent: 0, refusal: 0 },
        ...{ selfServiceLink: 0, selfServiceSession: 0, signInPage: 0, entraAttempt: 0, enrolmentCode: 0 },
      };
      const { run } = world.service.stores.database;
      const worker = (failAt: number) => {
        let batches = 0;
        const dying: typeof run = (statement) => {
          batches += 1;
          return batches === failAt ? Promise.reject(new Error('this process died')) : run(statement);
        };
        return createPurge({
          run: dying,
          clock: { now: () => new Date(world.time.now()) },
          pause: () => new Promise(setImmediate),
          isStopping: () => false,
          count: (kind, rows) => {
            removed[kind] += rows;
          },
          log: { warn: () => undefined },
        });
      };
      await Promise.all([worker(3)(), worker(Number.NaN)()]);
      // A verification goes with its calls, or stays with them.
      const half = await sql<{ halves: number }>`select count(*)::int as halves
      from (select id from verification where user_id like 'old-%') v
      full join (select verification_id as id from call_attempt where line_number = '+46850509999') a using (id)
      where v.* is null or a.* is null`.execute(world.db);
      expect(half.rows).toEqual([{ halves: 0 }]);
      const left = () =>
        world.db.selectFrom('verification').select('id').where('userId', 'like', 'old-%').execute();
      expect((await left()).length).toBeGreaterThan(0);
      await vi.waitFor(async () => {
        await worker(Number.NaN)();
        expect(await left()).toEqual([]);
      }, 30_000);
      expect(removed).toMatchObject({ verification: 10_000, callAttempt: 10_000, webhookMessage: 10_000 });
    });
  },
);
