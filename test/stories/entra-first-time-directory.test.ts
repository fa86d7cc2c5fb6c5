// Entra sends somebody of whom no phone is registered: the business phone of the directory is called, and registered by answering.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openFakeEntra } from '../../scripts/poundkey/entra-eam/fake-entra.ts';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import { answerOn, cameFromEntra, type KnownMethod, newMethod } from '../support/entra-people.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { setPolicy } from '../support/set-policy.ts';

const SECRET = 'Kx8~a-secret-of-the-app';

let now = () => new Date();
const entra = await openFakeEntra({ now: () => now() });
afterAll(() => entra.close());

const ADDRESSES = { global: entra.url };
const OPTIONS = () => ({
  config: { entra: { metadata: ADDRESSES, login: ADDRESSES, graph: ADDRESSES } },
});

describeWorlds('a first sign-in with the phone of the directory', OPTIONS, ({ world }) => {
  let method: KnownMethod;
  beforeAll(async () => {
    now = () => new Date(world.time.now());
    method = await newMethod(world.api, entra, {
      ...{ firstTime: 'directory', graphCredential: { secret: SECRET } },
    });
    entra.graph.applications.set(method.applicationId, { secret: SECRET });
  });

  /** Somebody of the directory with this business phone. */
  function newPerson(phone: ScenarioName = 'press-pound', businessPhones?: string[]) {
    const objectId = randomUUID();
    const number = world.newNumber();
    world.simulator.desk.script(number, phone);
    entra.graph.people.set(objectId, { businessPhones: businessPhones ?? [number], mobilePhone: null });
    const path = `/v1/users/${encodeURIComponent(`${objectId}@${entra.directoryId}`)}`;
    return { objectId, number, path };
  }
  const come = (objectId: string) => cameFromEntra(method, entra.requestFor(method, objectId));
  const callsTo = (number: string) => world.simulator.calls().filter(({ to }) => to === number);
  const phonesOf = async (path: string) => (await world.api('GET', `${path}/phone-methods`)).body.value;

  test('calls it, signs the person in, and registers it without an app password', async () => {
    const { objectId, number, path } = newPerson();
    // Nobody answers before the page is there.
    world.time.pause();
    onTestFinished(() => world.time.resume());
    const { visitor, page } = await come(objectId);
    expect(page.text).toContain('Approve the sign-in');
    // Only the password is proved: nobody is shown a whole number.
    expect(page.html).not.toContain(number.slice(4, -2));
    expect(await phonesOf(path)).toEqual([]);
    world.time.resume();
    await world.settle();
    expect(answerOn(await visitor.open(page.url)).id_token).toBeDefined();
    expect(await phonesOf(path)).toMatchObject([{ phoneType: 'office', verifiedAt: expect.any(String) }]);
    expect((await world.api('GET', `${path}/app-passwords`)).body.value).toEqual([]);
    expect(callsTo(number)).toHaveLength(1);
  });

  test('the second time asks the phone that is registered, whatever the directory says by then', async () => {
    const { objectId, number } = newPerson();
    await come(objectId);
    await world.settle();
    entra.graph.people.set(objectId, { businessPhones: [world.newNumber()], mobilePhone: null });
    const { visitor, page } = await come(objectId);
    await world.settle();
    expect(answerOn(await visitor.open(page.url)).id_token).toBeDefined();
    expect(callsTo(number)).toHaveLength(2);
  });

  test('registers nothing when nobody presses #', async () => {
    const { objectId, path } = newPerson('hang-up');
    const { visitor, page } = await come(objectId);
    await world.settle();
    expect((await visitor.open(page.url)).text).toContain('You are not signed in yet.');
    expect(await phonesOf(path)).toEqual([]);
  });

  test('the same request again, and many at once, are one call', async () => {
    const { objectId, number } = newPerson();
    const fields = entra.requestFor(method, objectId);
    await Promise.all(Array.from({ length: 8 }, () => cameFromEntra(method, fields)));
    await world.settle();
    expect(callsTo(number)).toHaveLength(1);
  });

  test('dials the extension that is written with the number', async () => {
    const number = world.newNumber();
    world.simulator.desk.script(number, 'press-pound');
    const { objectId, path } = newPerson('press-pound', [`${number} ext. 4711`]);
    await come(objectId);
    await world.settle();
    expect(await phonesOf(path)).toMatchObject([{ extension: '4711' }]);
  });

  test('takes the first number that may be called, and numbers of the country where the person works', async () => {
    const number = world.newNumber();
    world.simulator.desk.script(number, 'press-pound');
    const { objectId } = newPerson('press-pound', ['extension 12', `0${number.slice(3)}`]);
    entra.graph.people.set(objectId, {
      ...{ businessPhones: ['extension 12', `0${number.slice(3)}`], mobilePhone: null, usageLocation: 'SE' },
    });
    await come(objectId);
    await world.settle();
    expect(callsTo(number)).toHaveLength(1);
  });

  test.each([
    ['has no business phone', []],
    ['has one that is no number', ['see intranet']],
    ['has one that costs extra', ['+46 900 123 45 67']],
  ])('asks nobody whose directory %s', async (_, businessPhones) => {
    const { objectId } = newPerson('press-pound', businessPhones);
    const { visitor, page } = await come(objectId);
    expect(page.text).toContain('No phone is known for you');
    const back = await visitor.send(page, {}, '/now/cancel');
    expect(answerOn(back).error).toBe('access_denied');
  });

  test('calls no office phone where the policy allows none', async () => {
    const { objectId, number } = newPerson();
    await setPolicy(world, { officePhone: { allowed: false } });
    expect((await come(objectId)).page.text).toContain('No phone is known for you');
    await setPolicy(world, {});
    await world.settle();
    expect(callsTo(number)).toEqual([]);
  });

  test('says so when the directory cannot be read, and the next sign-in reads it', async () => {
    const { objectId, number } = newPerson();
    entra.graph.applications.set(method.applicationId, { secret: SECRET, mayReadUsers: false });
    const { page } = await come(objectId);
    expect(page.text).toContain('You are not signed in yet.');
    expect(page.text).not.toContain('User.Read.All');
    entra.graph.applications.set(method.applicationId, { secret: SECRET });
    await come(objectId);
    await world.settle();
    expect(callsTo(number)).toHaveLength(1);
  });

  test('needs a credential, which nobody is shown', async () => {
    const missing = { status: 409, body: { code: 'entraMethod.credentialMissing' } };
    const fields = {
      ...{ displayName: 'Desk phone', applicationId: randomUUID(), directoryIds: [entra.directoryId] },
    };
    expect(await world.api('POST', '/v1/entra-methods', { ...fields, firstTime: 'directory' })).toMatchObject(
      missing,
    );
    const { body } = await world.api('POST', '/v1/entra-methods', fields);
    expect(body).toMatchObject({ firstTime: 'preregistered', hasGraphCredential: false });
    const path = `/v1/entra-methods/${body.id}`;
    expect(await world.api('PATCH', path, { firstTime: 'directory' })).toMatchObject(missing);
    const graphCredential = { secret: SECRET };
    const changed = await world.api('PATCH', path, { firstTime: 'directory', graphCredential });
    expect(changed).toMatchObject({
      status: 200,
      body: { firstTime: 'directory', hasGraphCredential: true },
    });
    expect(JSON.stringify(changed.body)).not.toContain(SECRET);
    expect(await world.api('PATCH', path, { graphCredential: null })).toMatchObject(missing);
    const back = await world.api('PATCH', path, { firstTime: 'preregistered', graphCredential: null });
    expect(back.body).toMatchObject({ firstTime: 'preregistered', hasGraphCredential: false });
    expect((await world.api('PATCH', '/v1/entra-methods/none', {})).status).toBe(404);
  });
});
