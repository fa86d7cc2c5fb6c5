// What a day may cost: calls and money, of one tenant and of the installation; alarms on the way, then refusals.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { describeWorlds } from '../support/open-worlds.ts';
import { askSignIn, newMobile, signer } from '../support/sign-ins.ts';
import { expectNothingQueued } from './nothing-queued.ts';

const prices = () => {
  const pricesFile = join(inject('runDirectory'), 'prices.json');
  const perMinute = { default: { default: 5 }, SE: { default: 0.5, simulator: 0.25 } };
  const perText = { default: { default: 1 }, SE: { default: 0.1 } };
  writeFileSync(pricesFile, JSON.stringify({ currency: 'EUR', perMinute, perText }));
  return pricesFile;
};
const OPTIONS = () => ({
  config: { spending: { pricesFile: prices(), callsPerDay: 40, textsPerDay: null, moneyPerDay: 1_000 } },
});

describeWorlds('the daily limits', OPTIONS, ({ world, combination }) => {
  let users = 0;
  const tenant = async (id: string, spending: object) => {
    const { api } = await world.addTenant(`${id}-${combination.replaceAll('+', '-')}`, { spending });
    const ask = (number = world.newNumber()) =>
      api('POST', '/v1/verifications', { userId: `spender-${users++}`, number });
    return { api, ask };
  };
  const alarms = (limit: string) =>
    world.log
      .filter((line) => line.includes('spending.thresholdReached') && line.includes(`"${limit}"`))
      .map((line) => JSON.parse(line) as { percent: number; level: string; alarm: boolean })
      .map(({ percent, level, alarm }) => ({ percent, level, alarm }));
  const nextDay = async () => {
    await world.settle();
    await world.time.advance(86_400_000 - (world.time.now() % 86_400_000));
  };
  const alarm = (percent: number) => ({ percent, level: 'error', alarm: true });

  test('refuse the call beyond, until midnight UTC, and tell the operator at 50 and 80 percent, once', async () => {
    await nextDay();
    const { ask } = await tenant('calls', { callsPerDay: 10 });
    const before = alarms('tenant.calls').length;
    for (let count = 0; count < 10; count += 1) expect((await ask()).status).toBe(201);
    const refused = await expectNothingQueued(world, () => ask());
    expect(refused).toMatchObject({ status: 429, body: { code: 'spending.limitReached' } });
    // Calls go on meanwhile, and the world's time with them.
    const left = Math.ceil((86_400_000 - (world.time.now() % 86_400_000)) / 1000);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(left);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThan(left + 600);
    expect(alarms('tenant.calls').slice(before)).toEqual([alarm(50), alarm(80)]);
    await nextDay();
    expect((await ask()).status).toBe(201);
  });

  test('count money as the price of all started minutes of the longest call', async () => {
    await nextDay();
    const { api, ask } = await tenant('money', { moneyPerDay: 2 });
    const before = alarms('tenant.money').length;
    // Two minutes of 0.25 each.
    for (let count = 0; count < 4; count += 1) expect((await ask()).status).toBe(201);
    expect(await ask()).toMatchObject({ status: 429, body: { code: 'spending.limitReached' } });
    expect(alarms('tenant.money').slice(before)).toEqual([alarm(50), alarm(80)]);
    const { body } = await api('POST', '/v1/users/anyone/capabilities', { number: world.newNumber() });
    expect(JSON.stringify(body)).toContain('spending.limitReached');
  });

  test('count text messages as text messages, each for its own price', async () => {
    await nextDay();
    let mobile = 4000;
    const text = ({ api }: Awaited<ReturnType<typeof tenant>>) =>
      api('POST', '/v1/verifications', {
        ...{ userId: `spender-${users++}`, number: `+4670125${mobile++}`, channel: 'sms' },
      });
    const counted = await tenant('texts', { callsPerDay: 1, textsPerDay: 2 });
    const before = alarms('tenant.texts').length;
    for (let count = 0; count < 2; count += 1) expect((await text(counted)).status).toBe(201);
    const refused = await text(counted);
    expect(refused.body).toMatchObject({
      ...{ status: 429, code: 'spending.limitReached' },
      detail: expect.stringContaining('2 text messages'),
    });
    expect(alarms('tenant.texts').slice(before)).toEqual([alarm(50), alarm(80)]);
    expect((await counted.ask()).status).toBe(201);
    const priced = await tenant('dear-texts', { moneyPerDay: 0.25 });
    for (let count = 0; count < 2; count += 1) expect((await text(priced)).status).toBe(201);
    expect((await text(priced)).body.code).toBe('spending.limitReached');
  });

  test('count a text message that is sent again, and refuse it beyond', async () => {
    await nextDay();
    const { api } = await tenant('texts-again', { textsPerDay: 3 });
    const before = alarms('tenant.texts').length;
    const text = (number: string) =>
      api('POST', '/v1/verifications', { userId: `spender-${users++}`, number, channel: 'sms' });
    const again = async (id: string) => {
      await world.sendTexts();
      await world.time.advance(30_000);
      return api('POST', `/v1/verifications/${id}/resend`);
    };
    const { id } = (await text('+46701259001')).body;
    for (let count = 0; count < 2; count += 1) expect((await again(id)).status).toBe(202);
    const refused = await again(id);
    expect(refused).toMatchObject({ status: 429, body: { code: 'spending.limitReached' } });
    expect(refused.body.detail).toContain('3 text messages');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60_000);
    expect((await text('+46701259002')).body.code).toBe('spending.limitReached');
    expect(alarms('tenant.texts').slice(before)).toEqual([alarm(50), alarm(80)]);
    expect(world.simulator.texts().filter(({ to }) => to === '+46701259001')).toHaveLength(3);
    const priced = await tenant('dear-texts-again', { moneyPerDay: 0.15 });
    const dear = await priced.api('POST', '/v1/verifications', {
      ...{ userId: `spender-${users++}`, number: '+46701259003', channel: 'sms' },
    });
    await world.sendTexts();
    await world.time.advance(30_000);
    const beyond = await priced.api('POST', `/v1/verifications/${dear.body.id}/resend`);
    expect(beyond.body.code).toBe('spending.limitReached');
  });

  test('count a text that is sent again to sign in, and refuse decoys where others are', async () => {
    await nextDay();
    const id = `signs-${combination.replaceAll('+', '-')}`;
    const policy = { spending: { textsPerDay: 2 }, smsSignIn: { allowed: true } };
    const { api } = await world.addTenant(id, policy);
    const { number } = await signer(world, newMobile(), id);
    const ask = (to: string) => askSignIn({ api }, to);
    const again = async (signIn: string) => {
      await world.sendTexts();
      await world.time.advance(30_000);
      return api('POST', `/v1/sign-ins/${signIn}/resend`);
    };
    const nobody = (await ask(newMobile())).body.id;
    for (let count = 0; count < 2; count += 1) expect((await again(nobody)).status).toBe(202);
    const somebody = (await ask(number)).body.id;
    expect((await again(somebody)).status).toBe(202);
    await world.sendTexts();
    const answers = [await again(somebody), await again(nobody)];
    for (const { status, body } of answers)
      expect([status, body.code]).toEqual([429, 'spending.limitReached']);
    expect(world.simulator.texts().filter(({ to }) => to === number)).toHaveLength(2);
  });

  test('use the default row for a country that has no price', async () => {
    await nextDay();
    const { ask } = await tenant('dear', { moneyPerDay: 9.99 });
    expect(await ask('+4722123456')).toMatchObject({ status: 429, body: { code: 'spending.limitReached' } });
    expect((await ask()).status).toBe(201);
  });

  test('hold for all tenants together, and are the operator’s affair', async () => {
    await nextDay();
    const asking = [await tenant('one', {}), await tenant('two', {})];
    const before = alarms('installation.calls').length;
    const answers = await Promise.all(
      Array.from({ length: 44 }, (_, index) => (asking[index % 2] ?? asking[0])?.ask()),
    );
    expect(answers.filter((answer) => answer?.status === 201)).toHaveLength(40);
    const refused = answers.filter((answer) => answer?.status === 429);
    expect(refused.map((answer) => answer?.body.code)).toEqual(Array(4).fill('spending.limitReached'));
    expect(refused[0]?.body.detail).not.toMatch(/40|1000/);
    expect(alarms('installation.calls').slice(before)).toEqual([alarm(50), alarm(80)]);
    await nextDay();
  });
});
