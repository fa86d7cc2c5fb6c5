import { expect, test } from 'vitest';
import { parsePolicy } from '../../../../src/domain/policy.ts';
import { createLimits } from '../../../../src/journey/request/limits.ts';
import { addUp, COUNTED_IN_ORDER, crossedBy } from '../../../../src/journey/store/add-up-counters.ts';

const counter = (name: string, key: string, more: object = {}) => ({
  ...{ name, key, most: 10, endsAt: '2026-11-21T09:01:00.000Z' },
  ...more,
});

test('counters are added up by their keys, in the order in which all statements take them', () => {
  const tenant = (most: number) => counter('tenant', 'tenant a', { most });
  const sums = addUp([
    [
      counter('user', 'user z'),
      counter('number', 'phone 1'),
      tenant(7),
      counter('tenant.money', 'day', { amount: 30 }),
    ],
    [
      counter('user', 'user b'),
      counter('texts', 'texts 1'),
      tenant(5),
      counter('tenant.money', 'day', { amount: 12 }),
    ],
  ]);
  expect(sums?.map(({ nr, key, added, most }) => [nr, key, added, most])).toEqual([
    [0, 'user b', 1, 10],
    [1, 'user z', 1, 10],
    [2, 'phone 1', 1, 10],
    [3, 'texts 1', 1, 10],
    [4, 'tenant a', 2, 5],
    [5, 'day', 42, 10],
  ]);
});

test('what has no place in the order is not counted together', () => {
  expect(addUp([[counter('user', 'user a')], [counter('another', 'another b')]])).toBeNull();
});

test('alarms are those of the requests that would have reached them one after the other', () => {
  const day = (amount: number) => [counter('tenant.money', 'day', { amount, most: 100, alarmsAt: [50, 80] })];
  const requests = [day(20), day(20), day(5), [counter('user', 'user a')], day(40)];
  expect(crossedBy(requests, { day: 95, 'user a': 1 })).toEqual([
    [],
    [{ counter: 'tenant.money', percent: 50 }],
    [],
    [],
    [{ counter: 'tenant.money', percent: 80 }],
  ]);
});

test.each(['call', 'sms'] as const)('the counters of a request by %s are in that order', (channel) => {
  const limited = { callsPerDay: 5, textsPerDay: 5, moneyPerDay: 5 };
  const limits = createLimits({
    run: async () => [],
    clock: { now: () => new Date('2026-11-21T09:00:00Z') },
    phoneHashes: (text) => [text],
    spending: { ofAll: limited, price: { currency: 'EUR', perMinute: () => 1, perText: () => 1 } },
  });
  const policy = parsePolicy({ version: 1, spending: limited }, 'Contoso');
  const phone = { e164: '+46812345678', extension: '12', country: 'SE' };
  const request = { tenantId: 'contoso', userId: 'user', purpose: 'register', channel, phone } as const;
  const names = limits.countersFor(request, policy, new Date('2026-11-21T09:00:00Z')).map(({ name }) => name);
  expect(names).toContain('switchboard');
  expect(names).toEqual(COUNTED_IN_ORDER.filter((name) => names.includes(name)));
});
