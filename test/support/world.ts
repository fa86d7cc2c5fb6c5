// A running service with a simulator in virtual time, for stories told from outside: HTTP in, webhooks in, desk
// phones at the end.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, readConfig } from '../../src/config.ts';
import { SCOPES } from '../../src/domain/scope.ts';
import { createLogger } from '../../src/log.ts';
import { isUnavailable } from '../../src/platform/http/unavailable.ts';
import { newKeyRingText } from '../../src/platform/secrets/key-ring.ts';
import { newSigningRingText } from '../../src/platform/secrets/signing-ring.ts';
import { startService } from '../../src/service.ts';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import type { Script } from '../../src/simulator/script.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { type VirtualTime, virtualTime } from '../../src/simulator/time.ts';
import { allSent, settle, waitsBy } from './settle.ts';
import type { FreshStores } from './stores.ts';

export const START = new Date('2026-11-21T09:00:00Z');

/** An answer of the REST API. */
export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: stories look into answers of every shape
  body: any;
}

/** What a story may change about its world. */
export interface WorldOptions {
  config?: Partial<Config>;
  policy?: Record<string, unknown>;
  /** Connections to PostgreSQL. Half of them, less one, serve requests of the API at once: by default one. */
  poolSize?: number;
}

/** A world; close it after the story. */
export type World = Awaited<ReturnType<typeof openWorld>>;

/** The settings of a service on given stores, with ports of its own choosing. */
export function configFor(
  stores: FreshStores,
  dataDir: string,
  changes: Partial<Config> = {},
  poolSize?: number,
): Config {
  const base = readConfig({
    NODE_ENV: 'test',
    PORT: '0',
    OPS_PORT: '0',
    SIMULATOR_PORT: '0',
    DATA_DIR: dataDir,
  });
  const database =
    stores.database.kind === 'postgres'
      ? { ...stores.database, ...(poolSize === undefined ? {} : { poolSize }) }
      : { kind: 'embedded' as const, dataDir: stores.database.dataDir ?? dataDir };
  const secrets =
    database.kind === 'postgres' ? { hashKeys: newKeyRingText(), sealKeys: newKeyRingText() } : null;
  return {
    ...base,
    database,
    queue: stores.queue,
    secrets,
    signingKeys: database.kind === 'postgres' ? newSigningRingText() : null,
    worker: { concurrency: 20, mostLive: 1_000, lockDurationMs: 2_000, stalledIntervalMs: 1_000 },
    lines: { ...base.lines, callsPerSecond: 0 },
    // Sweeps, and looks for live verifications that are due, happen when a story says so.
    watchLiveMs: 86_400_000,
    sweep: { intervalMs: 86_400_000, slackMs: 5_000 },
    shutdownLimitMs: 5_000,
    ...changes,
  };
}

/** Lines of a log, kept. */
export function keepLines() {
  const lines: string[] = [];
  return { lines, destination: { write: (line: string) => void lines.push(line) } };
}

const isJsonLines = ({ headers }: Response) =>
  headers.get('content-type')?.startsWith('application/jsonl') === true;

/** An HTTP client of the REST API. */
export function clientOf(baseUrl: () => string, apiKey: string | null) {
  return async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await fetch(`${baseUrl()}${path}`, {
      method,
      headers: {
        ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text.startsWith('{') && !isJsonLines(response) ? JSON.parse(text) : text,
    };
  };
}

/** Starts a service on the stores, with a tenant `contoso` and an API key of its own. */
export async function openWorld(stores: FreshStores, options: WorldOptions = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'poundkey-test-'));
  const time = virtualTime({ start: START });
  const waits = waitsBy(time);
  const log = keepLines();
  const config = configFor(stores, dataDir, options.config, options.poolSize);
  const service = await startService(config, {
    clock: { now: () => new Date(time.now()) },
    pause: waits.pause,
    log: createLogger({
      level: config.logLevel === 'info' ? 'debug' : config.logLevel,
      destination: log.destination,
      withoutStack: isUnavailable,
    }),
    simulatorTime: time,
  });
  const simulator = service.simulator as Simulator<VirtualTime>;
  const addTenant = async (id: string, policy: Record<string, unknown> = {}) => {
    await service.tenants.create({ id, name: `${id} AB`, policy });
    const { key } = await service.apiKeys.create({ tenantId: id, name: 'story', scopes: SCOPES });
    return { key, api: clientOf(() => service.url ?? '', key) };
  };
  const { key, api } = await addTenant('contoso', options.policy);
  let numbers = 1000;
  const newNumber = () => `+4681234${numbers++}`;

  const world = {
    config,
    service,
    simulator,
    time,
    db: service.stores.database.db,
    log: log.lines,
    key,
    api,
    addTenant,
    newNumber,

    /** Asks for a verification of a desk phone that behaves as said; returns the answer's body. */
    async request(phone: ScenarioName | Script, extra: Record<string, unknown> = {}) {
      const number = newNumber();
      simulator.desk.script(number, phone);
      const answer = await api('POST', '/v1/verifications', {
        userId: `user-${number.slice(-4)}`,
        number,
        ...extra,
      });
      if (answer.status !== 201) throw new Error(`not accepted: ${JSON.stringify(answer.body)}`);
      return answer.body;
    },

    read: async (id: string) => (await api('GET', `/v1/verifications/${id}`)).body,
    settle: () => settle(world.service, time, waits),

    /** Lets texts go out, without waiting for their codes to expire; five seconds later the network has told of them. */
    async sendTexts() {
      await settle(world.service, time, waits, allSent);
      await time.advance(5_000);
      await time.idle();
      await service.journey.settled();
    },

    /** The code in the newest text on a phone. */
    codeOn(number: string): string {
      const newest = simulator.texts().findLast((text) => text.to === number && text.receivedAt !== null);
      return /\b\d{6}\b/.exec(newest?.body ?? '')?.[0] ?? '';
    },

    /** Requests, lets everything happen, and reads how it ended. */
    async story(phone: ScenarioName | Script, extra: Record<string, unknown> = {}) {
      const { id } = await world.request(phone, extra);
      await world.settle();
      return world.read(id);
    },

    async close() {
      simulator.faults.clear();
      simulator.faults.release();
      time.resume();
      await service.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return world;
}
