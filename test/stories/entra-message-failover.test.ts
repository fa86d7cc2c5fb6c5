// Messages from Microsoft Entra with two providers: the second delivers where the first is known not to have, and nobody gets two.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
import { pressing } from '../support/person.ts';
import { twoProviders } from '../support/two-providers.ts';
import { START } from '../support/world.ts';

const CODE = '482913';

describe('a message that the first provider does not deliver', () => {
  const directory = openDirectory(() => START);
  afterAll(async () => (await directory).close());
  const { world, both } = twoProviders(async () => {
    const metadata = { global: (await directory).url, usGovernment: null, china: null };
    return { entra: { metadata, samplePathConnection: null } };
  });
  let hand: (channel: 'voice' | 'sms', phoneNumber: string) => Promise<void>;
  let numbers = 1000;

  beforeAll(async () => {
    const { connection, key } = await world().service.entraMessages.connections.create({
      ...{ tenantId: 'contoso', name: 'Contoso', directoryId: DIRECTORY, audiences: AUDIENCES },
      ...{ callerAppId: CALLER, requiresRole: true, asksFirst: true, times: 2 },
    });
    const authorization = `Bearer ${await (await directory).bearer({ claims: { aud: APP_ID } })}`;
    hand = async (channel, phoneNumber) => {
      const context = contextFor(phoneNumber, { message: `Use ${CODE} as your code.` });
      const answer = await fetch(`${world().service.url}/entra/epp/${connection.id}/SendOtp`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify(envelope(await encrypted(context, key), { channel })),
      });
      expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining(context.nonce)]);
    };
  });

  async function call(): Promise<{ calls: number[]; heard: boolean[] }> {
    const number = world().newNumber();
    for (const { desk } of both()) desk.script(number, pressing('#'));
    await hand('voice', number);
    await world().settle();
    const calls = both().map((each) => each.calls().filter(({ to }) => to === number));
    const heard = calls.map((each) => JSON.stringify(each).includes([...CODE].join(', ')));
    return { calls: calls.map(({ length }) => length), heard };
  }
  async function text(): Promise<number[]> {
    const number = `+4670125${numbers++}`;
    await hand('sms', number);
    await world().settle();
    return both().map((each) => each.texts().filter(({ to }) => to === number).length);
  }

  test('is spoken by the second when the first has too many calls', async () => {
    world().simulator.faults.next('create', 'tooManyRequests');
    expect(await call()).toEqual({ calls: [0, 1], heard: [false, true] });
  });

  test('is spoken once, by the first, while nobody knows whether it took the call', async () => {
    world().simulator.faults.next('create', 'acceptAndDrop');
    expect(await call()).toEqual({ calls: [1, 0], heard: [true, false] });
  });

  test('goes out as a text of the second when the first has too many', async () => {
    world().simulator.faults.next('createText', 'tooManyRequests');
    expect(await text()).toEqual([0, 1]);
  });

  test('goes out once, by the first, while nobody knows whether it took the text', async () => {
    world().simulator.faults.next('createText', 'acceptAndDrop');
    expect(await text()).toEqual([1, 0]);
  });
});
