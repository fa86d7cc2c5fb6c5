// A backend adds jobs to the queue instead of calling the REST API: told from the backend's side of the queue.
import { randomUUID } from 'node:crypto';
import { type Job, Queue, QueueEvents } from 'bullmq';
import { Redis } from 'ioredis';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { PoundkeyProblem } from '../../src/client/problem.ts';
import { createVerificationQueue, type VerificationQueue } from '../../src/client/queue.ts';
import { openQueue, type QueuePlace } from '../../src/client/queue-place.ts';
import type { VerificationJobData } from '../../src/client/types.ts';
import { HOUR_MS } from '../../src/platform/clock.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import type { FreshStores } from '../support/stores.ts';
import { expectOneEnd, isStatus, stopAt } from '../support/traces.ts';
import type { World } from '../support/world.ts';
import { numberForms, search } from './secrecy-search.ts';
import { readJobs, readRedis, readRows } from './stored-text.ts';

/** How a backend reaches the queue: over the network, or where the store lives in the process through its pool. */
function placeOf(world: World, stores: FreshStores): QueuePlace {
  if (stores.queue.kind === 'redis')
    return { connection: { url: stores.queue.url, maxRetriesPerRequest: null }, prefix: stores.queue.prefix };
  if (stores.databaseUrl !== null) return { databaseUrl: stores.databaseUrl };
  return { pool: world.service.stores.database.queuePool };
}

describeWorlds('a job that a backend adds', ({ world, stores, combination }) => {
  let backend: VerificationQueue;

  beforeAll(() => {
    backend = createVerificationQueue(placeOf(world, stores));
  });
  afterAll(() => backend?.close());
  afterEach(() => vi.restoreAllMocks());

  const jobOf = async (id: string): Promise<Job | undefined> => world.service.jobs.queue.getJob(id);
  const requestFor = (number = world.newNumber()): VerificationJobData & { number: string } => ({
    tenantId: 'contoso',
    userId: `u-${number.slice(-4)}`,
    number,
  });
  const rowsFor = (number: string) =>
    world.db.selectFrom('verification').selectAll().where('phoneNumber', '=', number).execute();
  const isTaken = (job: { jobId: string }) =>
    vi.waitFor(async () => expect((await jobOf(job.jobId))?.data).toHaveProperty('verificationId'), 10_000);

  /** Everything that the queue keeps, as text. */
  async function queueText(): Promise<string> {
    const tables = combination === 'postgres+redis' ? [] : [...(await readRows(world, 'bullmq'))];
    return JSON.stringify([await readJobs(world), await readRedis(stores), tables]);
  }
  const leftOf = async (number: string) =>
    search({ queue: await queueText(), log: world.log.join('') }, new Map([[number, numberForms(number)]]));

  test.each([
    ['press-pound', 'approved'],
    ['busy', 'busy'],
    ['wrong-key', 'wrongDigits'],
  ] as const)('for a phone that does "%s" ends as %s, and carries ids only', async (scenario, outcome) => {
    const request = requestFor();
    world.simulator.desk.script(request.number, scenario);
    const job = await backend.enqueue(request);
    await isTaken(job);
    const result = job.waitUntilFinished(30_000);
    await world.settle();
    const verificationId = (await job.verificationId()) ?? '';
    expect(await result).toEqual({ outcome, verificationId });
    const { verification } = await expectOneEnd(world, verificationId, { outcome });
    expect(verification).toMatchObject({ tenantId: 'contoso', userId: request.userId, jobId: job.jobId });
    expect((await jobOf(job.jobId))?.data).toEqual({ verificationId });
    expect(await jobOf(verificationId)).toBeUndefined();
    expect(await job.waitUntilFinished(1_000)).toEqual({ outcome, verificationId });
    expect(await leftOf(request.number)).toEqual([]);
  });

  test('with BullMQ alone, without an id of its own, is taken as well, and tells its end', async () => {
    const bull = openQueue(placeOf(world, stores), (error) => world.log.push(String(error)));
    onTestFinished(() => bull.close());
    const request = requestFor();
    const job: Job = await bull.queue.add('request', request);
    expect(job.id).toMatch(/^\d+$/);
    const end = job.waitUntilFinished(bull.events, 30_000);
    await isTaken({ jobId: job.id ?? '' });
    await world.settle();
    const [row] = await rowsFor(request.number);
    expect(row).toMatchObject({ jobId: job.id, outcome: 'approved' });
    expect(await end).toEqual({ outcome: 'approved', verificationId: row?.id });
    const refused: Job = await bull.queue.add('request', { ...request, number: '+46' });
    await expect(refused.waitUntilFinished(bull.events, 30_000)).rejects.toThrow(
      /^number\.invalid: .*\n\/number: /,
    );
  });

  test('twice, at once and after its end, is one verification and one call', async () => {
    const request = requestFor();
    const jobId = `order-${randomUUID()}`;
    const [job] = await Promise.all([1, 2, 3].map(() => backend.enqueue(request, { jobId })));
    await isTaken({ jobId });
    await world.settle();
    const first = await job?.waitUntilFinished(5_000);
    await backend.enqueue(request, { jobId });
    await (await jobOf(jobId))?.remove();
    const again = await backend.enqueue(request, { jobId });
    expect(await again.waitUntilFinished(10_000)).toEqual(first);
    expect(await rowsFor(request.number)).toHaveLength(1);
    await expectOneEnd(world, first?.verificationId ?? '', { outcome: 'approved' });
    expect(await leftOf(request.number)).toEqual([]);
  });

  test('under the id of an earlier one that asked for something else is refused', async () => {
    const [first, second] = [requestFor(), requestFor()];
    const jobId = `order-${randomUUID()}`;
    await backend.enqueue(first, { jobId });
    await isTaken({ jobId });
    await world.settle();
    await (await jobOf(jobId))?.remove();
    const refused = (await backend.enqueue(second, { jobId })).waitUntilFinished(10_000);
    await expect(refused).rejects.toMatchObject({
      code: 'idempotencyKey.reused',
      problems: [{ field: 'jobId' }],
    });
    expect(await rowsFor(second.number)).toEqual([]);
  });

  test('can be followed and canceled over the REST API like any other', async () => {
    const request = requestFor();
    world.simulator.desk.script(request.number, 'no-answer');
    const rings = stopAt(world, (event) => isStatus(event, 'ringing') && event.to === request.number);
    const job = await backend.enqueue(request);
    await rings;
    const id = await job.verificationId();
    expect(await world.api('POST', `/v1/verifications/${id}/cancel`)).toMatchObject({ status: 200 });
    const result = job.waitUntilFinished(10_000);
    world.time.resume();
    await world.settle();
    expect(await result).toEqual({ outcome: 'canceled', verificationId: id });
  });

  test('that waited too long places no call: it has expired', async () => {
    const request = requestFor();
    const past = { timestamp: Date.now() - 11 * 60_000, jobId: randomUUID() };
    await world.service.jobs.queue.add('request', request, past);
    await isTaken(past);
    await world.settle();
    const [row] = await rowsFor(request.number);
    await expectOneEnd(world, row?.id ?? '', { outcome: 'expired', calls: 0 });
  });

  test('waits, tried once though it may be, while the registry cannot take it', async () => {
    const request = requestFor();
    await breakRegistry();
    const job = await backend.enqueue(request);
    await vi.waitFor(
      () => expect(world.log.join('')).toMatch(/relation \S*user_block\S* does not exist/),
      10_000,
    );
    await mendRegistry();
    await isTaken(job);
    await world.settle();
    expect(await job.waitUntilFinished(10_000)).toMatchObject({ outcome: 'approved' });
  });

  test('that could not be taken for an hour fails and leaves no number behind', async () => {
    const request = requestFor();
    await breakRegistry();
    const jobId = randomUUID();
    await world.service.jobs.queue.add('request', request, { jobId, timestamp: Date.now() - 3_600_001 });
    await vi.waitFor(async () => expect(await (await jobOf(jobId))?.getState()).toBe('failed'), 10_000);
    await mendRegistry();
    expect((await jobOf(jobId))?.failedReason).toMatch(/^service\.unavailable: .*an hour/);
    expect(await leftOf(request.number)).toEqual([]);
    expect(await rowsFor(request.number)).toEqual([]);
  });

  /** Nothing can be asked about users until the registry is mended. */
  const breakRegistry = () => sql`alter table user_block rename to user_block_away`.execute(world.db);
  const mendRegistry = () => sql`alter table user_block_away rename to user_block`.execute(world.db);

  /** How each is wrong, the job, and the reason: its code and the fields it names. */
  const wrong: [
    what: string,
    data: unknown,
    code: string,
    fields: string[],
    options?: object,
    name?: string,
  ][] = [
    ['no data', undefined, 'request.invalid', ['/tenantId', '/userId', '/number']],
    ['text', '+46812345678', 'request.invalid', ['']],
    ['a list', [{ tenantId: 'contoso' }], 'request.invalid', ['']],
    ['a number', 46812345678, 'request.invalid', ['']],
    ['no tenant', { tenantId: undefined }, 'request.invalid', ['/tenantId']],
    ['a tenant that there is not', { tenantId: 'nobody' }, 'request.invalid', ['/tenantId']],
    ['a tenant by its name', { tenantId: 'Contoso AB' }, 'request.invalid', ['/tenantId']],
    ['no user', { userId: undefined }, 'request.invalid', ['/userId']],
    ['a user with spaces', { userId: 'Anna Svensson' }, 'request.invalid', ['/userId']],
    ['a user that is a number', { userId: 1842 }, 'request.invalid', ['/userId']],
    ['another purpose', { purpose: 'marketing' }, 'request.invalid', ['/purpose']],
    ['no number to register', { number: undefined }, 'request.invalid', ['/number']],
    ['a number that is none', { number: '+46' }, 'number.invalid', ['/number']],
    ['a number of a country that is refused', { number: '+8821612345678' }, 'number', ['/number']],
    ['a country by its name', { country: 'Sweden' }, 'request.invalid', ['/country']],
    ['an extension of letters', { extension: '12a' }, 'request.invalid', ['/extension']],
    ['a pause of a third', { pauseBeforeS: 0.3 }, 'request.invalid', ['/pauseBeforeS']],
    ['a language without prompts', { locale: 'tlh' }, 'locale.unsupported', ['/locale']],
    ['fields of its own', { phone: '+46812345678' }, 'request.invalid', ['/phone']],
    ['an idempotency key', { idempotencyKey: 'order-17' }, 'request.invalid', ['/idempotencyKey']],
    ['a verification besides', { verificationId: randomUUID() }, 'request.invalid', ['/verificationId']],
    [
      'a sign-in without a phone',
      { purpose: 'signIn', number: undefined },
      'number.notRegistered',
      ['/number'],
    ],
    ['another name', {}, 'request.invalid', ['name'], {}, 'Request'],
    ['an id of 300 characters', {}, 'request.invalid', ['jobId'], { jobId: 'x'.repeat(300) }],
    ['an id with an umlaut', {}, 'request.invalid', ['jobId'], { jobId: 'schlüssel' }],
  ];
  // PostgreSQL takes no such job in the first place.
  if (combination === 'postgres+redis')
    wrong.push(['a number with a NUL', { number: '+4681234\u00005678' }, 'request.invalid', ['/number']]);

  test.each(wrong)(
    'with %s fails with the reason and does nothing',
    async (_what, data, code, fields, options, name) => {
      const number = world.newNumber();
      const isChange = typeof data === 'object' && !Array.isArray(data);
      const jobData = isChange ? { ...requestFor(number), ...data } : data;
      const given = { jobId: `wrong-${randomUUID()}`, attempts: 3, ...options };
      const counts = () =>
        Promise.all([
          world.db
            .selectFrom('verification')
            .select((db) => db.fn.countAll().as('all'))
            .executeTakeFirst(),
          world.db
            .selectFrom('rateCount')
            .select((db) => db.fn.sum('count').as('all'))
            .executeTakeFirst(),
          world.simulator.calls().length,
        ]);
      const before = await counts();
      await world.service.jobs.queue.add(name ?? 'request', jobData, given);
      await vi.waitFor(
        async () => expect(await (await jobOf(given.jobId))?.getState()).toBe('failed'),
        10_000,
      );
      const job = await jobOf(given.jobId);
      const [first = '', ...rules] = (job?.failedReason ?? '').split('\n');
      expect(first).toMatch(new RegExp(`^${code}[.\\w]*: \\S.+\\.$`));
      expect(rules.map((rule) => rule.split(':')[0])).toEqual(fields);
      expect(job?.attemptsMade).toBe(1);
      expect(job?.data).toEqual({ refused: job?.failedReason });
      expect(await counts()).toEqual(before);
      expect(await leftOf(number)).toEqual([]);
      await job?.remove();
    },
  );

  test('that is refused is a problem with code and fields for the client', async () => {
    const refused = (await backend.enqueue({ ...requestFor(), number: '+46' })).waitUntilFinished(10_000);
    const problem = await refused.catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(PoundkeyProblem);
    expect(problem).toMatchObject({
      code: 'number.invalid',
      message: expect.stringMatching(/\.$/),
      problems: [{ field: '/number', rule: expect.stringMatching(/\.$/) }],
    });
  });

  test.each([
    ['fails', { number: '+46' }, { code: 'number.invalid' }],
    ['is done', {}, { outcome: 'approved' }],
  ])('that %s between two looks of the client is told as it ended', async (_what, changed, told) => {
    const request = { ...requestFor(), ...changed };
    const job = await backend.enqueue(request, { delayMs: HOUR_MS });
    const queued = await jobOf(job.jobId);
    let ended: Promise<void> | undefined;
    const end = async () => {
      await queued?.promote();
      await vi.waitFor(async () => expect(await queued?.getState()).toMatch(/^(failed|completed)$/), SOON);
    };
    for (const look of ['getJob', 'getJobState'] as const) {
      const read = Queue.prototype[look] as (id: string) => Promise<unknown>;
      vi.spyOn(Queue.prototype, look).mockImplementation(async function (this: Queue, id: string) {
        const before = await read.call(this, id);
        if (this === world.service.jobs.queue) return before as never;
        ended ??= end();
        await ended;
        return before as never;
      });
    }
    expect(await job.waitUntilFinished(30_000).catch((error: unknown) => error)).toMatchObject(told);
  });

  test('is not told the end of an earlier one with its id, however late that comes', async () => {
    const heard = vi.spyOn(QueueEvents.prototype, 'on');
    const request = requestFor();
    world.simulator.desk.script(request.number, 'busy');
    const job = await backend.enqueue(request, { delayMs: HOUR_MS });
    const result = job.waitUntilFinished(30_000).catch((error: unknown) => error);
    const earlier = { jobId: job.jobId, returnvalue: { outcome: 'approved', verificationId: 'earlier' } };
    const tell = heard.mock.calls.find(([event]) => event === 'completed')?.[1] as (event: object) => void;
    tell(earlier);
    await (await jobOf(job.jobId))?.promote();
    await isTaken(job);
    await world.settle();
    const verificationId = await job.verificationId();
    expect(await result).toEqual({ outcome: 'busy', verificationId });
  });

  test('that is gone when it is looked for is told by what was heard of it', async () => {
    const heard = vi.spyOn(QueueEvents.prototype, 'on');
    const job = await backend.enqueue(requestFor(), { delayMs: HOUR_MS });
    const result = job.waitUntilFinished(30_000);
    await (await jobOf(job.jobId))?.remove();
    const told = { outcome: 'approved', verificationId: 'removed-since' };
    const tell = heard.mock.calls.find(([event]) => event === 'completed')?.[1] as (event: object) => void;
    tell({ jobId: job.jobId, returnvalue: told });
    expect(await result).toEqual(told);
  });

  test('beyond a limit is told when to ask again', async () => {
    await world.addTenant('strict', { limits: { perUser: { count: 1, windowS: 600 } } });
    const request = () => ({ ...requestFor(), tenantId: 'strict', userId: 'u-strict' });
    await backend.enqueue(request());
    await world.settle();
    const refused = (await backend.enqueue(request())).waitUntilFinished(10_000);
    await expect(refused).rejects.toMatchObject({ code: 'limit.reached', retryAfterS: expect.any(Number) });
  });

  test('is brought back under its id when the queue forgot everything, and still ends once', async () => {
    const request = requestFor();
    world.simulator.desk.script(request.number, 'no-answer');
    world.time.pause();
    const named = await backend.enqueue(request);
    const unnamed = requestFor();
    const { id = '' } = await world.service.jobs.queue.add('request', unnamed);
    for (const jobId of [named.jobId, id])
      await vi.waitFor(async () => expect(await (await jobOf(jobId))?.getState()).toBe('delayed'), 10_000);
    const waiting = named.waitUntilFinished(30_000);
    await forgetEverything();
    world.time.resume();
    await world.settle();
    const verificationId = (await rowsFor(request.number))[0]?.id ?? '';
    expect(await waiting).toEqual({ outcome: 'noAnswer', verificationId });
    await expectOneEnd(world, verificationId, { outcome: 'noAnswer' });
    expect(await jobOf(named.jobId)).toMatchObject({ name: 'advance', data: { verificationId } });
    const [other] = await rowsFor(unnamed.number);
    await expectOneEnd(world, other?.id ?? '', { outcome: 'approved' });
    // A number that BullMQ gave may be given again to somebody else's job.
    const next = requestFor();
    const { id: nextId = '' } = await world.service.jobs.queue.add('request', next);
    await isTaken({ jobId: nextId });
    await world.settle();
    await expectOneEnd(world, (await rowsFor(next.number))[0]?.id ?? '', { outcome: 'approved' });
  });

  async function forgetEverything(): Promise<void> {
    if (stores.queue.kind === 'redis') return flush(stores.queue);
    await sql`delete from bullmq.job`.execute(world.db);
    await sql`delete from bullmq.event`.execute(world.db);
  }

  test('names its verification from the moment that it is taken', async () => {
    const job = await backend.enqueue(requestFor(), { delayMs: 86_400_000 });
    onTestFinished(async () => void (await (await jobOf(job.jobId))?.remove()));
    expect(await job.verificationId()).toBeNull();
    await expect(job.waitUntilFinished(50)).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

/** What FLUSHALL does to this service; the run's Redis is shared with other tests. */
async function flush({ url, prefix }: { url: string; prefix: string }): Promise<void> {
  const redis = new Redis(url);
  try {
    await redis.unlink(...(await redis.keys(`{${prefix}}:*`)));
  } finally {
    redis.disconnect();
  }
}
