// A backend sends people to a page: they type the number of their mobile, then the code, and come back with an assertion.
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createVerifyAssertion } from '../../src/client.ts';
import { createPageVisitor, formOn, type PageVisitor, type ShownPage } from '../support/form-visitor.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { setPolicy } from '../support/set-policy.ts';
import { anotherCode, newMobile, setSignIn, signer } from '../support/sign-ins.ts';

const RETURN = 'https://login.contoso.example/signed-in';
const OTHER = 'https://login.contoso.example/';
const POLICY = { smsSignIn: { allowed: true }, selfService: { returnUrls: [RETURN, OTHER] } };

describeWorlds('a page for signing in', { policy: POLICY }, ({ world }) => {
  const ask = (extra: Record<string, unknown> = {}) =>
    world.api('POST', '/v1/sign-in-pages', {
      ...{ returnUrl: RETURN, otherWayUrl: OTHER, nonce: 'n-1', state: 's-1', locale: 'en', ...extra },
    });
  const newPage = async (extra: Record<string, unknown> = {}): Promise<string> => {
    const answer = await ask(extra);
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    return answer.body.url;
  };
  const textsTo = (number: string) => world.simulator.texts().filter(({ to }) => to === number);
  const verify = () =>
    createVerifyAssertion({
      ...{ issuer: world.service.url ?? '', audience: 'contoso' },
      now: () => world.time.now(),
    });

  /** Opens a page and types a number. */
  async function typed(number: string, visitor = createPageVisitor(), extra = {}): Promise<ShownPage> {
    const page = await visitor.open(await newPage(extra));
    expect(page.status).toBe(200);
    const next = await visitor.send(page, { number, country: 'SE' });
    await world.sendTexts();
    return next;
  }

  /** What is different from page to page. */
  const withoutIds = ({ html }: ShownPage, number: string) =>
    html
      .replaceAll(number, '')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '')
      .replaceAll(/name="formToken" value="[^"]*"/g, '')
      .replaceAll(/\+ ?4 ?6[ \d]+/g, '');

  test('leads from the number to the code and back, with an assertion that is verified', async () => {
    const { number, userId } = await signer(world);
    const visitor = createPageVisitor();
    const asked = await ask({ nonce: 'n-of-the-backend', state: 's-of-the-backend' });
    expect(asked.status, JSON.stringify(asked.body)).toBe(201);
    expect(Date.parse(asked.body.expiresAt) - world.time.now()).toBe(600_000);
    const first = await visitor.open(asked.body.url);
    expect(first.text).toContain('Sign in with your phone number to continue to contoso AB');
    expect(first.html).toContain(`href="${OTHER}"`);
    const code = await visitor.send(first, { number: `0${number.slice(3)}`, country: 'SE' });
    expect(code.status).toBe(200);
    // The address has no secret any more.
    expect(code.url).toMatch(/\/sign-in\/[0-9a-f-]{36}\/code$/);
    expect(code.text).toContain('is enabled for signing in, a message with six digits is on its way');
    await world.sendTexts();
    const sent = world.codeOn(number);
    const back = await visitor.send(code, { code: `${sent.slice(0, 3)} ${sent.slice(3)}` }, '/code');
    expect(back.status).toBe(200);
    expect(back.url).not.toContain('assertion');
    expect(back.headers.get('content-security-policy')).toContain(
      "form-action 'self' https://login.contoso.example;",
    );
    expect(back.headers.get('cache-control')).toBe('no-store, no-transform');
    expect(back.headers.get('referrer-policy')).toBe('strict-origin');
    const { action, fields } = formOn(back, RETURN);
    expect(action).toBe(RETURN);
    expect(Object.keys(fields)).toEqual(['assertion', 'state']);
    expect(fields.state).toBe('s-of-the-backend');
    const verifyAssertion = verify();
    expect(await verifyAssertion(fields.assertion ?? '', 'n-of-the-backend')).toMatchObject({
      ...{ userId, tenantId: 'contoso', amr: ['sms'] },
    });
    await expect(verifyAssertion(fields.assertion ?? '', 'n-of-the-backend')).rejects.toThrow('used before');
    expect(textsTo(number)).toHaveLength(1);
    const events = await world.api('GET', `/v1/audit-events?userId=${userId}`);
    expect(JSON.stringify(events.body)).toContain('"byNumber":true');
  });

  test('changes nothing when it is opened, whatever stands behind the link', async () => {
    const { number } = await signer(world);
    const url = await newPage();
    for (const seen of [url, `${url}?utm_source=mail`, `${url}.`]) {
      const { status, headers } = await createPageVisitor().open(seen);
      expect(status).toBe(200);
      expect(headers.getSetCookie()).toEqual([]);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('content-security-policy')).toContain("form-action 'self';");
    }
    expect((await createPageVisitor().open(url.toLowerCase())).status).toBe(410);
    const visitor = createPageVisitor();
    const code = await visitor.send(await visitor.open(url), { number, country: 'SE' });
    expect(code.text).toContain('Enter the code');
    await world.sendTexts();
  });

  test('looks the same where the number is nobody’s, up to the end', async () => {
    const { number } = await signer(world);
    // Both pages are of the same moment.
    world.time.pause();
    onTestFinished(() => world.time.resume());
    const unknown = newMobile();
    const people = [number, unknown].map((each) => ({ number: each, visitor: createPageVisitor() }));
    const pages = await Promise.all(
      people.map(async (each) => {
        const page = await each.visitor.open(await newPage());
        return each.visitor.send(page, { number: each.number, country: 'SE' });
      }),
    );
    await world.sendTexts();
    expect(textsTo(number)).toHaveLength(1);
    expect(textsTo(unknown)).toEqual([]);
    const wrong = anotherCode(world.codeOn(number));
    const same = (shown: ShownPage[]) => {
      const [known, other] = shown.map((page, place) => withoutIds(page, people[place]?.number ?? ''));
      expect(other).toBe(known);
      expect(shown[1]?.status).toBe(shown[0]?.status);
      const names = shown.map(({ headers }) => [...headers.keys()].toSorted());
      expect(names[1]).toEqual(names[0]);
    };
    same(pages);
    const both = (act: (visitor: PageVisitor, page: ShownPage) => Promise<ShownPage>, from: ShownPage[]) =>
      Promise.all(people.map(({ visitor }, place) => act(visitor, from[place] as ShownPage)));
    let shown = pages;
    for (const left of ['4 tries', '3 tries', '2 tries', '1 try']) {
      shown = await both((visitor, page) => visitor.send(page, { code: wrong }, '/code'), shown);
      expect(shown.map(({ status }) => status)).toEqual([422, 422]);
      expect(shown[0]?.text).toContain(`That is not the code. You have ${left} left.`);
      same(shown);
    }
    await world.time.advance(30_000);
    shown = await both((visitor, page) => visitor.send(page, {}, '/send-again'), shown);
    await world.sendTexts();
    expect(textsTo(number)).toHaveLength(2);
    expect(textsTo(unknown)).toEqual([]);
    same(shown);
    shown = await both((visitor, page) => visitor.send(page, { code: wrong }, '/code'), shown);
    expect(shown[0]?.text).toContain('The sign-in has ended Five wrong codes were typed');
    expect(shown[0]?.html).toContain(`href="${OTHER}"`);
    same(shown);
    await world.service.journey.settled();
  });

  test('may be started again after five wrong codes, and with another number', async () => {
    const [mine, wrong] = [await signer(world), newMobile()];
    const visitor = createPageVisitor();
    let page = await typed(wrong, visitor);
    for (let n = 0; n < 5; n += 1) page = await visitor.send(page, { code: '123456' }, '/code');
    expect(page.text).toContain('Start again');
    const number = await visitor.open(page.url.replace('/code', ''));
    expect(formOn(number).fields).toMatchObject({ country: 'SE', number: expect.stringMatching(/^\+46/) });
    const code = await visitor.send(number, { number: mine.number });
    await world.sendTexts();
    // Once more with the same number: the code of before is worth nothing.
    const before = world.codeOn(mine.number);
    const again = await visitor.send(await visitor.open(code.url.replace('/code', '')), {});
    await world.sendTexts();
    expect(textsTo(mine.number)).toHaveLength(2);
    if (before !== world.codeOn(mine.number))
      expect((await visitor.send(again, { code: before }, '/code')).status).toBe(422);
    const back = await visitor.send(again, { code: world.codeOn(mine.number) }, '/code');
    expect(formOn(back, RETURN).fields.assertion).toMatch(/^ey/);
  });

  test('does not speak of wrong codes where the right one no longer counted', async () => {
    const { number, userId } = await signer(world);
    const visitor = createPageVisitor();
    const page = await typed(number, visitor);
    const now = new Date(world.time.now());
    // As a process leaves it that dies after the right code.
    const left = { state: 'decided', outcome: 'approved', live: true, decidedAt: now, wakeAt: now } as const;
    await world.db.updateTable('verification').set(left).where('userId', '=', userId).execute();
    await world.settle();
    const { status, text } = await visitor.open(page.url);
    expect(status).toBe(410);
    expect(text).toContain('The sign-in has ended Start again, or sign in another way.');
    expect(text).not.toContain('wrong codes');
  });

  test('sends one text, and signs in once, when buttons are pressed twice', async () => {
    const { number, userId } = await signer(world);
    const visitor = createPageVisitor();
    const first = await visitor.open(await newPage());
    const { action, fields } = formOn(first);
    const form = { ...fields, number, country: 'SE' };
    // The browser has its cookie before the second click arrives.
    await visitor.ask(new URL(action, first.url).href, form);
    const doubled = await Promise.all([1, 2].map(() => visitor.send(first, { number, country: 'SE' })));
    for (const { status } of doubled) expect(status).toBe(200);
    await world.sendTexts();
    expect(textsTo(number)).toHaveLength(1);
    const page = await visitor.open(String(doubled[0]?.url));
    const code = { code: world.codeOn(number) };
    const clicks = await Promise.all([1, 2].map(() => visitor.send(page, code, '/code')));
    expect(clicks.map(({ status }) => status)).toEqual([200, 200]);
    const later = await visitor.send(page, code, '/code');
    const assertions = new Set(
      [...clicks, later]
        .filter(({ html }) => html.includes(RETURN))
        .map((shown) => formOn(shown, RETURN).fields.assertion),
    );
    expect(assertions.size).toBe(1);
    expect(later.html).toContain(RETURN);
    const events = await world.api('GET', `/v1/audit-events?userId=${userId}`);
    expect(JSON.stringify(events.body).match(/"assertion.issued"/g)).toHaveLength(1);
  });

  test('goes on where the answer to its number was lost, and its cookie with it', async () => {
    const { number } = await signer(world);
    const { origin } = new URL(world.service.url ?? '');
    const url = await newPage();
    const opened = await createPageVisitor().open(url);
    // Every press comes without the cookie that the answers bring.
    const presses = Array.from({ length: 3 }, () => createPageVisitor({ origin }));
    const typing = { number, country: 'SE' };
    const pages = await Promise.all(presses.map((visitor) => visitor.send(opened, typing)));
    expect(pages.map(({ status }) => status)).toEqual([200, 200, 200]);
    const late = createPageVisitor({ origin });
    expect((await late.send(opened, typing)).text).toContain('Enter the code');
    await world.sendTexts();
    expect(textsTo(number)).toHaveLength(1);
    const code = { code: world.codeOn(number) };
    const [visitor = createPageVisitor(), ...others] = presses;
    const page = await visitor.open(pages[0]?.url ?? '');
    expect((await visitor.send(page, code, '/code')).html).toContain(RETURN);
    // It is one browser.
    for (const other of [...others, late]) expect((await other.open(page.url)).html).toContain(RETURN);
  });

  test('takes a form again that failed', async () => {
    const { number } = await signer(world);
    const visitor = createPageVisitor({ origin: new URL(world.service.url ?? '').origin });
    const opened = await visitor.open(await newPage());
    const typing = { number, country: 'SE' };
    await sql`alter table rate_count rename to rate_count_away`.execute(world.db);
    const failed = await visitor.send(opened, typing);
    await sql`alter table rate_count_away rename to rate_count`.execute(world.db);
    expect(failed.status).toBe(500);
    const code = await visitor.send(opened, typing);
    expect(code.text).toContain('Enter the code');
    await world.sendTexts();
    const back = await visitor.send(code, { code: world.codeOn(number) }, '/code');
    expect(back.html).toContain(RETURN);
    expect(textsTo(number)).toHaveLength(1);
  });

  test.each([
    [
      'another form of the page',
      (form: Record<string, string>) => ({ ...form, formKey: 'x'.repeat(36) }),
      true,
    ],
    ['the form on another site', (form: Record<string, string>) => form, false],
  ])('is not bound to a second browser by %s', async (_what, changed, isOurs) => {
    const url = await newPage();
    const origin = isOurs ? new URL(world.service.url ?? '').origin : 'https://evil.example';
    const opened = await createPageVisitor().open(url);
    const { action, fields } = formOn(opened);
    const form = { ...fields, number: newMobile(), country: 'SE' };
    const at = new URL(action, opened.url).href;
    const [first, second] = [createPageVisitor({ origin }), createPageVisitor({ origin })];
    expect((await first.post(at, form)).text).toContain('Enter the code');
    expect(await second.post(at, changed(form))).toMatchObject({ status: 403 });
    await world.sendTexts();
  });

  test('sends the assertion by itself once only, and shows it no longer than it counts', async () => {
    const { number } = await signer(world);
    const visitor = createPageVisitor();
    const page = await typed(number, visitor);
    const back = await visitor.send(page, { code: world.codeOn(number) }, '/code');
    expect(back.html).toContain('data-sent');
    const gone = await visitor.open(page.url);
    expect(gone.text).toContain('If nothing happens, press Continue.');
    expect(gone.html).not.toContain('data-sent');
    expect(gone.headers.get('content-security-policy')).toContain('https://login.contoso.example');
    expect((await visitor.open(page.url.replace('/code', ''))).html).toContain(RETURN);
    await world.time.advance(120_000);
    for (const address of [back.url, page.url, page.url.replace('/code', '')]) {
      const over = await visitor.open(address);
      expect(over.status).toBe(410);
      expect(over.text).toContain('You did not come back to contoso AB within two minutes');
      expect(over.html).not.toContain('assertion');
    }
  });

  test('works in the browser only that used it first, and tells another one what to do', async () => {
    const { number } = await signer(world);
    const [mine, other] = [createPageVisitor(), createPageVisitor()];
    const url = await newPage();
    const seen = await other.open(url);
    const code = await mine.send(await mine.open(url), { number, country: 'SE' });
    await world.sendTexts();
    const addresses = ['', '/code', '/return'].map((part) => code.url.replace('/code', part));
    for (const address of [url, ...addresses]) {
      const page = await other.open(address);
      expect(page.status).toBe(403);
      expect(page.text).toContain('This sign-in goes on in another browser');
      expect(page.html).toContain(`href="${OTHER}"`);
    }
    expect((await other.send(seen, { number, country: 'SE' })).status).toBe(403);
    const { fields } = formOn(code, '/code');
    const stolen = { ...fields, code: world.codeOn(number) };
    expect((await other.ask(code.url, stolen)).status).toBe(403);
    expect((await mine.open(url)).status).toBe(200);
    expect((await mine.send(code, { code: world.codeOn(number) }, '/code')).html).toContain(RETURN);
  });

  test('takes no form that another page or site has made', async () => {
    const visitor = createPageVisitor();
    const [one, two] = [await typed(newMobile(), visitor), await typed(newMobile(), visitor)];
    // Both go on beside each other in one browser.
    expect((await visitor.open(one.url)).status).toBe(200);
    const foreign = await visitor.ask(one.url, { ...formOn(two, '/code').fields, code: '123456' });
    expect(foreign.status).toBe(403);
    expect(await foreign.text()).toContain('load the page again, and repeat it');
    expect((await visitor.ask(one.url, { code: '123456', formKey: 'k' })).status).toBe(403);
  });

  test('takes numbers for ten minutes, and the code that was asked for by then', async () => {
    const { number } = await signer(world);
    const [visitor, late] = [createPageVisitor(), createPageVisitor()];
    const [url, unused] = [await newPage(), await newPage()];
    await world.time.advance(599_000);
    const code = await visitor.send(await visitor.open(url), { number, country: 'SE' });
    await world.sendTexts();
    const over = await late.open(unused);
    expect(over.status).toBe(410);
    expect(over.text).toContain('You can sign in here for 10 minutes');
    expect((await visitor.open(code.url.replace('/code', ''))).status).toBe(410);
    const wrong = await visitor.send(code, { code: anotherCode(world.codeOn(number)) }, '/code');
    expect(wrong.status).toBe(422);
    const back = await visitor.send(wrong, { code: world.codeOn(number) }, '/code');
    expect(back.html).toContain(RETURN);
    const second = await typed(newMobile(), late);
    await world.time.advance(600_000);
    expect((await late.open(second.url)).text).toContain(
      'The sign-in has ended Go back to where you came from',
    );
  });

  test('warns before it closes, and takes numbers for longer when asked', async () => {
    const { number } = await signer(world);
    const visitor = createPageVisitor();
    const url = await newPage();
    const ends = ({ html }: ShownPage) => Date.parse(/data-session-ends="([^"]*)"/.exec(html)?.[1] ?? '');
    const first = await visitor.open(url);
    expect(ends(first)).toBe(world.time.now() + 600_000);
    for (let times = 0; times < 12; times += 1) {
      await world.time.advance(500_000);
      const { formToken = '' } = formOn(first).fields;
      expect(ends(await visitor.post(`${url}/stay`, { formToken }))).toBe(world.time.now() + 600_000);
    }
    expect((await visitor.send(first, { number, country: 'SE' })).url).toContain('/code');
    // Nobody else gets more time for it.
    expect((await createPageVisitor().post(`${url}/stay`)).status).toBe(403);
    await world.time.advance(601_000);
    expect((await visitor.post(`${url}/stay`)).status).toBe(410);
  });

  test('is known again on the device of an earlier sign-in, each tenant by its own cookie', async () => {
    const { number } = await signer(world);
    const visitor = createPageVisitor();
    const first = await typed(number, visitor);
    await visitor.send(first, { code: world.codeOn(number) }, '/code');
    const device = [...visitor.cookies].find(([name]) => /^poundkey-\w{8}-device-\w{8}$/.test(name));
    expect(device?.[1]).toMatch(/^[\w-]+\.[\w-]{22}\.[0-9a-f]{64}$/);
    // Strangers use up what they have for this number.
    for (let n = 0; n < 5; n += 1) await typed(number);
    const before = textsTo(number).length;
    const stranger = await typed(number);
    expect(textsTo(number)).toHaveLength(before);
    expect(stranger.text).toContain('Enter the code');
    const own = await typed(number, visitor);
    expect(textsTo(number)).toHaveLength(before + 1);
    expect((await visitor.send(own, { code: world.codeOn(number) }, '/code')).html).toContain(RETURN);
  });

  test('says at the field what is wrong with a number, and at the top what is against it', async () => {
    const visitor = createPageVisitor();
    let page = await visitor.open(await newPage());
    for (const [number, said] of [
      ['', 'Type your phone number.'],
      ['12', 'This does not look like a phone number of Sweden.'],
      ['+46 12', 'This does not look like a phone number. '],
      ['08-465 004 22', 'This is not the number of a mobile phone.'],
      ['070-174 06 35 ext 12', 'This number may not have an extension.'],
    ] as const) {
      page = await visitor.send(page, { number, country: 'SE' });
      expect(page.status, said).toBe(422);
      expect(page.text).toContain(said);
      expect(page.html).toContain('aria-invalid="true" aria-describedby="number-error"');
    }
    // A number with the code of its country is right whichever country is chosen in the list.
    for (const write of [
      (number: string) => number,
      (number: string) => number.replace('+', '00'),
      (number: string) => number.replace('+46', '(+46) '),
      (number: string) => `tel:${number}`,
    ]) {
      const abroad = createPageVisitor();
      const foreign = await abroad.open(await newPage());
      const typed = { number: write(newMobile()), country: 'NO' };
      expect((await abroad.send(foreign, typed)).text, typed.number).toContain('Enter the code');
    }
    await setPolicy(world, { ...POLICY, version: 1, smsSignIn: { allowed: false } });
    page = await visitor.send(page, { number: newMobile(), country: 'SE' });
    expect(page.status).toBe(409);
    expect(page.text).toContain('contoso AB does not allow this.');
    expect((await ask()).body).toMatchObject({ status: 403, code: 'policy.smsSignInRefused' });
    await setPolicy(world, { ...POLICY, version: 1 });
  });

  test('ends like any other when its user is blocked or gives the number up', async () => {
    const user = await signer(world);
    const visitor = createPageVisitor();
    const page = await typed(user.number, visitor);
    await setSignIn(world, user.phoneMethodId, false);
    const refused = await visitor.send(page, { code: world.codeOn(user.number) }, '/code');
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('That is not the code.');
  });

  test('speaks the language of the link, then that of the browser, then the one that is chosen', async () => {
    const german = createPageVisitor({ 'accept-language': 'xx, en;q=0.5' });
    const page = await german.open(await newPage({ locale: undefined }));
    expect(page.html).toContain('<html lang="en"');
    const chosen = await german.send(page, { language: 'en' }, '/language');
    expect(chosen.status).toBe(200);
    expect(chosen.url).toMatch(/\/sign-in\/[0-9a-f-]{36}$/);
    expect((await german.send(chosen, { language: 'nobody' }, '/language')).status).toBe(200);
  });

  test('shows hostile values harmlessly', async () => {
    const { number } = await signer(world);
    const state = `"><script>alert(1)</script><img src=x onerror="alert(2)">'&amp;`;
    const visitor = createPageVisitor();
    const page = await visitor.open(await newPage({ state }));
    const hostile = '<script>alert(3)</script>\u202e';
    const refused = await visitor.send(page, { number: hostile, country: 'SE' });
    expect(refused.status).toBe(422);
    expect(refused.html).not.toContain('<script>alert');
    expect(formOn(refused).fields.number).toBe(hostile.trim());
    for (const fields of [
      { number: '1'.repeat(10_000), country: 'SE' },
      { number: 'x\u0000', country: 'SE' },
      { number, country: '"><b>' },
      { number, country: 'SE', more: 'fields' },
    ]) {
      const odd = await visitor.send(refused, fields);
      expect(odd.status).toBe(400);
      expect(odd.text).toContain('Nobody was signed in');
    }
    const code = await visitor.send(refused, { number, country: 'SE' });
    await world.sendTexts();
    const odd = await visitor.send(code, { code: `<b>${'9'.repeat(300)}` }, '/code');
    expect(odd.status).toBe(422);
    const back = await visitor.send(odd, { code: world.codeOn(number) }, '/code');
    expect(back.html).not.toContain('<script>alert');
    expect(formOn(back, RETURN).fields.state).toBe(state);
  });

  describe('is refused', () => {
    test.each([
      [{ returnUrl: 'https://evil.example/' }, 'policy.returnUrlRefused', '/returnUrl'],
      [{ returnUrl: `${RETURN}/` }, 'policy.returnUrlRefused', '/returnUrl'],
      [{ returnUrl: `${RETURN}?next=1` }, 'policy.returnUrlRefused', '/returnUrl'],
      [{ returnUrl: RETURN.toUpperCase() }, 'policy.returnUrlRefused', '/returnUrl'],
      [{ otherWayUrl: 'https://evil.example/' }, 'policy.returnUrlRefused', '/otherWayUrl'],
      [{ returnUrl: 'javascript:alert(1)' }, 'request.invalid', '/returnUrl'],
      [{ returnUrl: undefined }, 'request.invalid', '/returnUrl'],
      [{ nonce: undefined }, 'request.invalid', '/nonce'],
      [{ state: 'å' }, 'request.invalid', '/state'],
      [{ state: 'a\nb' }, 'request.invalid', '/state'],
      [{ state: 'a'.repeat(513) }, 'request.invalid', '/state'],
      [{ audience: 'https://other.example' }, 'policy.audienceRefused', undefined],
    ])('with %j', async (extra, code, field) => {
      const { body } = await ask(extra);
      expect(body.code).toBe(code);
      if (field) expect(body.errors.map((each: { field: string }) => each.field)).toEqual([field]);
    });
  });

  test('is gone after a while', async () => {
    const visitor = createPageVisitor();
    const page = await typed(newMobile(), visitor);
    await world.time.advance(4_200_001);
    await world.db.deleteFrom('lease').where('name', '=', 'sweep').execute();
    await world.service.journey.sweep();
    const rows = world.db
      .selectFrom('signInPage')
      .select('id')
      .where('expiresAt', '<', new Date(world.time.now()));
    expect(await rows.execute()).toEqual([]);
    expect((await visitor.open(page.url)).status).toBe(410);
  });
});
