/** What all measures share: the servers, the stub provider and the receiver, each a process of its own. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newSigningRingText } from '../../src/platform/secrets/signing-ring.ts';
import { freePorts } from '../../test/support/processes.ts';
import { bundleService } from '../build-service/bundle.ts';
import { createHttpClient } from './http-client.ts';
import type { Options } from './options.ts';
import { openPostgres, type Postgres } from './postgres.ts';
import { type BenchProcess, becomes, startProgram } from './processes.ts';
import type { FromProvider, FromReceiver, ToProvider } from './programs/messages.ts';
import { openRedis, type RedisServer } from './redis.ts';
import { createTraces, type Traces } from './traces.ts';

/** The account at the stub provider; its token signs webhooks. */
export const ACCOUNT = { accountSid: `AC${'b'.repeat(32)}`, authToken: 'c'.repeat(32) };
/** The number that calls come from. */
export const CALLER_LINE = '+12025550100';

/** Everything that measures share. */
export interface Bench {
  options: Options;
  postgres: Postgres;
  redis: RedisServer;
  traces: Traces;
  providerUrl: string;
  receiverUrl: string;
  /** Process ids of those that all contenders share. */
  provider: BenchProcess;
  receiver: BenchProcess;
  /** Standard Webhooks secret of outcome webhooks, and a key ring for Poundkey. */
  webhookSecret: string;
  keyRing: string;
  signingKey: string;
  /** What Poundkey starts with: bundled, as in the production image. */
  serviceFile: URL;
  /** A directory that goes when the benchmark ends. */
  directory: string;
  logFile(name: string): string;
  /** Whether the stub provider leaves calls ringing. */
  holdCalls(holdsCalls: boolean): void;
  stop(): Promise<void>;
}

/** Starts what measures share. */
export async function openBench(options: Options): Promise<Bench> {
  const directory = mkdtempSync(join(tmpdir(), 'poundkey-bench-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
  let files = 0;
  const logFile = (name: string) => {
    files += 1;
    return join(directory, `${files}-${name}.log`);
  };
  const { main: serviceFile } = await bundleService();
  const traces = createTraces();
  const [postgres, redis] = await Promise.all([
    openPostgres({ countsNested: options.profile !== null }),
    openRedis(),
  ]);
  const [providerPort = 0, receiverPort = 0] = await freePorts(2);
  const provider = startShared('stub-provider', logFile, [
    `${providerPort}`,
    ACCOUNT.authToken,
    ACCOUNT.accountSid,
  ]);
  const receiver = startShared('receiver', logFile, [`${receiverPort}`]);
  provider.child.on('message', (message: FromProvider) => traces.fromProvider(message));
  receiver.child.on('message', (message: FromReceiver) => traces.fromReceiver(message));
  await Promise.all([answers(provider, providerPort), answers(receiver, receiverPort)]);
  return {
    options,
    postgres,
    redis,
    traces,
    provider,
    receiver,
    providerUrl: `http://127.0.0.1:${providerPort}`,
    receiverUrl: `http://127.0.0.1:${receiverPort}/outcomes`,
    webhookSecret: `whsec_${randomBytes(32).toString('base64')}`,
    keyRing: `bench:${randomBytes(32).toString('base64')}`,
    signingKey: newSigningRingText(),
    serviceFile,
    directory,
    logFile,
    holdCalls: (holdsCalls) => void provider.child.send({ holdsCalls } satisfies ToProvider),
    async stop() {
      await Promise.all([provider.stop(), receiver.stop()]);
      await Promise.all([postgres.stop(), redis.stop()]);
    },
  };
}

function startShared(name: string, logFile: (name: string) => string, args: string[]): BenchProcess {
  const file = new URL(`programs/${name}.ts`, import.meta.url);
  return startProgram({ file, args, logFile: logFile(name), hasMessages: true });
}

async function answers(started: BenchProcess, port: number): Promise<void> {
  const send = createHttpClient();
  // Any path is answered with a list of calls by one, and by the other not at all: being reachable is enough.
  await becomes('a shared process', started, async () => {
    await Promise.race([
      send(`http://127.0.0.1:${port}/`),
      new Promise((resolve) => setTimeout(resolve, 200)),
    ]);
    return true;
  });
}
