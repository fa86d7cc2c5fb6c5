// A statement that has waited for a row acts on the row as it is then, and not as it was when the statement began.
import { sql } from 'kysely';
import { raw } from 'sql-template-tag';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createNoteCall } from '../../src/journey/store/call-notes.ts';
import type { HowToFinish } from '../../src/journey/store/completion.ts';
import { createFinishApproved } from '../../src/journey/store/right-answer.ts';
import { createStores } from '../../src/journey/store/stores.ts';
import { worldOn } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import { SHARED_STORES } from '../support/stores.ts';
import type { World } from '../support/world.ts';

const SENDER = { to: null, lines: null };
const TOLD_OF_TEXT = {
  arrived: { status: 'delivered', outcome: null, errorCode: null },
  failed: { status: 'undelivered', outcome: 'undelivered', errorCode: '30005' },
} as const;

describe.each(SHARED_STORES.slice(-1))('while another session holds the row, on %s', (combination) => {
  const { world } = worldOn(combination);
  afterEach(() => world.time.resume());
  const now = () => new Date(world.time.now());
  const stores = () => createStores(world.service.stores.database.run);
  const rowOf = (id: string) =>
    world.db.selectFrom('verification').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

  /** A verification whose phone rings, and the answer that would approve it. */
  const ringing = async () => {
    world.time.pause();
    const { id } = await world.request('no-answer');
    await vi.waitFor(async () => expect((await world.read(id)).state).toBe('ringing'), SOON);
    const { attemptId, callId, round } = await rowOf(id);
    const answer = { attemptId: attemptId ?? '', callId: callId ?? '', round, sender: SENDER };
    return { id, answer };
  };

  type Answer = Awaited<ReturnType<typeof ringing>>['answer'];
  const rightOf = (answer: Answer) => ({ ...answer, challenge: 'pound', digits: null, now: now() }) as const;
  const approveOnly = (answer: Answer) => stores().answers.approve(rightOf(answer));
  /** The same with what is completed with it: nothing here. */
  const approveAndFinish = async (answer: Answer) => {
    const right = rightOf(answer);
    const writtenMessage = raw('null::text');
    const finish = createFinishApproved(world.service.stores.database.run, { writtenMessage });
    const { policyVersion: policyNow } = await world.db
      .selectFrom('tenant')
      .select('policyVersion')
      .where('id', '=', 'contoso')
      .executeTakeFirstOrThrow();
    return stores().answers.approve(right, async () => {
      // Where the row is held for longer than it is waited for, it is recorded by itself.
      const how: HowToFinish = { verification: { purpose: 'register', policyNow }, writes: [] };
      const finished = await finish(right, how).catch(() => null);
      return finished?.row ?? null;
    });
  };

  let texted = 1000;
  /** A verification whose text the provider has taken. */
  const sent = async () => {
    world.time.pause();
    texted += 1;
    const asked = { userId: `texted-${texted}`, number: `+4670126${texted}`, channel: 'sms' };
    const { id } = (await world.api('POST', '/v1/verifications', asked)).body;
    await vi.waitFor(async () => expect((await world.read(id)).state).toBe('sent'), SOON);
    const { attemptId, callId } = await rowOf(id);
    return { id, attemptId: attemptId ?? '', textId: callId ?? '' };
  };

  /** Changes the row in a session that ends only once the statement waits for it. Resolves to what the statement gave. */
  const meanwhile = async <T>(
    change: ReturnType<typeof sql>,
    statement: () => Promise<T>,
    look: (session: World['db']) => Promise<void> = async () => undefined,
  ): Promise<T> => {
    let waiting: Promise<T> | undefined;
    await world.db.transaction().execute(async (session) => {
      await change.execute(session);
      waiting = statement();
      await vi.waitFor(async () => {
        // Other databases of the server wait for locks of their own; of ours, each holds one of a table.
        const { rows } = await sql`select from pg_locks w where not granted and exists (select from pg_locks h
          where h.pid = w.pid and h.database = (select oid from pg_database where datname = current_database()))`.execute(
          session,
        );
        expect(rows.length).toBeGreaterThan(0);
      }, SOON);
      await look(session);
    });
    return waiting as Promise<T>;
  };

  test.each<[what: string, change: (id: string) => ReturnType<typeof sql>]>([
    [
      'decides it',
      (id) => sql`update verification set state = 'decided', outcome = 'blocked' where id = ${id}`,
    ],
    ['answers the question', (id) => sql`update verification set round = round + 1 where id = ${id}`],
    [
      'begins another attempt',
      (id) => sql`update verification set attempt_id = gen_random_uuid() where id = ${id}`,
    ],
    ['learns of another call', (id) => sql`update verification set call_id = 'CAother' where id = ${id}`],
  ])('a # is not recorded when the other %s', async (_what, change) => {
    for (const approve of [approveOnly, approveAndFinish]) {
      const { id, answer } = await ringing();
      expect(await meanwhile(change(id), () => approve(answer))).toBeNull();
      expect((await rowOf(id)).outcome).not.toBe('approved');
    }
  });

  test('a # is recorded when the other changes nothing that it depends on', async () => {
    for (const approve of [approveOnly, approveAndFinish]) {
      const { id, answer } = await ringing();
      const note = sql`update verification set rang_at = now() where id = ${id}`;
      expect(await meanwhile(note, () => approve(answer))).toMatchObject({ id, outcome: 'approved' });
    }
  });

  test('keys of others that come at the same time wait for nobody', async () => {
    const [held, first, free, last] = [await ringing(), await ringing(), await ringing(), await ringing()];
    const others = [first, free, last];
    const { approve } = stores().answers;
    const press = ({ answer }: typeof held) =>
      approve({ ...answer, challenge: 'pound', digits: null, now: now() });
    const note = sql`update verification set rang_at = now() where id = ${held.id}`;
    const pressed = await meanwhile(
      note,
      // It comes by itself at first, and once more, as providers send again, together with others.
      async () => [press(held), press(first), press(held), press(free), press(last)],
      async () => {
        for (const { id } of others)
          await vi.waitFor(async () => expect((await rowOf(id)).outcome).toBe('approved'), SOON);
        expect((await rowOf(held.id)).outcome).toBeNull();
      },
    );
    const calls = await Promise.all(pressed);
    expect(calls.filter((call) => call?.id === held.id)).toMatchObject([{ outcome: 'approved' }]);
    expect(calls.filter((call) => call !== null)).toHaveLength(4);
  });

  test.each([
    ['decides', sql`state = 'decided', outcome = 'approved'`],
    ['finishes', sql`state = 'finished', outcome = 'approved', open = false`],
  ])('what a callback tells is noted when the other %s it', async (_what, change) => {
    const { id, answer } = await ringing();
    const { attemptId, callId } = answer;
    const note = () =>
      createNoteCall(world.service.stores.database.run)({
        ...{ attemptId, callId, sender: SENDER, at: now(), wakeAt: now() },
        progress: { callId, status: 'inProgress', sequence: 1, sipResponseCode: null, answeredBy: null },
      });
    const other = sql`update verification set ${change} where id = ${id}`;
    expect(await meanwhile(other, note)).toMatchObject({ id, moved: false });
    expect(await rowOf(id)).toMatchObject({ outcome: 'approved', callStatus: 'inProgress' });
  });

  test('an approval that is not finished yet is ended by a block that waited for it', async () => {
    const { id } = await ringing();
    const { userId } = await rowOf(id);
    const approve = sql`update verification set state = 'decided', outcome = 'approved' where id = ${id}`;
    const block = () =>
      world.service.blocks.block({ tenantId: 'contoso', userId }, { reason: 'stolen', expiresAt: null });
    await meanwhile(approve, block);
    expect(await rowOf(id)).toMatchObject({ outcome: 'blocked', errorCode: 'userBlocked' });
  });

  test('what another session finished stays as it is', async () => {
    const { id } = await ringing();
    const { userId } = await rowOf(id);
    const finish = sql`update verification set state = 'finished', outcome = 'approved', open = false where id = ${id}`;
    const block = () =>
      world.service.blocks.block({ tenantId: 'contoso', userId }, { reason: 'stolen', expiresAt: null });
    await meanwhile(finish, block);
    expect((await rowOf(id)).outcome).toBe('approved');
  });

  test('a right code locks the counters of texts in the order in which a request does', async () => {
    // In which order a database comes upon rows depends on their keys, so there are some.
    for (let prefix = 0; prefix < 8; prefix += 1) {
      const number = `+467018${prefix}1000`;
      const asked = { userId: `orderly-${prefix}`, number, channel: 'sms' };
      const { id } = (await world.api('POST', '/v1/verifications', asked)).body;
      await world.sendTexts();
      const check = () => world.api('POST', `/v1/verifications/${id}/check`, { code: world.codeOn(number) });
      const [country, prefixes] = [sql`key like 'texts.country %'`, sql`key like 'texts.prefix %'`];
      let free = 0;
      const { status } = await meanwhile(
        sql`select from rate_count where ${country} for update`,
        check,
        async (session) => {
          const { rows } = await sql`select from rate_count where ${prefixes} for update skip locked`.execute(
            session,
          );
          free = rows.length;
        },
      );
      expect([status, free]).toEqual([200, prefix]);
    }
  });

  test.each<[what: string, change: (id: string) => ReturnType<typeof sql>]>([
    [
      'decides it',
      (id) => sql`update verification set state = 'decided', outcome = 'blocked' where id = ${id}`,
    ],
    [
      'calls instead',
      (id) => sql`update verification set channel = 'call', state = 'queued' where id = ${id}`,
    ],
    ['sends another code', (id) => sql`update verification set code_seed = 'another' where id = ${id}`],
  ])('a right code is refused when the other %s', async (_what, change) => {
    texted += 1;
    const number = `+4670126${texted}`;
    const asked = { userId: `texted-${texted}`, number, channel: 'sms' };
    const { id } = (await world.api('POST', '/v1/verifications', asked)).body;
    await world.sendTexts();
    const code = world.codeOn(number);
    const check = () => world.api('POST', `/v1/verifications/${id}/check`, { code });
    expect((await meanwhile(change(id), check)).status).toBe(409);
    expect((await rowOf(id)).outcome).not.toBe('approved');
  });

  test.each([
    ['arrived', 'decides', sql`state = 'decided', outcome = 'approved'`],
    ['arrived', 'finishes', sql`state = 'finished', outcome = 'approved', open = false`],
    ['failed', 'decides', sql`state = 'decided', outcome = 'approved'`],
    ['failed', 'finishes', sql`state = 'finished', outcome = 'approved', open = false`],
  ] as const)(
    'that a text %s is noted when the other %s it, and changes nothing else',
    async (told, _what, change) => {
      const { id, ...text } = await sent();
      const progress = { ...TOLD_OF_TEXT[told], textId: text.textId };
      const note = () => stores().texts.note({ ...text, progress, sender: SENDER, at: now() });
      const other = sql`update verification set ${change} where id = ${id}`;
      expect(await meanwhile(other, note)).toMatchObject({ id, outcome: 'approved' });
      expect(await rowOf(id)).toMatchObject({ outcome: 'approved', callStatus: progress.status });
    },
  );

  test('nothing is noted of a text when the other begins another attempt', async () => {
    const { id, ...text } = await sent();
    const progress = { ...TOLD_OF_TEXT.failed, textId: text.textId };
    const note = () => stores().texts.note({ ...text, progress, sender: SENDER, at: now() });
    const other = sql`update verification set attempt_id = gen_random_uuid() where id = ${id}`;
    expect(await meanwhile(other, note)).toBeNull();
    expect(await rowOf(id)).toMatchObject({ state: 'sent', outcome: null, callStatus: null });
  });
});
