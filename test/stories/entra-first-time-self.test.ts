// Entra sends somebody of whom no phone is registered, and who has an enrolment code: they enter a phone, answer it, and are signed in.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openFakeEntra } from '../../scripts/poundkey/entra-eam/fake-entra.ts';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import { answerOn, cameFromEntra, type KnownMethod, newMethod } from '../support/entra-people.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { setPolicy } from '../support/set-policy.ts';

let now = () => new Date();
const entra = await openFakeEntra({ now: () => now() });
afterAll(() => entra.close());

const OPTIONS = () => ({ config: { entra: { metadata: { global: entra.url } } } });
const DAY_MS = 86_400_000;

describeWorlds('a first sign-in with an enrolment code', OPTIONS, ({ world }) => {
  let method: KnownMethod;
  beforeAll(async () => {
    now = () => new Date(world.time.now());
    method = await newMethod(world.api, entra, { firstTime: 'self' });
  });

  /** Somebody of the directory, and a phone that is on their desk. */
  function newPerson(phone: ScenarioName = 'press-pound') {
    const objectId = randomUUID();
    const number = world.newNumber();
    world.simulator.desk.script(number, phone);
    return { objectId, number, path: `/v1/users/${objectId}@${entra.directoryId}` };
  }
  const newCode = async (path: string, body: object = {}) =>
    (await world.api('POST', `${path}/enrolment-code`, body)).body.code as string;
  const come = (objectId: string) => cameFromEntra(method, entra.requestFor(method, objectId));
  type Came = Awaited<ReturnType<typeof come>>;
  const enter = ({ visitor, page }: Came, code: string, number: string, more = {}) =>
    visitor.send(page, { code, country: 'SE', number, ...more }, '/now/number');
  const callsTo = (number: string) => world.simulator.calls().filter(({ to }) => to === number);
  const phonesOf = async (path: string) => (await world.api('GET', `${path}/phone-methods`)).body.value;

  test('asks for code and phone, calls, registers the phone and signs the person in', async () => {
    const { objectId, number, path } = newPerson();
    const code = await newCode(path);
    expect(code).toMatch(/^([2-9A-HJ-NP-Z]{4}-){2}[2-9A-HJ-NP-Z]{4}$/);
    const came = await come(objectId);
    expect(came.page).toMatchObject({ status: 200 });
    expect(came.page.text).toContain('Add your phone');
    expect(came.page.text).toContain('Microsoft waits for 4:00');
    expect(callsTo(number)).toEqual([]);
    const called = await enter(came, code.toLowerCase().replaceAll('-', ' '), number);
    expect(called.text).toContain('Approve the sign-in');
    await world.settle();
    expect(answerOn(await came.visitor.open(called.url)).id_token).toBeDefined();
    expect(await phonesOf(path)).toMatchObject([{ phoneType: 'office', verifiedAt: expect.any(String) }]);
    expect((await world.api('GET', `${path}/app-passwords`)).body.value).toEqual([]);
    expect(callsTo(number)).toHaveLength(1);
    const { body } = await world.api('GET', `/v1/audit-events?userId=${objectId}@${entra.directoryId}`);
    const said = JSON.stringify(body);
    expect(said).toContain('enrolmentCode.created');
    expect(said).toContain('enrolmentCode.used');
    expect(said).not.toContain(code);
  });

  test('is signed in by the call of a process that died before it noted it', async () => {
    const { objectId, number, path } = newPerson();
    const came = await come(objectId);
    world.time.pause();
    onTestFinished(() => world.time.resume());
    await enter(came, await newCode(path), number);
    await world.db
      .updateTable('entraAttempt')
      .set({ verificationId: null, way: null })
      .where('userId', '=', `${objectId}@${entra.directoryId}`)
      .execute();
    world.time.resume();
    // The phone that was entered is registered by the call, so that the same person would be asked for something else.
    await world.settle();
    expect(answerOn(await came.visitor.open(came.page.url)).id_token).toBeDefined();
    expect(callsTo(number)).toHaveLength(1);
  });

  test('is no way in for somebody whose phone is registered: it is called', async () => {
    const { objectId, number, path } = newPerson();
    const before = await come(objectId);
    await enter(await come(objectId), await newCode(path), number);
    await world.settle();
    const other = newPerson();
    expect((await enter(before, await newCode(path), other.number)).text).toContain(
      'You are not signed in yet.',
    );
    expect((await come(objectId)).page.text).toContain('Approve the sign-in');
    await world.settle();
    expect(callsTo(other.number)).toEqual([]);
    expect(callsTo(number)).toHaveLength(2);
  });

  test('takes no wrong code, five times in one sign-in, and then not the right one either', async () => {
    const { objectId, number, path } = newPerson();
    const code = await newCode(path);
    const came = await come(objectId);
    for (const left of ['4 tries', '3 tries', '2 tries', '1 try']) {
      const wrong = await enter(came, 'AAAA-BBBB-CCCC', number);
      expect(wrong.status).toBe(422);
      expect(wrong.text).toContain(`You have ${left} left.`);
      expect(/name="number"[^>]*value="08-/.test(wrong.html)).toBe(true);
    }
    expect((await enter(came, 'AAAA-BBBB-CCCC', number)).text).toContain('Too many wrong codes.');
    expect((await enter(came, code, number)).text).toContain('Too many wrong codes.');
    await world.settle();
    expect(callsTo(number)).toEqual([]);
    // The tries of one sign-in are nobody else's, and not those of the next one.
    await enter(await come(objectId), code, number);
    await world.settle();
    expect(callsTo(number)).toHaveLength(1);
  });

  test('uses a code once, also when two browsers send it at once', async () => {
    const { objectId, number, path } = newPerson('hang-up');
    const code = await newCode(path);
    const both = [await come(objectId), await come(objectId)];
    const pages = await Promise.all(both.map((came) => enter(came, code, number)));
    expect(pages.map(({ status }) => status).sort()).toEqual([200, 422]);
    await world.settle();
    expect((await enter(await come(objectId), code, number)).status).toBe(422);
    expect(callsTo(number)).toHaveLength(1);
  });

  test.each([
    ['code that a newer one has replaced', (path: string) => newCode(path)],
    ['code that was removed', (path: string) => world.api('DELETE', `${path}/enrolment-code`)],
    ['code that is over', () => world.time.advance(3 * DAY_MS)],
  ] as [string, (path: string) => Promise<unknown>][])('takes no %s', async (_, spoil) => {
    const { objectId, number, path } = newPerson();
    const code = await newCode(path);
    await spoil(path);
    expect((await enter(await come(objectId), code, number)).status).toBe(422);
    await world.settle();
    expect(callsTo(number)).toEqual([]);
  });

  test('takes no code of somebody else', async () => {
    const [anna, bo] = [newPerson(), newPerson()];
    const code = await newCode(bo.path);
    expect((await enter(await come(anna.objectId), code, anna.number)).status).toBe(422);
    await world.settle();
    expect(callsTo(anna.number)).toEqual([]);
  });

  test('sends the same form twice and calls once', async () => {
    const { objectId, number, path } = newPerson();
    const code = await newCode(path);
    const came = await come(objectId);
    await Promise.all([enter(came, code, number), enter(came, code, number)]);
    await world.settle();
    expect(callsTo(number)).toHaveLength(1);
  });

  test('lets a number be corrected without the code', async () => {
    const { objectId, path } = newPerson();
    const [wrong, right] = [newPerson('hang-up').number, newPerson().number];
    const came = await come(objectId);
    const called = await enter(came, await newCode(path), wrong);
    await world.settle();
    const over = await came.visitor.open(called.url);
    expect(over.text).toContain('Use another number');
    const form = await came.visitor.open(`${called.url}/number`);
    expect(form.text).not.toContain('Enrolment code');
    await came.visitor.send(form, { country: 'SE', number: right }, '/now/number');
    await world.settle();
    expect(answerOn(await came.visitor.open(called.url)).id_token).toBeDefined();
    expect(callsTo(right)).toHaveLength(1);
    expect(await phonesOf(path)).toHaveLength(1);
  });

  test('asks for the number again where it is wrong or not allowed, and uses no code for it', async () => {
    const { objectId, number, path } = newPerson();
    const code = await newCode(path);
    const came = await come(objectId);
    for (const bad of ['', '12', '+46 900 123 45 67'])
      expect((await enter(came, code, bad)).status).toBe(422);
    expect((await enter(came, code, number, { extension: '1'.repeat(12) })).status).toBe(422);
    await setPolicy(world, { officePhone: { allowed: false } });
    const refused = await enter(came, code, number);
    expect(refused.status).toBe(422);
    await setPolicy(world, {});
    await enter(came, code, number, { extension: '4711' });
    await world.settle();
    expect(await phonesOf(path)).toMatchObject([{ extension: '4711' }]);
  });

  test('registers a mobile as one', async () => {
    const { objectId, path } = newPerson();
    const mobile = '+46701234599';
    world.simulator.desk.script(mobile, 'press-pound');
    await enter(await come(objectId), await newCode(path), mobile);
    await world.settle();
    expect(await phonesOf(path)).toMatchObject([{ phoneType: 'mobile' }]);
  });

  test('opens in no other browser, and not when Entra waits no longer', async () => {
    const { objectId, number, path } = newPerson();
    const code = await newCode(path);
    const came = await come(objectId);
    const stranger = await come(randomUUID());
    expect((await stranger.visitor.open(`${came.page.url}/number`)).status).toBe(403);
    await world.time.advance(240_000);
    const late = await enter(came, code, number);
    expect(answerOn(late).error).toBe('temporarily_unavailable');
    expect((await enter(await come(objectId), code, number)).status).toBe(200);
  });

  test('still registers the phone when # comes too late for Entra, and the next sign-in calls it', async () => {
    const { objectId, number, path } = newPerson('slow');
    // Else the time goes on by itself to whatever is due next.
    world.time.pause();
    onTestFinished(() => world.time.resume());
    const came = await come(objectId);
    await world.time.advance(225_000);
    const called = await enter(came, await newCode(path), number);
    expect(called.text).toContain('Approve the sign-in');
    await world.time.advance(16_000);
    expect(answerOn(await came.visitor.open(called.url)).error).toBe('temporarily_unavailable');
    world.time.resume();
    await world.settle();
    expect(await phonesOf(path)).toMatchObject([{ verifiedAt: expect.any(String) }]);
    expect((await come(objectId)).page.text).toContain('Approve the sign-in');
    await world.settle();
    expect(callsTo(number)).toHaveLength(2);
  });

  test('shows the form to nobody whose method is not for it', async () => {
    const other = await newMethod(world.api, entra);
    const { page } = await cameFromEntra(other, entra.requestFor(other, randomUUID()));
    expect(page.text).toContain('No phone is known for you');
    expect(page.html).not.toContain('name="code"');
  });

  test('leaves no code when the user is erased', async () => {
    const { objectId, path } = newPerson();
    await newCode(path);
    await world.api('DELETE', path);
    const left = world.db.selectFrom('entraEnrolmentCode').selectAll();
    expect(await left.where('userId', 'like', `${objectId}%`).execute()).toEqual([]);
    expect((await world.api('DELETE', `${path}/enrolment-code`)).body.code).toBe('enrolmentCode.notFound');
  });
});
