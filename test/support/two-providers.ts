/** A world whose calls and texts go through two providers; lines of the first come first. */
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Config } from '../../src/config.ts';
import { type NetworkWorld, openNetworkWorld } from './network-world.ts';
import { startOwnNetwork } from './own-network.ts';
import { ANY_STORE, type FreshStores, freshStores } from './stores.ts';

/** The line of each provider. */
export const LINES = { first: '+12025550100', second: '+12025550101' } as const;

type Network = Awaited<ReturnType<typeof startOwnNetwork>>;

/** Opens it for the tests of a file or `describe`, and closes it after them; faults end with each test. */
export function twoProviders(config: () => Promise<Partial<Config>> = async () => ({})) {
  let stores: FreshStores;
  let second: Network;
  let world: NetworkWorld;
  const both = () => [world.simulator, second.simulator] as const;

  beforeAll(async () => {
    stores = await freshStores(ANY_STORE);
    world = await openNetworkWorld(stores, await config(), 'twilio', async (time) => {
      second = await startOwnNetwork(time, 'signalwire');
      return {
        providers: [second.config()],
        lines: [
          { number: LINES.first, provider: 'twilio' },
          { number: LINES.second, provider: 'signalwire' },
        ],
      };
    });
  });
  afterEach(() => {
    for (const { faults } of both()) faults.clear();
  });
  afterAll(async () => {
    await world?.close();
    await second?.stop();
    await stores?.drop();
  });
  return { world: () => world, second: () => second, both };
}
