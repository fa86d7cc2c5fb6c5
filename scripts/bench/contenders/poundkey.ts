/** Poundkey as in production: bundled, in processes of its own, set up by its command line and its REST API. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCOPES } from '../../../src/domain/scope.ts';
import { freePorts } from '../../../test/support/processes.ts';
import { ACCOUNT, type Bench, CALLER_LINE } from '../bench.ts';
import { createHttpClient } from '../http-client.ts';
import { type BenchProcess, becomes, runProgram, startProgram } from '../processes.ts';
import { profileOptions } from '../profile.ts';
import type { Contender, ContenderKind, Place } from './contender.ts';

/** Is profiled instead of the bundle, in which libraries cannot be told apart. */
const SOURCES = new URL('../../../src/main.ts', import.meta.url);
const COMMAND_LINE = new URL('../../poundkey.ts', import.meta.url);
const TENANT = 'bench';
const TEMPLATE = 'poundkey_template';
const ROOMY = { count: 1_000_000 };
/** Limits that are not met, and no detection of machines, which the floors do not ask for either. */
const POLICY = {
  version: 1,
  machineDetection: false,
  ringTimeoutS: 60,
  expiresAfterS: 3600,
  limits: { perUser: ROOMY, perNumber: ROOMY, perTenant: ROOMY },
  smsSignIn: { allowed: true },
  textMessage: { unentered: { perPrefix: null, perCountry: null } },
};
const send = createHttpClient();

/** @param roles of its processes: `all` for one that does everything */
export function poundkey(name: string, roles: Role[]): ContenderKind {
  return { name, template: prepareTemplate, start: (bench, place) => startAll(name, roles, bench, place) };
}
type Role = 'all' | 'web' | 'worker';

const prepared = new WeakMap<Bench, Promise<string>>();

/** Makes a database with a tenant and a key, once. Later ones are copies of it. */
async function prepareTemplate(bench: Bench): Promise<string> {
  if (!prepared.has(bench)) prepared.set(bench, createTenant(bench));
  await prepared.get(bench);
  return TEMPLATE;
}

async function createTenant(bench: Bench): Promise<string> {
  await bench.postgres.createDatabase('template1', TEMPLATE);
  const policyFile = join(bench.directory, 'policy.json');
  writeFileSync(policyFile, JSON.stringify(POLICY));
  const environment = environmentOf(bench, {
    databaseUrl: bench.postgres.urlOf(TEMPLATE),
    profileDirectory: null,
  });
  const run = (...args: string[]) =>
    runProgram({
      file: COMMAND_LINE,
      args,
      environment,
      logFile: bench.logFile(`poundkey-${args[0]}`),
    });
  await run('create-tenant', TENANT, 'Contoso', '--all-countries');
  await run('set-policy', TENANT, policyFile);
  const [key] = /pk_\S+/.exec(await run('create-key', TENANT, 'bench', '--scopes', SCOPES.join(','))) ?? [];
  if (!key) throw new Error('create-key printed no key');
  return key;
}

/** Lets a web server have app passwords checked in a database. @returns its secret */
export async function createAppServer(bench: Bench, databaseUrl: string): Promise<string> {
  const output = await runProgram({
    file: COMMAND_LINE,
    args: ['create-app-server', 'bench', '--service', 'http', '--tenant', TENANT],
    environment: environmentOf(bench, { databaseUrl, profileDirectory: null }),
    logFile: bench.logFile('poundkey-create-app-server'),
  });
  const [secret] = /as_\S+/.exec(output) ?? [];
  if (!secret) throw new Error('create-app-server printed no secret');
  return secret;
}

async function startAll(name: string, roles: Role[], bench: Bench, place: Place): Promise<Contender> {
  const [port = 0, ...opsPorts] = await freePorts(1 + roles.length);
  const url = `http://127.0.0.1:${port}`;
  const started = roles.map((role, index) =>
    startOne(name, bench, place, {
      ROLE: role,
      PORT: role === 'worker' ? '0' : `${port}`,
      PUBLIC_URL: url,
      OPS_PORT: `${opsPorts[index]}`,
    }),
  );
  const stop = async () => void (await Promise.all(started.map((each) => each.stop())));
  try {
    await Promise.all(
      started.map((each, index) => becomesReady(name, each, `http://127.0.0.1:${opsPorts[index]}`)),
    );
    const apiKey = (await prepared.get(bench)) ?? '';
    await setWebhookEndpoint(bench, url, apiKey);
    return {
      name,
      url,
      apiKey,
      pids: started.map(({ pid }) => pid),
      databaseUrl: place.databaseUrl,
      opsUrl: `http://127.0.0.1:${opsPorts[0]}`,
      // The row that is written with the end of a verification and never changed again.
      finishedSql: `select user_id as user, extract(epoch from pg_xact_commit_timestamp(xmin))::float * 1000 as ms
        from phone_method where user_id = any($1::text[])`,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function startOne(name: string, bench: Bench, place: Place, own: Record<string, string>): BenchProcess {
  return startProgram({
    file: place.profileDirectory === null ? bench.serviceFile : SOURCES,
    environment: { ...environmentOf(bench, place), ...own },
    nodeOptions: profileOptions(place.profileDirectory),
    logFile: bench.logFile(`${name}-${own.ROLE}`),
  });
}

/** Resolves when a process says that it can work. @throws Error when it does not in time */
export async function becomesReady(
  name: string,
  started: BenchProcess,
  opsUrl: string,
  everyMs = 20,
): Promise<void> {
  await becomes(name, started, async () => (await send(`${opsUrl}/readyz`)).status === 200, everyMs);
}

async function setWebhookEndpoint(bench: Bench, url: string, apiKey: string): Promise<void> {
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${apiKey}` };
  const body = JSON.stringify({
    url: bench.receiverUrl,
    types: ['verification.finished'],
    secret: bench.webhookSecret,
  });
  const answer = await send(`${url}/v1/webhook-endpoint`, { method: 'PUT', headers }, body);
  if (answer.status !== 200)
    throw new Error(`the webhook endpoint was not set: ${answer.status} ${answer.body}`);
}

/** As in `.env.example`, but without TLS and without a pace. */
export function environmentOf(bench: Bench, { databaseUrl, environment }: Place): Record<string, string> {
  return {
    // `production` wants an https address for webhooks.
    NODE_ENV: 'development',
    LOG_LEVEL: 'info',
    DATABASE_URL: databaseUrl,
    REDIS_URL: bench.redis.server.url,
    PHONE_NETWORK: 'twilio',
    PUBLIC_URL: 'http://127.0.0.1:8080',
    TWILIO_ACCOUNT_SID: ACCOUNT.accountSid,
    TWILIO_AUTH_TOKEN: ACCOUNT.authToken,
    TWILIO_API_BASE_URL: bench.providerUrl,
    CALLER_LINE,
    CALLS_PER_SECOND: '0',
    WEBHOOK_ALLOW_PRIVATE: 'true',
    SHUTDOWN_LIMIT_S: '1',
    HASH_KEYS: bench.keyRing,
    SEAL_KEYS: bench.keyRing,
    SIGNING_KEYS: bench.signingKey,
    ...environment,
  };
}
