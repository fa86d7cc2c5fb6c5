// A user is erased: nothing that the stores hold names the user or the number any more, and nobody else is touched.
import { expect, test } from 'vitest';
import { appServersOf, basic, makeAppPassword, OLDER_APPS } from '../support/older-apps.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { setPolicy } from '../support/set-policy.ts';
import { askSignIn, setSignIn, signer } from '../support/sign-ins.ts';
import { numberForms } from './secrecy-search.ts';
import { dumpDatabase, readRedis, readRows } from './stored-text.ts';

const USER = 'erika.musterfrau';
const OTHER = 'u-stays';
// Nothing listens there, so that an outcome stays undelivered.
const ENDPOINT = { url: 'http://127.0.0.1:1/outcomes' };

describeWorlds(
  'erasing a user',
  { config: { webhooks: { allowPrivate: true, timeLimitMs: 500 }, olderApps: OLDER_APPS } },
  ({ world, stores }) => {
    const erase = () => world.api('DELETE', `/v1/users/${USER}`);
    const about = (path: string) => `/v1/users/${USER}/${path}`;
    const stored = async () => {
      const rows = JSON.stringify([...(await readRows(world))]);
      return [rows, dumpDatabase(stores), await readRedis(stores)].join('\n');
    };

    test('leaves neither the id nor the number anywhere', async () => {
      await world.api('PUT', '/v1/webhook-endpoint', ENDPOINT);
      await world.api('PUT', about('profile'), { locale: 'sv-SE', pin: '480715' });
      const { id, number } = await world.story('press-pound', { userId: USER, extension: '4711' });
      await world.story('busy', { userId: USER });
      await world.story('press-pound', { userId: OTHER });
      await world.api('PUT', about('block'), { reason: `${USER} lost the phone` });
      await world.db
        .insertInto('challengeFailure')
        .values({
          tenantId: 'contoso',
          userId: USER,
          challenge: 'pin',
          failures: 3,
          lockedUntil: null,
          updatedAt: new Date(),
        })
        .execute();
      const forms = [USER, ...numberForms(number.e164)];
      expect((await stored()).includes(USER)).toBe(true);
      expect(await erase()).toMatchObject({
        status: 200,
        body: { verifications: 2, phoneMethods: 1, appPasswords: 1, webhookMessages: 3 },
      });
      const left = await stored();
      expect(forms.filter((form) => left.includes(form))).toEqual([]);
      expect(await world.api('GET', `/v1/verifications/${id}`)).toMatchObject({ status: 404 });
      expect(await world.api('GET', `/v1/verifications/${id}/events`)).toMatchObject({ status: 404 });
      expect((await world.api('GET', '/v1/verifications')).body.value).toHaveLength(1);
      expect((await world.api('GET', about('block'))).body).toMatchObject({ blocked: false });
    });

    test('touches nobody else, and keeps what calls cost and that somebody was erased', async () => {
      expect((await world.api('GET', `/v1/users/${OTHER}/phone-methods`)).body.value).toHaveLength(1);
      expect((await world.api('GET', `/v1/users/${OTHER}/app-passwords`)).body.value).toHaveLength(1);
      const kept = await world.db
        .selectFrom('verification')
        .innerJoin('callAttempt', 'callAttempt.verificationId', 'verification.id')
        .select(['verification.outcome', 'verification.country', 'callAttempt.lineNumber'])
        .where('verification.userId', '=', '(erased user)')
        .orderBy('verification.outcome')
        .execute();
      expect(kept).toMatchObject([
        { outcome: 'approved', country: 'SE', lineNumber: expect.stringMatching(/^\+/) },
        { outcome: 'busy', country: 'SE' },
      ]);
      const notes = await world.db
        .selectFrom('auditEvent')
        .select('data')
        .where('type', '=', 'user.erased')
        .execute();
      expect(notes).toMatchObject([{ data: { verifications: 2, phoneMethods: 1 } }]);
    });

    test('is refused while a verification is open, and then nothing is erased', async () => {
      world.time.pause();
      const { id } = await world.request('press-pound', { userId: USER });
      const refused = await erase();
      expect(refused).toMatchObject({
        status: 409,
        body: { code: 'user.verificationOpen', verificationId: id },
      });
      world.time.resume();
      await world.settle();
      expect(await world.read(id)).toMatchObject({ userId: USER, outcome: 'approved' });
      expect((await world.api('GET', about('phone-methods'))).body.value).toHaveLength(1);
      expect(await erase()).toMatchObject({ status: 200, body: { verifications: 1 } });
    });

    test('leaves nothing of sign-ins by number, also where nobody was texted', async () => {
      await setPolicy(world, { smsSignIn: { allowed: true } });
      const { userId, number, phoneMethodId } = await signer(world);
      const [first, open] = [await askSignIn(world, number), await askSignIn(world, number)];
      await world.sendTexts();
      const check = (id: string) => world.api('POST', `/v1/sign-ins/${id}/check`, { code: '000000' });
      expect((await check(open.body.id)).body).toMatchObject({ code: 'code.wrong' });
      await setSignIn(world, phoneMethodId, false);
      const decoy = await askSignIn(world, number);
      expect((await stored()).includes(number)).toBe(true);
      const erased = await world.api('DELETE', `/v1/users/${userId}`);
      expect(erased, JSON.stringify(erased.body)).toMatchObject({ status: 200, body: { verifications: 3 } });
      for (const { body } of [first, open, decoy]) {
        expect((await world.api('GET', `/v1/sign-ins/${body.id}`)).body.status).toBe('pending');
        expect((await check(body.id)).body.code).toBe('code.wrong');
      }
      await world.time.advance(601_000);
      await world.settle();
      const left = await stored();
      expect([userId, ...numberForms(number)].filter((form) => left.includes(form))).toEqual([]);
    });

    test('leaves the server that app passwords were tried at, and not from where', async () => {
      const { web, askBasic } = await appServersOf(world);
      await makeAppPassword(world, USER);
      for (let guess = 0; guess < 50; guess += 1)
        await askBasic(basic(USER, `guess ${guess}`), '203.0.113.50');
      const events = world.db
        .selectFrom('auditEvent')
        .select(['userId', 'actorType', 'actorId', 'clientAddress'])
        .where('type', '=', 'appPassword.guessed');
      const server = { actorType: 'appServer', actorId: web.id };
      expect(await events.execute()).toEqual([{ userId: USER, ...server, clientAddress: '203.0.113.50' }]);
      await erase();
      expect(await events.execute()).toEqual([{ userId: '(erased user)', ...server, clientAddress: null }]);
    });

    test('is fine for a user who is not known', async () => {
      expect(await erase()).toMatchObject({
        status: 200,
        body: { verifications: 0, phoneMethods: 0, appPasswords: 0, webhookMessages: 0 },
      });
    });
  },
);
