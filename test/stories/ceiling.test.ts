// The operator's ceiling: no policy of a tenant exceeds it, neither a new one nor one that was there before.
import { describe, expect, test } from 'vitest';
import { NO_CEILING, type PolicyCeiling } from '../../src/domain/ceiling-settings.ts';
import { SCOPES } from '../../src/domain/scope.ts';

import { worldOfThisTest, worldOn } from '../support/open-worlds.ts';
import { setPolicy } from '../support/set-policy.ts';
import { ANY_STORE, freshStores } from '../support/stores.ts';
import { clientOf } from '../support/world.ts';

const CEILING: PolicyCeiling = {
  countries: ['SE', 'NO'],
  refusedNumberTypes: ['PREMIUM_RATE', 'VOIP'],
  nonGeographicRefused: true,
  callTimeLimitS: 90,
  callsPerDay: 500,
  textsPerDay: 300,
  moneyPerDay: 99.5,
};

describe('a policy under the ceiling', () => {
  const { world } = worldOn(ANY_STORE, { config: { ceiling: CEILING } });
  const put = (policy: Record<string, unknown>, version: string) =>
    world.api('PUT', '/v1/policy', { version: 1, ...policy }, { 'if-match': version });

  test('is refused by field where it names more than the operator allows', async () => {
    const answer = await put(
      {
        countries: { allowed: ['SE', 'CU'] },
        numberTypes: { refused: ['PREMIUM_RATE'], nonGeographicRefused: false },
        callTimeLimitS: 600,
        spending: { callsPerDay: 501, textsPerDay: 301, moneyPerDay: 100 },
      },
      '"1"',
    );
    expect(answer).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
    expect(answer.body.errors ?? answer.body.problems).toEqual([
      {
        field: '/countries/allowed',
        rule: 'The operator allows these countries only: SE, NO. Name some of them.',
      },
      {
        field: '/numberTypes/refused',
        rule: 'The operator never has these types called, so they must be in this list: PREMIUM_RATE, VOIP.',
      },
      {
        field: '/numberTypes/nonGeographicRefused',
        rule: 'This must be true: the operator never has numbers of no country called.',
      },
      { field: '/callTimeLimitS', rule: 'This must be at most 90, which is as long as the operator allows.' },
      {
        field: '/spending/callsPerDay',
        rule: 'This must be at most 500, which is what the operator allows.',
      },
      {
        field: '/spending/textsPerDay',
        rule: 'This must be at most 300, which is what the operator allows.',
      },
      {
        field: '/spending/moneyPerDay',
        rule: 'This must be at most 99.5, which is what the operator allows.',
      },
    ]);
    expect(await world.api('GET', '/v1/policy')).toMatchObject({ body: { version: 1 } });
  });

  test('has the ceiling for a default, and comes back as it can be sent again', async () => {
    const { headers, body } = await put({ challenge: 'numberMatch' }, '"1"');
    expect(body.policy).toMatchObject({
      countries: { allowed: ['SE', 'NO'] },
      numberTypes: { refused: expect.arrayContaining(['VOIP', 'PREMIUM_RATE', 'PAGER']) },
      callTimeLimitS: 90,
      spending: { callsPerDay: 500, textsPerDay: 300, moneyPerDay: 99.5 },
    });
    expect(await put(body.policy, headers.get('etag') ?? '')).toMatchObject({ status: 200 });
  });

  test('that was stored before is bounded when it is read, and the log says so once', async () => {
    await setPolicy(world, { countries: { allowed: null }, callTimeLimitS: 300 });
    const { body } = await world.api('GET', '/v1/policy');
    expect(body.policy).toMatchObject({ countries: { allowed: ['SE', 'NO'] }, callTimeLimitS: 90 });
    const abroad = await world.api('POST', '/v1/verifications', { userId: 'u-1', number: '+442079460000' });
    expect(abroad).toMatchObject({ status: 422, body: { code: 'number.countryRefused' } });
    await world.story('press-pound');
    const said = world.log.filter((line) => line.includes("the operator's ceiling"));
    expect(said).toHaveLength(1);
    expect(JSON.parse(said[0] ?? '')).toMatchObject({ tenantId: 'contoso' });
  });
});

describe('a tenant whose own country the operator does not allow', () => {
  const { world } = worldOn(ANY_STORE, { config: { ceiling: { ...NO_CEILING, countries: ['SE'] } } });

  test('can call nobody, which its policy and each refusal say', async () => {
    await world.service.tenants.create({ id: 'oslo', name: 'Oslo AS', country: 'NO' });
    const { key } = await world.service.apiKeys.create({ tenantId: 'oslo', name: 'story', scopes: SCOPES });
    const api = clientOf(() => world.service.url ?? '', key);
    const { body, status, headers } = await api('GET', '/v1/policy');
    expect({ status, allowed: body.policy.countries.allowed }).toEqual({ status: 200, allowed: [] });
    const left = await api(
      'PUT',
      '/v1/policy',
      { version: 1, locale: 'nb-NO' },
      { 'if-match': headers.get('etag') ?? '' },
    );
    expect(left).toMatchObject({ status: 200, body: { policy: { countries: { allowed: [] } } } });
    const refused = await api('POST', '/v1/verifications', { userId: 'u-1', number: '+46812345678' });
    expect(refused).toMatchObject({ status: 422, body: { code: 'number.countryRefused' } });
    expect(JSON.stringify(refused.body)).toContain('No country is called');
  });
});

test('a policy that leaves countries out allows the own country of the tenant only', async () => {
  const world = await worldOfThisTest(() => freshStores(ANY_STORE));
  await world.service.tenants.create({ id: 'oslo', name: 'Oslo AS', country: 'NO' });
  const { key } = await world.service.apiKeys.create({ tenantId: 'oslo', name: 'story', scopes: SCOPES });
  const api = clientOf(() => world.service.url ?? '', key);
  for (const [version, document] of [{}, { countries: {} }].entries()) {
    const { body } = await api(
      'PUT',
      '/v1/policy',
      { version: 1, ...document },
      { 'if-match': `"${version + 1}"` },
    );
    expect(body.policy.countries).toEqual({ allowed: ['NO'] });
  }
});

describe('calls of one tenant in a day', () => {
  const { world } = worldOn(ANY_STORE, { config: { ceiling: { ...NO_CEILING, callsPerDay: 3 } } });
  const count = async (api: typeof world.api) => {
    const statuses: number[] = [];
    for (let user = 1; user <= 4; user += 1) {
      const { status, body } = await api('POST', '/v1/verifications', {
        userId: `u-${user}`,
        number: world.newNumber(),
      });
      statuses.push(status);
      if (status === 429) expect(body.detail).toMatch(/^A day allows 3 calls/);
      await world.settle();
    }
    return statuses;
  };

  test('are bounded, however many its policy allows in a shorter window', async () => {
    await setPolicy(world, { limits: { perTenant: { count: 1_000_000, windowS: 1 } } });
    expect(await count(world.api)).toEqual([201, 201, 201, 429]);
  });

  test('count a second call with the first', async () => {
    const { api } = await world.addTenant('fabrikam', { redial: { onBusy: true } });
    expect(await count(api)).toEqual([201, 201, 201, 429]);
  });
});
