// Entra sends a person to approve a sign-in: the desk phone rings, # is pressed, and the answer goes back.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { claimsWanted, openFakeEntra, signed } from '../../scripts/poundkey/entra-eam/fake-entra.ts';
import { newHintKey } from '../../scripts/poundkey/entra-eam/fake-keys.ts';
import { discoveryProblem, readAnswer } from '../../scripts/poundkey/entra-eam/read-answer.ts';
import { untilServed } from '../support/asked-again.ts';
import {
  answerOn,
  cameFromEntra,
  type KnownMethod,
  newMethod,
  newPerson,
  REDIRECT,
} from '../support/entra-people.ts';
import { formOn, type ShownPage } from '../support/form-visitor.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { setPolicy } from '../support/set-policy.ts';
import { newMobile } from '../support/sign-ins.ts';

let now = () => new Date();
const entra = await openFakeEntra({ now: () => now() });
afterAll(() => entra.close());

const NEVER = { usGovernment: null, china: null };
const OPTIONS = () => ({ config: { entra: { metadata: { global: entra.url, ...NEVER } } } });

describeWorlds('an external authentication method of Entra', OPTIONS, ({ world }) => {
  let method: KnownMethod;
  beforeAll(async () => {
    now = () => new Date(world.time.now());
    method = await newMethod(world.api, entra);
  });

  const callsTo = (number: string) => world.simulator.calls().filter(({ to }) => to === number);
  const come = (objectId: string, changed: Record<string, string | undefined> = {}) => {
    const fields = entra.requestFor(method, objectId, changed);
    return cameFromEntra(method, fields).then((came) => ({ ...came, fields }));
  };
  const subjectOf = (hint = '') =>
    JSON.parse(Buffer.from(hint.split('.')[1] ?? '', 'base64url').toString()).sub;
  const read = (answer: Record<string, string>, fields: Record<string, string>, amr = ['tel']) =>
    readAnswer(answer.id_token ?? '', {
      ...{ discoveryUrl: method.discoveryUrl, clientId: method.clientId, nonce: fields.nonce ?? '' },
      ...{ subject: subjectOf(fields.id_token_hint), acr: ['possessionorinherence'], amr, now: now() },
    });
  /** Nobody is called, and nothing goes to Microsoft. */
  const expectUntrusted = async (
    { page, fields }: { page: ShownPage; fields: Record<string, string> },
    number: string,
  ) => {
    expect([400, 404]).toContain(page.status);
    expect(page.text).toContain('This sign-in cannot be used');
    expect(page.text).toContain(fields['client-request-id']);
    expect(page.html).not.toContain('externalauthprovider');
    expect(page.headers.getSetCookie()).toEqual([]);
    await world.settle();
    expect(callsTo(number)).toEqual([]);
  };

  test('describes itself as Entra wants it', async () => {
    expect(await discoveryProblem(method.discoveryUrl)).toBeNull();
    const answer = await fetch(method.discoveryUrl, { headers: { 'accept-encoding': 'gzip, br' } });
    expect(answer.headers.get('content-encoding')).toBeNull();
    expect(answer.headers.get('transfer-encoding')).toBeNull();
    const document = (await answer.json()) as Record<string, string>;
    expect(document.issuer).toBe(`${world.service.url}/entra/eam/${method.id}`);
    expect(document.authorization_endpoint).toBe(method.authorizationUrl);
    expect((await fetch(`${world.service.url}/entra/eam/aaaaaaaaaaaaaaaa/keys`)).status).toBe(404);
  });

  test('rings the desk phone, and answers Entra when # is pressed', async () => {
    const { objectId, number, userId } = await newPerson(world, entra);
    const { visitor, page, fields } = await come(objectId);
    expect(page.status).toBe(200);
    expect(page.url).toMatch(/\/entra\/eam\/[a-z0-9]{16}\/[0-9a-f-]{36}\/now$/);
    expect(page.text).toContain('Approve the sign-in to contoso AB');
    expect(page.text).toContain('Microsoft waits for 4:00');
    expect(page.html).not.toContain(number.slice(4, -2));
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self';");
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(page.headers.get('cache-control')).toBe('no-store');
    await world.settle();
    const back = await visitor.open(page.url);
    expect(back.headers.get('cache-control')).toBe('no-store, no-transform');
    expect(back.headers.get('content-security-policy')).toContain(
      'form-action https://login.microsoftonline.com https://login.microsoftonline.us https://login.partner.microsoftonline.cn;',
    );
    expect(back.text).toContain('Continue');
    const answer = answerOn(back);
    expect(Object.keys(answer)).toEqual(['id_token', 'state']);
    expect(answer.state).toBe(fields.state);
    const { claims, problem } = await read(answer, fields);
    expect(problem).toBeNull();
    expect(claims).toMatchObject({ acr: 'possessionorinherence', amr: ['tel'], aud: method.clientId });
    expect(callsTo(number)).toHaveLength(1);
    // The number that an administrator had entered is verified by it, and nobody has an app password for it.
    const phones = await world.api('GET', `/v1/users/${encodeURIComponent(userId)}/phone-methods`);
    expect(phones.body.value[0].verifiedAt).not.toBeNull();
    const passwords = await world.api('GET', `/v1/users/${encodeURIComponent(userId)}/app-passwords`);
    expect(passwords.body.value).toEqual([]);
    const events = await world.api('GET', `/v1/audit-events?userId=${encodeURIComponent(userId)}`);
    expect(JSON.stringify(events.body)).toContain('entraMethod.answered');
    // The same page again has the same answer, and none once Entra waits no longer.
    expect(answerOn(await visitor.open(page.url))).toEqual(answer);
    await world.time.advance(240_000);
    const late = answerOn(await visitor.open(page.url));
    expect(late).toEqual({ error: 'temporarily_unavailable', state: fields.state });
  });

  test('the second time it is a sign-in with the phone that is registered', async () => {
    const { objectId, number } = await newPerson(world, entra);
    for (const times of [1, 2]) {
      const { visitor, page, fields } = await come(objectId);
      await world.settle();
      expect((await read(answerOn(await visitor.open(page.url)), fields)).problem).toBeNull();
      expect(callsTo(number)).toHaveLength(times);
      await world.time.advance(60_000);
    }
  });

  /** Else phones ring to their end between two requests. */
  const standStill = () => {
    world.time.pause();
    onTestFinished(() => world.time.resume());
  };

  test('the same request again is the same sign-in; another nonce never rings the phone twice', async () => {
    standStill();
    const { objectId, number } = await newPerson(world, entra, 'by-hand');
    const fields = entra.requestFor(method, objectId);
    const both = await Promise.all([1, 2].map(() => cameFromEntra(method, fields)));
    expect(new Set(both.map(({ page }) => page.url)).size).toBe(1);
    const other = await cameFromEntra(method, { ...fields, nonce: 'another' });
    expect(other.page.url).not.toBe(both[0]?.page.url);
    expect(other.page.text).toContain('A call is already under way');
    // Looking again rings nobody either.
    expect((await other.visitor.open(other.page.url)).text).toContain('A call is already under way');
    const ended = await other.visitor.send(other.page, {}, '/now/cancel');
    expect(answerOn(ended)).toEqual({ error: 'access_denied', state: fields.state });
    const [first] = both;
    const canceled = await first?.visitor.send(first.page, {}, '/now/cancel');
    expect(answerOn(canceled as ShownPage).error).toBe('access_denied');
    world.time.resume();
    await world.settle();
    expect(callsTo(number).length).toBeLessThanOrEqual(1);
  });

  test('fifty times at once is one call', async () => {
    const { objectId, number } = await newPerson(world, entra);
    const fields = entra.requestFor(method, objectId);
    const served = () =>
      untilServed(async () => {
        const came = await cameFromEntra(method, fields);
        return { ...came, status: came.page.status };
      });
    const all = await Promise.all(Array.from({ length: 50 }, served));
    expect(new Set(all.map(({ page }) => page.url)).size).toBe(1);
    expect(all.map(({ page }) => page.status)).toEqual(all.map(() => 200));
    await world.settle();
    expect(callsTo(number)).toHaveLength(1);
    const answers = await Promise.all(all.slice(0, 5).map(({ visitor, page }) => visitor.open(page.url)));
    expect(new Set(answers.map((page) => answerOn(page).id_token)).size).toBe(1);
  });

  test('opens in no other browser, and takes no form from elsewhere', async () => {
    standStill();
    const { objectId } = await newPerson(world, entra, 'by-hand');
    const { visitor, page } = await come(objectId);
    const stranger = (await come((await newPerson(world, entra, 'by-hand')).objectId)).visitor;
    const seen = await stranger.open(page.url);
    expect(seen.status).toBe(403);
    expect(seen.text).toContain('goes on in another browser');
    const forged = await visitor.post(`${page.url}/cancel`, { formToken: 'x'.repeat(43) });
    expect(forged.status).toBe(403);
    expect((await visitor.open(page.url)).text).toContain('Approve the sign-in');
    await visitor.send(page, {}, '/now/cancel');
  });

  describe('a hint that cannot be trusted', () => {
    const stranger = newHintKey();
    const at = () => Math.floor(now().getTime() / 1000);
    const HINTS: Record<string, (objectId: string) => string> = {
      'by another key': (id) => entra.hintFor(method, id, { privateKey: stranger.privateKey }),
      'by an unknown key': (id) =>
        entra.hintFor(method, id, { header: { kid: stranger.kid }, privateKey: stranger.privateKey }),
      'without a key id': (id) => entra.hintFor(method, id, { header: { kid: undefined } }),
      'for another application': (id) => entra.hintFor(method, id, { claims: { aud: randomUUID() } }),
      'for our own client id': (id) => entra.hintFor(method, id, { claims: { aud: method.clientId } }),
      'of another directory': (id) => {
        const tid = randomUUID();
        return entra.hintFor(method, id, {
          claims: { tid, iss: `https://login.microsoftonline.com/${tid}/v2.0` },
        });
      },
      'whose issuer is another directory': (id) =>
        entra.hintFor(method, id, {
          claims: { iss: `https://login.microsoftonline.com/${randomUUID()}/v2.0` },
        }),
      'of version 1.0': (id) => entra.hintFor(method, id, { claims: { ver: '1.0' } }),
      'six minutes old': (id) =>
        entra.hintFor(method, id, { claims: { iat: at() - 360, nbf: at() - 360, exp: at() } }),
      'six minutes ahead': (id) =>
        entra.hintFor(method, id, { claims: { iat: at() + 360, nbf: at() + 360 } }),
      'without signature': (id) => {
        const [, claims] = entra.hintFor(method, id).split('.');
        return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`;
      },
      'with HS256': (id) => signed({ alg: 'HS256', kid: 'x' }, { oid: id }, stranger.privateKey),
      'that is none': () => 'not.a.token',
      'that is empty': () => '',
    };
    test.each(Object.entries(HINTS))('%s', async (_, make) => {
      const { objectId, number } = await newPerson(world, entra);
      await expectUntrusted(await come(objectId, { id_token_hint: make(objectId) }), number);
    });

    test('is verified at the time it was issued, up to five minutes apart', async () => {
      const { objectId, number } = await newPerson(world, entra, 'by-hand');
      for (const apart of [-290, 290]) {
        const iat = at() + apart;
        const hint = entra.hintFor(method, objectId, { claims: { iat, nbf: iat, exp: iat - 1 } });
        const { visitor, page } = await come(objectId, { id_token_hint: hint });
        expect(page.status).toBe(200);
        await visitor.send(page, {}, '/now/cancel');
      }
      expect(callsTo(number).length).toBeLessThanOrEqual(2);
    });
  });

  test.each([
    REDIRECT.toUpperCase(),
    `${REDIRECT}/`,
    `${REDIRECT}?x=1`,
    'https://login.microsoftonline.com.evil.example/common/federation/externalauthprovider',
    'https://evil.example/common/federation/externalauthprovider',
    'http://login.microsoftonline.com/common/federation/externalauthprovider',
    'https://login.microsoftonline.us/common/federation/externalauthprovider',
  ])('sends nothing to %s', async (address) => {
    const { objectId, number } = await newPerson(world, entra);
    await expectUntrusted(await come(objectId, { redirect_uri: address }), number);
  });

  test('says what it cannot do at once, and rings nobody', async () => {
    const { objectId, number } = await newPerson(world, entra);
    const refused: [Record<string, string | undefined>, string][] = [
      [{ claims: '{"id_token"' }, 'invalid_request'],
      [{ claims: '{"id_token":{"amr":{"values":["tel"]}}}' }, 'invalid_request'],
      [{ claims: undefined }, 'invalid_request'],
      [{ claims: claimsWanted([]) }, 'invalid_request'],
      ...['knowledge', 'inherence', 'knowledgeorinherence'].map((acr): [Record<string, string>, string] => [
        { claims: claimsWanted([acr]) },
        'access_denied',
      ]),
      [{ claims: claimsWanted(['possession'], ['fido']) }, 'access_denied'],
      [{ nonce: undefined }, 'invalid_request'],
      [{ nonce: '' }, 'invalid_request'],
      [{ response_type: 'code' }, 'unsupported_response_type'],
      [{ response_mode: 'query' }, 'invalid_request'],
      [{ scope: 'profile' }, 'invalid_scope'],
    ];
    for (const [changed, error] of refused) {
      const { page, fields } = await come(objectId, changed);
      expect(page.status).toBe(200);
      expect(answerOn(page), JSON.stringify(changed)).toEqual({ error, state: fields.state });
    }
    await expectUntrusted(await come(objectId, { client_id: 'another' }), number);
  });

  test.each([
    ['possession', ['possession']],
    ['possessionorinherence', ['inherence', 'possessionorinherence']],
    ['knowledgeorpossession', ['knowledgeorpossession', 'possession']],
    ['knowledgeorpossessionorinherence', ['knowledge', 'knowledgeorpossessionorinherence']],
  ])('answers with the first acr that it can satisfy: %s', async (acr, wanted) => {
    const { objectId } = await newPerson(world, entra);
    const { visitor, page } = await come(objectId, { claims: claimsWanted(wanted), state: undefined });
    await world.settle();
    const answer = answerOn(await visitor.open(page.url));
    expect(Object.keys(answer)).toEqual(['id_token']);
    expect(JSON.parse(Buffer.from(answer.id_token?.split('.')[1] ?? '', 'base64url').toString()).acr).toBe(
      acr,
    );
  });

  test('takes large bodies, and refuses larger ones', async () => {
    const { objectId } = await newPerson(world, entra, 'by-hand');
    const { visitor, page } = await come(objectId, { login_hint: 'x'.repeat(50_000) });
    expect(page.text).toContain('Approve the sign-in');
    await visitor.send(page, {}, '/now/cancel');
    expect((await come(objectId, { login_hint: 'x'.repeat(70_000) })).page.status).toBe(413);
  });

  test.each([
    ['fraud', 'access_denied'],
    ['busy', 'access_denied'],
    ['wrong-key', 'access_denied'],
    ['hang-up', 'access_denied'],
    ['unreachable', 'temporarily_unavailable'],
  ] as const)(
    'a phone that ends as %s is answered with %s once the person gives up',
    async (phone, error) => {
      const { objectId } = await newPerson(world, entra, phone);
      const { visitor, page, fields } = await come(objectId);
      await world.settle();
      const over = await visitor.open(page.url);
      expect(over.text).toContain('You are not signed in yet.');
      expect(over.html.includes('/now/again')).toBe(phone !== 'fraud');
      const back = await visitor.send(over, {}, '/now/cancel');
      expect(answerOn(back)).toEqual({ error, state: fields.state });
    },
  );

  test('calls again, or another number, when it is asked to', async () => {
    const { objectId, number, userId } = await newPerson(world, entra, 'busy');
    const mobile = newMobile();
    await world.api('POST', `/v1/users/${encodeURIComponent(userId)}/phone-methods`, {
      ...{ phoneType: 'mobile', number: mobile },
    });
    const { visitor, page, fields } = await come(objectId);
    await world.settle();
    const over = await visitor.open(page.url);
    const again = formOn(over, '/now/again');
    expect(again.fields.way).toBe('office-call');
    await visitor.post(new URL(again.action, page.url).href, { ...again.fields, way: 'mobile-call' });
    // A form that was sent before does nothing.
    await visitor.post(new URL(again.action, page.url).href, { ...again.fields });
    await world.settle();
    expect(callsTo(mobile)).toHaveLength(1);
    expect((await read(answerOn(await visitor.open(page.url)), fields)).problem).toBeNull();
    expect(callsTo(number).length).toBeGreaterThan(0);
  });

  test('sends a text where Entra wants one, and answers with sms', async () => {
    await setPolicy(world, { textMessage: { allowed: true } });
    const { objectId, number, userId } = await newPerson(world, entra);
    const mobile = newMobile();
    await world.api('POST', `/v1/users/${encodeURIComponent(userId)}/phone-methods`, {
      ...{ phoneType: 'mobile', number: mobile },
    });
    const claims = claimsWanted(['possessionorinherence'], ['sms']);
    const { visitor, page, fields } = await come(objectId, { claims });
    expect(page.text).toContain('Enter the code');
    await world.sendTexts();
    const wrong = await visitor.send(page, { code: '12' }, '/now/code');
    expect(wrong.status).toBe(422);
    const back = await visitor.send(page, { code: world.codeOn(mobile) }, '/now/code');
    await world.service.journey.settled();
    const { problem, claims: answered } = await read(answerOn(await visitor.open(back.url)), fields, ['sms']);
    expect(problem).toBeNull();
    expect(answered?.amr).toEqual(['sms']);
    expect(callsTo(number)).toEqual([]);
  });

  test('asks nobody whom no administrator has entered', async () => {
    const { visitor, page, fields } = await come(randomUUID());
    expect(page.text).toContain('No phone is known for you');
    expect(page.text).toContain('Ask your administrator');
    const back = await visitor.send(page, {}, '/now/cancel');
    expect(answerOn(back)).toEqual({ error: 'access_denied', state: fields.state });
  });

  test.each(['before the answer was made', 'after it was shown'])(
    'gives a blocked user no answer, though # was pressed: blocked %s',
    async (when) => {
      const { objectId, userId } = await newPerson(world, entra);
      const { visitor, page } = await come(objectId);
      await world.settle();
      if (when === 'after it was shown')
        expect(answerOn(await visitor.open(page.url)).id_token).toBeDefined();
      const block = `/v1/users/${encodeURIComponent(userId)}/block`;
      expect((await world.api('PUT', block, { reason: 'phone stolen' })).status).toBe(200);
      for (let look = 0; look < 2; look += 1)
        expect(answerOn(await visitor.open(page.url))).toMatchObject({ error: 'access_denied' });
      await world.api('DELETE', block);
      expect(answerOn(await visitor.open(page.url)).id_token).toBeUndefined();
    },
  );

  test('rings nobody once Entra waits no longer, though the tab was closed', async () => {
    const { objectId, number, userId } = await newPerson(world, entra);
    const { queue } = world.service.jobs;
    await queue.pause();
    onTestFinished(() => queue.resume());
    await come(objectId);
    await world.time.advance(245_000);
    await queue.resume();
    await world.settle();
    expect(callsTo(number)).toEqual([]);
    const phones = await world.api('GET', `/v1/users/${encodeURIComponent(userId)}/phone-methods`);
    expect(phones.body.value[0].verifiedAt).toBeNull();
  });

  test('ends when Entra waits no longer, and # comes too late', async () => {
    const { objectId } = await newPerson(world, entra, 'by-hand');
    const { visitor, page, fields } = await come(objectId);
    await world.time.advance(241_000);
    const late = await visitor.open(page.url);
    expect(late.text).toContain('within four minutes');
    expect(answerOn(late)).toEqual({ error: 'temporarily_unavailable', state: fields.state });
    await world.settle();
    expect(answerOn(await visitor.open(page.url)).error).toBe('temporarily_unavailable');
  });

  test('logs no hint, no token and no number', async () => {
    const { objectId, number } = await newPerson(world, entra);
    const { visitor, page, fields } = await come(objectId);
    await world.settle();
    const answer = answerOn(await visitor.open(page.url));
    const log = world.log.join('\n');
    expect(log).toContain(fields['client-request-id']);
    for (const secret of [fields.id_token_hint, answer.id_token, number, fields.nonce])
      expect(log).not.toContain(secret);
    expect(page.url).not.toContain(fields.nonce);
  });

  test('is gone when it is removed', async () => {
    const other = await newMethod(world.api, entra, { clientId: 'entra-at-contoso' });
    expect(other.clientId).toBe('entra-at-contoso');
    const { objectId } = await newPerson(world, entra);
    expect((await world.api('DELETE', `/v1/entra-methods/${other.id}`)).status).toBe(204);
    expect((await fetch(other.discoveryUrl)).status).toBe(404);
    const { page } = await cameFromEntra(other, entra.requestFor(other, objectId));
    expect(page.status).toBe(404);
  });

  test('belongs to its tenant', async () => {
    const { api } = await world.addTenant(`t-${randomUUID().slice(0, 8)}`);
    expect((await api('GET', `/v1/entra-methods/${method.id}`)).status).toBe(404);
    expect((await api('DELETE', `/v1/entra-methods/${method.id}`)).status).toBe(404);
    expect((await api('GET', '/v1/entra-methods')).body.value).toEqual([]);
  });
});
