/**
 * Rows and jobs that are there before the load begins. This file alone knows Poundkey's tables and queue; whoever
 * changes those changes it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { Client } from 'pg';
import type { Bench } from './bench.ts';
import { CALLER_LINE } from './bench.ts';
import { identityOf, seededNumber } from './identity.ts';
import { onDatabase } from './postgres.ts';

const TENANT = 'bench';
const CHUNK = 5_000;
/** As Poundkey gives its own jobs. */
const JOB_OPTIONS = {
  attempts: 10,
  backoff: { type: 'exponential', delay: 250 },
  removeOnComplete: true,
  removeOnFail: { count: 1000 },
};

/** Who waits: users and numbers, E.164. */
interface Person {
  userId: string;
  number: string;
}

/** Adds so many verifications that wait for a call in an hour, with their jobs. */
export async function seedWaiting(bench: Bench, databaseUrl: string, count: number): Promise<void> {
  const people = Array.from({ length: count }, (_, n) => ({
    userId: `waiting-${n}`,
    number: seededNumber(n),
  }));
  await seedQueued(bench, databaseUrl, people, 3_600_000);
}

/** Adds verifications that are due now, with their jobs. @param numbers of the verifications as the load counts them */
export async function seedDue(bench: Bench, databaseUrl: string, numbers: number[]): Promise<void> {
  await seedQueued(
    bench,
    databaseUrl,
    numbers.map((n) => identityOf(n)),
    0,
  );
}

async function seedQueued(
  bench: Bench,
  databaseUrl: string,
  people: Person[],
  delayMs: number,
): Promise<void> {
  const ids = await onDatabase(databaseUrl, async (client) => {
    await client.query('set session_replication_role = replica');
    const { rows } = await client.query<{ id: string }>(QUEUED, [
      TENANT,
      people.map(({ userId }) => userId),
      people.map(({ number }) => number),
      `${delayMs} milliseconds`,
    ]);
    await client.query('vacuum analyze');
    return rows.map(({ id }) => id);
  });
  await addJobs(bench, ids, delayMs);
}

/** The story of a verification as its row keeps it. */
const storyOf = (...states: string[]) =>
  `jsonb_build_array(${states.map((state) => `jsonb_build_object('type', '${state}', 'at', now())`).join(', ')})`;

const QUEUED = `insert into verification (id, tenant_id, user_id, purpose, channel, phone_type, phone_number, country,
    locale, state, wake_at, created_at, expires_at, line_number, policy_version, events)
  select gen_random_uuid(), t.id, p.user_id, 'register', 'call', 'office', p.number, 'SE', 'en-US', 'queued',
    now() + $4::interval, now(), now() + $4::interval + interval '2 hours', '${CALLER_LINE}', t.policy_version,
    ${storyOf('queued')}
  from tenant t cross join unnest($2::text[], $3::text[]) as p (user_id, number) where t.id = $1 returning verification.id`;

async function addJobs({ redis }: Bench, ids: string[], delay: number): Promise<void> {
  const connection = new Redis(redis.server.url, { maxRetriesPerRequest: null });
  const queue = new Queue('verifications', { connection, prefix: '{poundkey}' });
  for (let start = 0; start < ids.length; start += CHUNK) {
    const jobs = ids.slice(start, start + CHUNK).map((id) => ({
      name: 'advance',
      data: { verificationId: id },
      opts: { ...JOB_OPTIONS, jobId: id, delay },
    }));
    await queue.addBulk(jobs);
  }
  await queue.close();
  await rewriteFile(connection);
  connection.disconnect();
}

/** Who waits has waited for a while: what Redis does once after many new jobs, and takes a processor for, is over. */
async function rewriteFile(redis: Redis): Promise<void> {
  const isRewriting = async () =>
    /^aof_rewrite_(in_progress|scheduled):1/m.test(await redis.info('persistence'));
  while (await isRewriting()) await pause(50);
  await redis.bgrewriteaof();
  while (await isRewriting()) await pause(50);
}

/** Adds so many verifications that ended well, with all that they left behind. */
export async function seedFinished(databaseUrl: string, count: number): Promise<void> {
  await onDatabase(databaseUrl, async (client) => {
    await client.query('set session_replication_role = replica');
    await client.query('set synchronous_commit = off');
    await client.query(FINISHED, [TENANT, count]);
    for (const statement of LEFT_BEHIND)
      await client.query(statement, statement.includes('$1') ? [CALLER_LINE] : []);
    await client.query('vacuum analyze');
  });
}

const FINISHED = `insert into verification (id, tenant_id, user_id, purpose, channel, phone_type, phone_number, country,
    locale, state, outcome, attempt_id, wake_at, created_at, expires_at, decided_at, finished_at, open, line_number,
    attempts, call_id, call_status, dialed_at, answered_at, ended_at, events)
  select gen_random_uuid(), $1, 'former-' || n, 'register', 'call', 'office', '+4681' || (600000 + n % 400000), 'SE',
    'en-US', 'finished', 'approved', gen_random_uuid(), at, at, at + interval '10 minutes', at, at, false,
    '${CALLER_LINE}', 1, 'CA' || md5(n::text), 'completed', at, at, at,
    ${storyOf('queued', 'dialing', 'ringing', 'answered', 'decided', 'finished')}
  from generate_series(1, $2::int) as n
  cross join lateral (select now() - interval '29 days' * random() - interval '2 hours' as at) as t`;

const LEFT_BEHIND = [
  `insert into call_attempt (id, verification_id, number, line_number, started_at)
    select attempt_id, id, 1, $1, created_at from verification`,
  `insert into phone_method (id, tenant_id, user_id, phone_type, phone_number, verification_id, created_at, updated_at)
    select gen_random_uuid(), tenant_id, user_id, phone_type, phone_number, id, finished_at, finished_at from verification`,
  `insert into app_password (id, tenant_id, user_id, name, hash, hash_key_id, sealed_until, verification_id, created_at)
    select gen_random_uuid(), tenant_id, user_id, 'Office phone', encode(sha256(id::text::bytea), 'hex'), 'bench',
      finished_at, id, finished_at from verification`,
  `insert into audit_event (id, tenant_id, user_id, verification_id, type, data, at)
    select gen_random_uuid(), tenant_id, user_id, id, 'phoneMethod.registered', '{"phoneType": "office"}', finished_at
    from verification`,
  `insert into outbox (id, tenant_id, verification_id, type, payload, created_at, next_attempt_at, attempts, delivered_at)
    select gen_random_uuid(), tenant_id, id, 'verification.finished', jsonb_build_object('verificationId', id,
      'userId', user_id, 'outcome', outcome), finished_at, finished_at, 1, finished_at from verification`,
];

/** Adds so many messages that become due after this many seconds. */
export async function seedMessages(databaseUrl: string, count: number, dueInS: number): Promise<void> {
  await onDatabase(databaseUrl, async (client) => {
    await client.query(MESSAGES, [TENANT, count, dueInS]);
    await client.query('vacuum analyze');
  });
}

const MESSAGES = `insert into outbox (id, tenant_id, type, payload, created_at, next_attempt_at)
  select gen_random_uuid(), $1, 'verification.finished', jsonb_build_object('verificationId', gen_random_uuid(),
    'userId', 'former-' || n, 'purpose', 'register', 'outcome', 'approved'), now(), now() + make_interval(secs => $3)
  from generate_series(1, $2::int) as n`;

/** Bytes that all tables and their indexes take. */
export async function tableBytes(databaseUrl: string): Promise<number> {
  return await onDatabase(databaseUrl, async (client: Client) => {
    const { rows } = await client.query(
      `select sum(pg_total_relation_size(oid))::float as bytes from pg_class
      where relkind = 'r' and relnamespace = 'public'::regnamespace`,
    );
    return rows[0].bytes;
  });
}

/** Has people sign in with these numbers (E.164). */
export async function seedSigners(databaseUrl: string, numbers: readonly string[]): Promise<void> {
  await onDatabase(databaseUrl, (client) =>
    client.query(
      `insert into phone_method (id, tenant_id, user_id, phone_type, phone_number, verified_at, created_at, updated_at,
          sign_in_enabled_at)
        select gen_random_uuid(), $1, 'signer' || number, 'mobile', number, now(), now(), now(), now()
        from unnest($2::text[]) number`,
      [TENANT, numbers],
    ),
  );
}

/** Has the codes of these sign-ins expired a moment ago. */
export async function expireCodes(databaseUrl: string, ids: readonly string[]): Promise<void> {
  await onDatabase(databaseUrl, (client) =>
    client.query(
      `update verification set expires_at = now() - interval '1 second' where id = any($1::uuid[])`,
      [ids],
    ),
  );
}
