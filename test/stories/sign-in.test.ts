// To sign in, the office phone that the user has registered rings, and only that one.
import { beforeAll, expect, test } from 'vitest';
import { describeWorlds } from '../support/open-worlds.ts';
import { readRows } from './stored-text.ts';

describeWorlds('signing in', ({ world }) => {
  let userId: string;
  let office: string;

  beforeAll(async () => {
    const registered = await world.story('press-pound');
    ({ userId } = registered);
    office = registered.number.e164;
  });

  const signIn = (body: object = {}) =>
    world.api('POST', '/v1/verifications', { userId, purpose: 'signIn', ...body });
  const left = async () => {
    const rows = await readRows(world, 'public');
    return ['phone_method', 'app_password'].map((table) => rows.get(`public.${table}`));
  };

  test.each<[what: string, body: () => object]>([
    ['no number', () => ({})],
    ['the registered number', () => ({ number: office })],
    ['the registered number as dialed at home', () => ({ number: `0${office.slice(3)}`, country: 'SE' })],
  ])('with %s calls the registered office phone and leaves nothing new behind', async (_what, body) => {
    const before = await left();
    const calls = world.simulator.createdPerNumber()[office] ?? 0;
    const { status, body: accepted } = await signIn(body());
    expect({ status, number: accepted.number.e164 }).toEqual({ status: 201, number: office });
    await world.settle();
    expect(await world.read(accepted.id)).toMatchObject({ purpose: 'signIn', outcome: 'approved' });
    expect(world.simulator.createdPerNumber()[office]).toBe(calls + 1);
    expect(await left()).toEqual(before);
    const reveal = await world.api('POST', `/v1/verifications/${accepted.id}/reveal-app-password`);
    expect(reveal).toMatchObject({ status: 404, body: { code: 'appPassword.notFound' } });
  });

  test('at a phone where nobody presses # is not approved, and the phone stays registered', async () => {
    world.simulator.desk.script(office, 'wrong-key');
    const before = await left();
    const { body } = await signIn();
    await world.settle();
    expect(await world.read(body.id)).toMatchObject({ purpose: 'signIn', outcome: 'wrongDigits' });
    expect(await left()).toEqual(before);
    world.simulator.desk.script(office, 'press-pound');
  });

  test.each<[what: string, body: () => object]>([
    ['without a registered phone', () => ({ userId: 'nobody' })],
    ['with another number than the registered one', () => ({ number: world.newNumber() })],
  ])('%s is refused, and nobody is called', async (_what, body) => {
    const calls = world.simulator.calls().length;
    expect(await signIn(body())).toMatchObject({
      status: 422,
      body: { code: 'number.notRegistered', errors: [{ field: '/number' }] },
    });
    await world.settle();
    expect(world.simulator.calls()).toHaveLength(calls);
  });

  test('calls the phone that was registered last', async () => {
    const moved = world.newNumber();
    await world.api('POST', '/v1/verifications', { userId, number: moved });
    await world.settle();
    const { body } = await signIn();
    expect(body.number.e164).toBe(moved);
    await world.settle();
    expect(await world.read(body.id)).toMatchObject({ outcome: 'approved' });
    expect(await signIn({ number: office })).toMatchObject({ status: 422 });
  });
});
