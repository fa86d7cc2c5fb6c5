import { z } from 'zod';
import {
  CEILING_VARIABLES,
  ceilingOf,
  MONEY_PER_DAY,
  NUMBER_PER_DAY,
  type PolicyCeiling,
} from './domain/ceiling-settings.ts';
import { ENTRA_VARIABLES, type EntraConfig, entraOf, entraProblems } from './domain/entra-settings.ts';
import {
  OLDER_APP_VARIABLES,
  type OlderAppsConfig,
  olderAppProblems,
  olderAppsOf,
} from './domain/older-app-settings.ts';
import { OPS_VARIABLES, type OpsConfig, opsOf } from './domain/ops-settings.ts';
import { databaseUrlProblem } from './platform/database/database-url.ts';
import type { RedisPlace } from './platform/queue/redis-place.ts';
import { REDIS_VARIABLES, redisPlace, redisProblems } from './platform/queue/redis-settings.ts';
import { weakKeyProblems } from './platform/secrets/weak-keys.ts';
import {
  address,
  baseAddress,
  checked,
  keyRing,
  networks,
  oneOf,
  signingRing,
  whole,
} from './platform/settings.ts';
import { rehearsalProblems } from './providers/rehearsal.ts';
import {
  type LinesConfig,
  linesOf,
  PROVIDER_VARIABLES,
  type ProviderConfig,
  providerProblems,
  providersOf,
  showsSandbox,
} from './providers/settings.ts';

/** The configuration, checked and grouped. A choice is a union; what is switched off is null. */
export interface Config {
  production: boolean;
  /** Whether this is a rehearsal: a production set-up whose calls end in a simulator on the same machine. */
  rehearsal?: boolean;
  role: 'all' | 'web' | 'worker';
  logLevel: string;
  /** `publicUrl` null: the address that the server listens on. */
  http: { host: string; port: number; publicUrl: string | null; trustedProxies?: readonly string[] };
  database: { kind: 'embedded'; dataDir: string } | PostgresConfig;
  queue: { kind: 'database' } | ({ kind: 'redis'; prefix: string } & RedisPlace);
  ops: OpsConfig;
  /** Null: app passwords are not checked for older apps. */
  olderApps?: OlderAppsConfig | null;
  /** Left out: metadata and keys of Entra are fetched from Microsoft. */
  entra?: EntraConfig;
  /** Where traces are sent, OTLP over HTTP; null: none are made. */
  traces: { endpoint: string } | null;
  /** Key rings as text (see `platform/secrets/key-ring.ts`); null: made on first start and kept in the data directory. */
  secrets: { hashKeys: string; sealKeys: string } | null;
  /** Keys that sign, as text (see `platform/secrets/signing-ring.ts`); null: made and kept likewise. */
  signingKeys?: string | null;
  /** The providers: first that of lines that name none, then further ones. */
  providers: readonly [ProviderConfig, ...ProviderConfig[]];
  lines: LinesConfig;
  /** What no tenant's policy can exceed. */
  ceiling: PolicyCeiling;
  /** `mostLive`: verifications that may be on a call, in all processes together, before no more calls are placed. */
  worker: { concurrency: number; mostLive: number; lockDurationMs: number; stalledIntervalMs: number };
  /** How often a worker looks for live verifications that are due, ms. */
  watchLiveMs: number;
  sweep: { intervalMs: number; slackMs: number };
  /** See `journey/ports.ts`, in ms. */
  timeouts: {
    requestMs: number;
    dialGraceMs: number;
    answerMs: number;
    hangUpGraceMs: number;
    watchMs: number;
    retryMs: number;
  };
  /** Whether the simulator shows the sandbox, a page to try Poundkey with. */
  sandbox?: boolean;
  /** `allowPrivate`: outcomes may be posted by http and to private addresses. `timeLimitMs`: for one attempt. */
  webhooks: { allowPrivate: boolean; timeLimitMs: number };
  /**
   * Streams of events that one process serves at most, in all and to one tenant, and how often it looks for events while there
   * are any: `rarelyEveryMs` while it hears what other processes change, else `lookEveryMs`.
   */
  progress: { mostStreams: number; mostOfTenant?: number; lookEveryMs: number; rarelyEveryMs: number };
  /** How long a process that is stopping continues to answer live calls, ms. */
  shutdownLimitMs: number;
  /** `pricesFile` null: the invented prices that Poundkey comes with. The limits are of one day, of all tenants; null: none. */
  spending: {
    pricesFile: string | null;
    callsPerDay: number | null;
    textsPerDay: number | null;
    moneyPerDay: number | null;
  };
  twimlDir: string;
}

/** A PostgreSQL server. `statements`: whether those that repeat have names there; named when left out. */
interface PostgresConfig {
  kind: 'postgres';
  url: string;
  poolSize: number;
  statements?: 'named' | 'unnamed';
}

/** The environment cannot be used. The message lists every problem, one a line, and holds no values. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

const Environment = z.object({
  NODE_ENV: oneOf('production', 'development', 'test').default('development'),
  REHEARSAL: oneOf('true', 'false').default('false'),
  ROLE: oneOf('all', 'web', 'worker').default('all'),
  LOG_LEVEL: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent').default('info'),
  HOST: z.string().max(255, 'must have at most 255 characters').default('127.0.0.1'),
  PORT: whole(0, 65_535, 8080),
  PUBLIC_URL: baseAddress.optional(),
  ...OPS_VARIABLES,
  ...OLDER_APP_VARIABLES,
  ...ENTRA_VARIABLES,
  TRUSTED_PROXIES: networks.optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: address(['https:', 'http:']).optional(),
  DATABASE_URL: checked(databaseUrlProblem).optional(),
  DATABASE_POOL_SIZE: whole(4, 100, 10),
  DATABASE_STATEMENTS: oneOf('named', 'unnamed').default('named'),
  ...REDIS_VARIABLES,
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w-]{1,40}$/, 'must be 1 to 40 letters, digits, "_" or "-"')
    .default('poundkey'),
  DATA_DIR: z.string().default('./data'),
  HASH_KEYS: keyRing.optional(),
  SEAL_KEYS: keyRing.optional(),
  SIGNING_KEYS: signingRing.optional(),
  ...PROVIDER_VARIABLES,
  ...CEILING_VARIABLES,
  WORKER_CONCURRENCY: whole(1, 1000, 50),
  LIVE_CALLS: whole(1, 100_000, 500),
  SWEEP_INTERVAL_S: whole(1, 3600, 15),
  PHONE_NETWORK_TIMEOUT_S: whole(1, 60, 10),
  DIAL_GRACE_S: whole(2, 120, 15),
  WATCH_S: whole(1, 300, 15),
  WEBHOOK_ALLOW_PRIVATE: oneOf('true', 'false').default('false'),
  SHUTDOWN_LIMIT_S: whole(0, 600, 60),
  PRICES_FILE: z.string().optional(),
  CALLS_PER_DAY: NUMBER_PER_DAY,
  TEXTS_PER_DAY: NUMBER_PER_DAY,
  MONEY_PER_DAY,
  TWIML_DIR: z.string().default('./twiml'),
});
type Environment = z.infer<typeof Environment>;

/** The names of all variables that are read, for the check that `.env.example` documents them. */
export const VARIABLES = Object.keys(Environment.shape);

/** Defaults in the image (see `Dockerfile`): a container is reached from outside, and keeps its data in a volume. */
const IMAGE_DEFAULTS = { NODE_ENV: 'production', HOST: '0.0.0.0', DATA_DIR: '/home/node/data' };

/**
 * Reads the environment. An empty variable is treated as absent; unknown variables are ignored. Defaults are those of
 * the image where `POUNDKEY_IMAGE` is set: variables of the image itself would be lost to empty ones of `--env-file`.
 * @throws ConfigError that lists all problems at once
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const present = VARIABLES.flatMap((name) => (environment[name] ? [[name, environment[name]]] : []));
  const given = {
    ...(environment.POUNDKEY_IMAGE ? IMAGE_DEFAULTS : {}),
    ...Object.fromEntries(present),
  };
  const parsed = Environment.safeParse(given);
  const problems = parsed.error?.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`) ?? [];
  const crossed = crossCheckSound(given, new Set(parsed.error?.issues.map(({ path }) => String(path[0]))));
  if (!parsed.success || crossed.length > 0) {
    const lines = [...problems, ...crossed].map((problem) => `  - ${problem}`);
    throw new ConfigError(
      `The environment cannot be used; .env.example explains each variable:\n${lines.join('\n')}`,
    );
  }
  return group(parsed.data);
}

/** Rules between those variables that are valid by themselves; the others are reported already. */
function crossCheckSound(given: Record<string, unknown>, wrong: ReadonlySet<string>): string[] {
  const sound = Object.entries(given).filter(([name]) => !wrong.has(name));
  const problems = crossCheck(Environment.parse(Object.fromEntries(sound)));
  return problems.filter((problem) => !wrong.has(problem.split(' ')[0] ?? ''));
}

/** What is made for the embedded store only. */
const RINGS = ['HASH_KEYS', 'SEAL_KEYS', 'SIGNING_KEYS'] as const;

/** Rules between variables: half-set groups, and what production and the embedded store do not allow. */
function crossCheck(env: Environment): string[] {
  const production = env.NODE_ENV === 'production';
  const needed = (condition: boolean, reason: string, ...names: (keyof Environment)[]) =>
    names.flatMap((name) => (condition && env[name] === undefined ? [`${name} is required ${reason}`] : []));
  return [
    ...needed(production, 'in production', 'DATABASE_URL', ...RINGS),
    ...needed(
      production,
      'in production: twilio or signalwire, with the account and PUBLIC_URL',
      'PHONE_NETWORK',
    ),
    ...providerProblems(env),
    ...rehearsalProblems(env),
    ...olderAppProblems(env),
    ...entraProblems(env, production),
    ...needed(!production && env.DATABASE_URL !== undefined, 'with DATABASE_URL', ...RINGS),
    ...needed(!production && !env.DATABASE_URL && env.HASH_KEYS !== undefined, 'with HASH_KEYS', 'SEAL_KEYS'),
    ...needed(!production && !env.DATABASE_URL && env.SEAL_KEYS !== undefined, 'with SEAL_KEYS', 'HASH_KEYS'),
    ...(production ? weakKeyProblems(env) : []),
    ...redisProblems(env),
    ...needed(redisPlace(env) !== null, 'with Redis', 'DATABASE_URL'),
    ...needed(
      env.ROLE !== 'all',
      `with ROLE=${env.ROLE}, because the embedded store serves one process only`,
      'DATABASE_URL',
    ),
    ...needed(env.OPS_USER !== undefined, 'with OPS_USER', 'OPS_PASSWORD'),
    ...needed(env.OPS_PASSWORD !== undefined, 'with OPS_PASSWORD', 'OPS_USER'),
    ...(env.DIAL_GRACE_S <= env.PHONE_NETWORK_TIMEOUT_S
      ? [
          'DIAL_GRACE_S must be longer than PHONE_NETWORK_TIMEOUT_S, or a call is searched for while it is being placed',
        ]
      : []),
  ];
}

function group(env: Environment): Config {
  return {
    production: env.NODE_ENV === 'production',
    rehearsal: env.REHEARSAL === 'true',
    role: env.ROLE,
    logLevel: env.LOG_LEVEL,
    http: {
      host: env.HOST,
      port: env.PORT,
      publicUrl: env.PUBLIC_URL ?? null,
      trustedProxies: env.TRUSTED_PROXIES ?? [],
    },
    database: env.DATABASE_URL
      ? {
          kind: 'postgres',
          url: env.DATABASE_URL,
          poolSize: env.DATABASE_POOL_SIZE,
          statements: env.DATABASE_STATEMENTS,
        }
      : { kind: 'embedded', dataDir: env.DATA_DIR },
    queue: queueOf(env),
    ops: opsOf(env),
    olderApps: olderAppsOf(env),
    entra: entraOf(env),
    traces: env.OTEL_EXPORTER_OTLP_ENDPOINT ? { endpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT } : null,
    secrets: env.HASH_KEYS && env.SEAL_KEYS ? { hashKeys: env.HASH_KEYS, sealKeys: env.SEAL_KEYS } : null,
    signingKeys: env.SIGNING_KEYS ?? null,
    providers: providersOf(env),
    lines: linesOf(env),
    ceiling: ceilingOf(env),
    worker: {
      concurrency: env.WORKER_CONCURRENCY,
      mostLive: env.LIVE_CALLS,
      lockDurationMs: 10_000,
      stalledIntervalMs: 5_000,
    },
    ...{ sandbox: showsSandbox(env), watchLiveMs: 1_000 },
    sweep: { intervalMs: env.SWEEP_INTERVAL_S * 1000, slackMs: 5_000 },
    timeouts: {
      requestMs: env.PHONE_NETWORK_TIMEOUT_S * 1000,
      dialGraceMs: env.DIAL_GRACE_S * 1000,
      answerMs: 25_000,
      hangUpGraceMs: 2_000,
      watchMs: env.WATCH_S * 1000,
      retryMs: 1_000,
    },
    webhooks: { allowPrivate: env.WEBHOOK_ALLOW_PRIVATE === 'true', timeLimitMs: 10_000 },
    progress: { mostStreams: 1_000, mostOfTenant: 250, lookEveryMs: 250, rarelyEveryMs: 2_000 },
    shutdownLimitMs: env.SHUTDOWN_LIMIT_S * 1000,
    twimlDir: env.TWIML_DIR,
    spending: {
      pricesFile: env.PRICES_FILE ?? null,
      callsPerDay: env.CALLS_PER_DAY ?? null,
      textsPerDay: env.TEXTS_PER_DAY ?? null,
      moneyPerDay: env.MONEY_PER_DAY ?? null,
    },
  };
}

function queueOf(env: Environment): Config['queue'] {
  const redis = redisPlace(env);
  return redis ? { kind: 'redis', prefix: env.REDIS_PREFIX, ...redis } : { kind: 'database' };
}
