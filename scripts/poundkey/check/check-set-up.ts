// Asks everything that the service needs, as the service does, and puts into words what is wrong.
import { sql } from 'kysely';
import type { Config } from '../../../src/config.ts';
import type { Logger } from '../../../src/log.ts';
import type { CheckName } from '../../../src/ops/checks.ts';
import { expiryProblem, readExpiringCertificates } from '../../../src/ops/keys/entra-certificates.ts';
import { compareKeys, describeKeyProblem } from '../../../src/ops/keys/key-problems.ts';
import { probePublicUrl } from '../../../src/ops/probe-public-url.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { type Database, openDatabase } from '../../../src/platform/database/open-database.ts';
import { inTime } from '../../../src/platform/in-time.ts';
import { openQueues } from '../../../src/platform/queue/open-queues.ts';
import { readKeys } from '../../../src/platform/secrets/read-keys.ts';
import { createPolicies } from '../../../src/policy/policies.ts';
import { loadPrompts } from '../../../src/providers/twilio/twiml/load-prompts.ts';
import { MIGRATIONS } from '../../../src/registry/migrations.ts';
import type { Registry } from '../../../src/registry/schema.ts';
import { connectProviders } from '../../../src/service/connect-providers.ts';
import type { CheckSetUp, Finding } from '../command.ts';
import { unnamedSenders } from './unnamed-senders.ts';

/** How long one thing may take to answer, ms. */
const LIMIT_MS = 15_000;

/** What it is worth to know of one thing. Throws when it does not work; `null`: there is nothing to ask. */
type Look = () => Promise<string>;

/** There is nothing to ask, or no way to; the message says why. */
class Skipped extends Error {}

/** @param log gets warnings of what is asked */
export function createCheckSetUp(config: Config, log: Logger): CheckSetUp {
  return async () => {
    let database: Database<Registry> | null = null;
    const opened = () => database ?? skip('cannot be asked without the registry');
    const registry = await lookAt('registry', async () => {
      database = await openRegistry(config, log);
      return 'can be reached, and its tables are there';
    });
    try {
      return [
        registry,
        await lookAt('keys', () => lookAtKeys(config, opened(), log)),
        await lookAt('queue', () => lookAtQueue(config, opened, log)),
        await lookAt('prompts', async () => `in ${loadPrompts(config.twimlDir).locales.length} languages`),
        await lookAt('providers', () => lookAtProviders(config)),
        await lookAt('publicUrl', () => lookAtPublicUrl(config)),
        await lookAt('textSenders', () => lookAtSenders(config, opened(), log)),
        await lookAt('auditTrail', () => lookAtAuditTrail(config, opened())),
        await lookAt('entraCertificates', () => lookAtCertificates(opened())),
      ];
    } finally {
      await (database as Database<Registry> | null)?.close();
    }
  };
}

async function lookAt(
  name: CheckName | 'textSenders' | 'auditTrail' | 'entraCertificates',
  look: Look,
): Promise<Finding> {
  try {
    const limit = `no answer within ${LIMIT_MS / 1000} s`;
    return {
      name,
      status: 'ok',
      says: await inTime(look(), name === 'registry' ? 120_000 : LIMIT_MS, limit),
    };
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    return { name, status: error instanceof Skipped ? 'skipped' : 'failed', says };
  }
}

function skip(why: string): never {
  throw new Skipped(why);
}

function openRegistry(config: Config, log: Logger): Promise<Database<Registry>> {
  const place = { ...config.database, withQueueTables: config.queue.kind === 'database' };
  return openDatabase<Registry>(place, MIGRATIONS, log);
}

async function lookAtKeys(config: Config, { db }: Database<Registry>, log: Logger): Promise<string> {
  const { problems } = await compareKeys(readKeys(config, log), { db, clock: systemClock });
  if (problems.length === 0) return 'every key that the registry needs is there';
  throw new Error(problems.map(describeKeyProblem).join(' '));
}

async function lookAtQueue(
  { queue, worker }: Config,
  opened: () => Database<Registry>,
  log: Logger,
): Promise<string> {
  const place = queue.kind === 'redis' ? queue : { kind: queue.kind, pool: opened().queuePool };
  const queues = await openQueues(place, worker, log);
  try {
    await queues.ping();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `The queue cannot be reached: ${reason}. Requests are accepted meanwhile, but nobody is called until it is back; nothing is lost. Check REDIS_URL (or REDIS_SENTINELS, REDIS_CLUSTER) and that server.`,
    );
  } finally {
    await queues.close();
  }
  return queue.kind === 'redis' ? 'Redis answers' : 'is in the registry';
}

async function lookAtProviders(config: Config): Promise<string> {
  if (config.providers.some(({ kind }) => kind === 'simulator'))
    skip('calls go to the simulator; PHONE_NETWORK names a real provider');
  const prompts = loadPrompts(config.twimlDir);
  const publicUrl = config.http.publicUrl ?? '';
  const providers = await connectProviders({
    config,
    simulator: null,
    publicUrl,
    prompts,
    clock: systemClock,
  });
  const { worst } = await providers.checkAccess();
  if (worst.access !== 'granted') throw new Error(worst.reason);
  return 'let us list calls';
}

async function lookAtSenders(
  { lines, ceiling, production }: Config,
  { db }: Database<Registry>,
  log: Logger,
): Promise<string> {
  const policies = createPolicies({ db, clock: systemClock, ceiling, production, log });
  const countries = await unnamedSenders(lines, db, policies.current);
  if (countries.length === 0) return 'every country that a policy names has a sender of its own';
  return `texts to ${countries.join(', ')} come from the first caller line. Where a country wants a registered name or a number of its own, set TEXT_SENDERS`;
}

async function lookAtAuditTrail({ database }: Config, { db }: Database<Registry>): Promise<string> {
  if (database.kind === 'embedded') skip('the embedded store has one role');
  const { rows } = await sql<{ canChange: boolean }>`
    select pg_has_role(c.relowner, 'usage') or has_table_privilege(c.oid, 'update') or has_table_privilege(c.oid, 'delete')
      as can_change from pg_class c where c.oid = 'audit_event'::regclass`.execute(db);
  if (rows[0]?.canChange === false)
    return 'the role of DATABASE_URL can add events, and neither change nor delete them';
  return 'only a trigger keeps events from being changed: the role of DATABASE_URL owns the tables, or may change them. docs/operating/audit.md shows how to give the service a role of its own';
}

async function lookAtCertificates({ db }: Database<Registry>): Promise<string> {
  const certificates = await readExpiringCertificates(db);
  if (certificates.length === 0) skip('no tenant is tied to Entra');
  const problem = expiryProblem(certificates, systemClock.now());
  if (problem !== null) throw new Error(problem);
  const first = Math.min(...certificates.map(({ expiresAt }) => expiresAt.getTime()));
  return `the first one expires on ${new Date(first).toISOString().slice(0, 10)}`;
}

async function lookAtPublicUrl({ http: { publicUrl } }: Config): Promise<string> {
  if (publicUrl === null) return skip('PUBLIC_URL is not set, which suits the simulator only');
  const problem = await probePublicUrl(publicUrl);
  if (problem !== null) {
    const named = problem.startsWith(publicUrl) ? problem : `${publicUrl} was asked. ${problem}`;
    throw new Error(`${named} If PUBLIC_URL has to be changed, then restart all processes.`);
  }
  return 'leads to Poundkey, as far as this machine can tell';
}
