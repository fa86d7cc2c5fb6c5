// The same stories with calls that SignalWire places: only the provider's profile is another one.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import { type NetworkWorld, openNetworkWorld } from '../support/network-world.ts';
import { type FreshStores, freshStores } from '../support/stores.ts';
import { expectOneEnd } from '../support/traces.ts';

let stores: FreshStores;
let world: NetworkWorld;

beforeAll(async () => {
  stores = await freshStores('embedded');
  world = await openNetworkWorld(stores, {}, 'signalwire');
});
afterAll(async () => {
  await world?.close();
  await stores?.drop();
});

test.each<[phone: ScenarioName, outcome: string]>([
  ['press-pound', 'approved'],
  ['wrong-then-pound', 'approved'],
  ['wrong-key', 'wrongDigits'],
  ['silence', 'noInput'],
  ['hang-up', 'hungUp'],
  ['voicemail', 'voicemail'],
  ['busy', 'busy'],
  ['no-answer', 'noAnswer'],
  ['unreachable', 'unreachable'],
])('a phone that does %s ends as %s', async (phone, outcome) => {
  const { id } = await world.request(phone);
  await world.settle();
  await expectOneEnd(world, id, { outcome, calls: 1 });
});

test('a report of fraud is taken', async () => {
  const { id } = await world.request('fraud');
  await world.settle();
  expect(await world.read(id)).toMatchObject({ state: 'finished', outcome: 'fraudReported' });
});

test('a call whose answer was lost is found, and nobody is called twice', async () => {
  world.simulator.faults.next('create', 'acceptAndDrop');
  const { id, number } = await world.request('press-pound');
  await world.settle();
  await expectOneEnd(world, id, { outcome: 'approved', calls: 1 });
  expect(world.simulator.createdPerNumber()[number]).toBe(1);
});
