// Messages of Microsoft Entra with two providers: the second delivers where the first is known not to have, and nobody gets two.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  APP_ID,
  AUDIENCES,
  CALLER,
  contextFor,
  DIRECTORY,
  encrypted,
  envelope,
  openDirectory,
} from '../support/entra-caller.ts';
import { type NetworkWorld, openNetworkWorld } from '../support/network-world.ts';
import { startOwnNetwork } from '../support/own-network.ts';
import { pressing } from '../support/person.ts';
import { ANY_STORE, type FreshStores, freshStores } from '../support/stores.ts';
import { START } from '../support/world.ts';

const [FIRST, SECOND] = ['+12025550100', '+12025550101'];
const CODE = '482913';

describe('a message that the first provider does not deliver', () => {
  let stores: FreshStores;
  let directory: Awaited<ReturnType<typeof openDirectory>>;
  let second: Awaited<ReturnType<typeof startOwnNetwork>>;
  let world: NetworkWorld;
  let hand: (channel: 'voice' | 'sms', phoneNumber: string) => Promise<void>;
  let numbers = 1000;

  beforeAll(async () => {
    stores = await freshStores(ANY_STORE);
    directory = await openDirectory(() => START);
    const metadata = { global: directory.url, usGovernment: null, china: null };
    world = await openNetworkWorld(
      stores,
      { entra: { metadata, samplePathConnection: null } },
      'twilio',
      async (time) => {
        second = await startOwnNetwork(time, 'signalwire');
        return {
          providers: [second.config()],
          lines: [
            { number: FIRST, provider: 'twilio' },
            { number: SECOND, provider: 'signalwire' },
          ],
        };
      },
    );
    const { connection, key } = await world.service.entraMessages.connections.create({
      ...{ tenantId: 'contoso', name: 'Contoso', directoryId: DIRECTORY, audiences: AUDIENCES },
      ...{ callerAppId: CALLER, requiresRole: true, asksFirst: true, times: 2 },
    });
    const authorization = `Bearer ${await directory.bearer({ claims: { aud: APP_ID } })}`;
    hand = async (channel, phoneNumber) => {
      const context = contextFor(phoneNumber, { message: `Use ${CODE} as your code.` });
      const answer = await fetch(`${world.service.url}/entra/epp/${connection.id}/SendOtp`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify(envelope(await encrypted(context, key), { channel })),
      });
      expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining(context.nonce)]);
    };
  });
  afterEach(() => {
    for (const { faults } of [world.simulator, second.simulator]) faults.clear();
  });
  afterAll(async () => {
    await world?.close();
    await second?.stop();
    await directory?.close();
    await stores?.drop();
  });

  const both = () => [world.simulator, second.simulator];
  async function call(): Promise<{ calls: number[]; heard: boolean[] }> {
    const number = world.newNumber();
    for (const { desk } of both()) desk.script(number, pressing('#'));
    await hand('voice', number);
    await world.settle();
    const calls = both().map((each) => each.calls().filter(({ to }) => to === number));
    const heard = calls.map((each) => JSON.stringify(each).includes([...CODE].join(', ')));
    return { calls: calls.map(({ length }) => length), heard };
  }
  async function text(): Promise<number[]> {
    const number = `+4670125${numbers++}`;
    await hand('sms', number);
    await world.settle();
    return both().map((each) => each.texts().filter(({ to }) => to === number).length);
  }

  test('is spoken by the second when the first has too many calls', async () => {
    world.simulator.faults.next('create', 'tooManyRequests');
    expect(await call()).toEqual({ calls: [0, 1], heard: [false, true] });
  });

  test('is spoken once, by the first, while nobody knows whether it took the call', async () => {
    world.simulator.faults.next('create', 'acceptAndDrop');
    expect(await call()).toEqual({ calls: [1, 0], heard: [true, false] });
  });

  test('goes out as a text of the second when the first has too many', async () => {
    world.simulator.faults.next('createText', 'tooManyRequests');
    expect(await text()).toEqual([0, 1]);
  });

  test('goes out once, by the first, while nobody knows whether it took the text', async () => {
    world.simulator.faults.next('createText', 'acceptAndDrop');
    expect(await text()).toEqual([1, 0]);
  });
});
