/** A world whose phone network stands outside the service: webhooks can be signed by the test, answers spoiled on the way. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../src/config.ts';
import { SCOPES } from '../../src/domain/scope.ts';
import { createLogger } from '../../src/log.ts';
import type { ProviderConfig } from '../../src/providers/settings.ts';
import { startService } from '../../src/service.ts';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import type { Script } from '../../src/simulator/script.ts';
import { type VirtualTime, virtualTime } from '../../src/simulator/time.ts';
import { startOwnNetwork } from './own-network.ts';
import { settle, waitsBy } from './settle.ts';
import { startSpoilingProxy } from './spoiling-proxy.ts';
import type { FreshStores } from './stores.ts';
import { clientOf, configFor, keepLines, START } from './world.ts';

/** A world; close it after the story. */
export type NetworkWorld = Awaited<ReturnType<typeof openNetworkWorld>>;

/** Providers beside the first, and the lines of all. */
export interface MoreProviders {
  providers: ProviderConfig[];
  lines: Config['lines']['default'];
}

/** Starts a phone network, a proxy in front of it and a service on the stores, with a tenant `contoso`. */
export async function openNetworkWorld(
  stores: FreshStores,
  config: Partial<Config> = {},
  profile: 'twilio' | 'signalwire' = 'twilio',
  more: (time: VirtualTime) => Promise<MoreProviders | null> = async () => null,
) {
  const dataDir = mkdtempSync(join(tmpdir(), 'poundkey-test-'));
  const time = virtualTime({ start: START });
  const waits = waitsBy(time);
  const network = await startOwnNetwork(time, profile);
  const { simulator } = network;
  const proxy = await startSpoilingProxy(simulator.url);
  const log = keepLines();
  const others = await more(time);
  const settings = configFor(stores, dataDir, { providers: [network.config(proxy.url)], ...config });
  const complete =
    others === null
      ? settings
      : {
          ...settings,
          providers: [...settings.providers, ...others.providers] as Config['providers'],
          lines: { ...settings.lines, default: others.lines },
        };
  const start = (changes: Partial<Config> = {}) =>
    startService(
      { ...complete, ...changes },
      {
        clock: { now: () => new Date(time.now()) },
        pause: waits.pause,
        log: createLogger({ level: 'info', destination: log.destination }),
      },
    );
  const service = await start();
  await service.tenants.create({ id: 'contoso', name: 'Contoso AB', policy: {} });
  const { key } = await service.apiKeys.create({ tenantId: 'contoso', name: 'story', scopes: SCOPES });
  const api = clientOf(() => service.url ?? '', key);
  let numbers = 1000;
  const newNumber = () => `+4681235${numbers++}`;

  const world = {
    service,
    key,
    /** Starts another process on the same stores, network and time, whose webhooks reach the first. Stop it before the world. */
    startAnother: (changes: Partial<Config>) =>
      start({ ...changes, http: { ...complete.http, port: 0, publicUrl: service.url } }),
    simulator,
    time,
    network,
    proxy,
    api,
    db: service.stores.database.db,
    log: log.lines,
    newNumber,
    async request(phone: ScenarioName | Script, number = newNumber(), extra: Record<string, unknown> = {}) {
      simulator.desk.script(number, phone);
      const body = { userId: `user-${number.slice(-4)}`, number, ...extra };
      const answer = await api('POST', '/v1/verifications', body);
      if (answer.status !== 201) throw new Error(`not accepted: ${JSON.stringify(answer.body)}`);
      return { id: answer.body.id as string, number };
    },
    read: async (id: string) => (await api('GET', `/v1/verifications/${id}`)).body,
    settle: () => settle(world.service, time, waits),
    async close() {
      simulator.faults.clear();
      simulator.faults.release();
      time.resume();
      await service.stop();
      await proxy.close();
      await network.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return world;
}
