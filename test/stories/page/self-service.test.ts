// The self-service page without scripts: links, sessions, setting up a phone, and what may not happen.
import { describe, expect, onTestFinished, test } from 'vitest';
import { formOn } from '../../support/form-visitor.ts';
import { describeWorlds, worldOfThisTest } from '../../support/open-worlds.ts';
import { openVisitor, type Visited, type Visitor, wordsOf } from '../../support/page-visitor.ts';
import type { World } from '../../support/world.ts';

const BASE = '/my-phones';

/** A link for a user, as a backend gets it. */
async function linkFor(world: World, userId: string, body: Record<string, unknown> = {}): Promise<string> {
  const answer = await world.api('POST', `/v1/users/${userId}/self-service-links`, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return new URL(answer.body.url).pathname;
}

/** Somebody who has come in by a link. */
async function signedIn(world: World, userId: string): Promise<{ visitor: Visitor; page: Visited }> {
  const visitor = openVisitor(world.service.url ?? '');
  const path = await linkFor(world, userId);
  await visitor.open(path);
  return { visitor, page: await visitor.post(path) };
}

/** Goes on until the call is asked for. */
async function setUp(visitor: Visitor, number: string, typed: Record<string, string> = {}): Promise<Visited> {
  const form = await visitor.open(`${BASE}/add/office`);
  const confirm = await visitor.submit(form, `${BASE}/add/office`, {
    country: 'SE',
    number,
    extension: '',
    ...typed,
  });
  expect(confirm.title, wordsOf(confirm.html)).toBe('Is this right?');
  return confirm;
}

describeWorlds('the self-service page', ({ world }) => {
  let users = 0;
  const newUser = () => `page-${users++}`;

  test('takes somebody from a link to a registered phone and an app password', async () => {
    const user = newUser();
    const number = world.newNumber();
    world.simulator.desk.script(number, 'press-pound');
    const { visitor, page } = await signedIn(world, user);
    expect(page.title).toBe('How should we contact you?');
    const confirm = await setUp(visitor, number);
    expect(wordsOf(confirm.html)).toContain('Your display shows');
    // Nobody answers before the page is there.
    world.time.pause();
    onTestFinished(() => world.time.resume());
    const calling = await visitor.submit(confirm, `${BASE}/start`);
    expect(calling.at).toBe(`${BASE}/now`);
    expect(calling.title).toBe('We’re calling you');
    world.time.resume();
    await world.settle();
    // What loads pages before they are asked for takes no app password.
    const ahead = { cookie: [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
    for (const early of [{ method: 'HEAD' }, { headers: { 'sec-purpose': 'prefetch;prerender' } }])
      await fetch(`${world.service.url}${BASE}/done`, { ...early, headers: { ...early.headers, ...ahead } });
    const done = await visitor.open(`${BASE}/now`);
    expect(done.title).toBe('Your office phone is registered');
    const [, groups = ''] = /data-secret>([\s\S]*?)<\/output>/.exec(done.html) ?? [];
    expect(wordsOf(groups)).toMatch(/^[a-z]{4}( [a-z]{4}){3}$/);
    const again = await visitor.open(`${BASE}/done`);
    expect(wordsOf(again.html)).toContain('The app password was shown already');
    const list = await visitor.submit(again, `${BASE}/done`);
    expect(list.title).toBe('My phones and app passwords');
    expect(wordsOf(list.html)).toContain(number.slice(-2));
    const phones = await world.api('GET', `/v1/users/${user}/phone-methods`);
    expect(phones.body.value).toHaveLength(1);
    const passwords = await world.api('GET', `/v1/users/${user}/app-passwords`);
    expect(passwords.body.value).toHaveLength(1);
  });

  test('a link is used up by its button only, and only once', async () => {
    const path = await linkFor(world, newUser());
    const scanner = openVisitor(world.service.url ?? '');
    await fetch(`${world.service.url}${path}`, { method: 'HEAD' });
    for (let time = 0; time < 3; time += 1) expect((await scanner.open(path)).status).toBe(200);
    const person = openVisitor(world.service.url ?? '');
    expect((await person.open(`${path}?utm_source=mail`)).status).toBe(200);
    expect((await person.post(path)).status).toBe(200);
    // The page may be lost on the way: the same browser may come again, another may not.
    expect((await person.post(path)).status).toBe(200);
    const other = openVisitor(world.service.url ?? '');
    expect(await other.post(path)).toMatchObject({ status: 410, title: 'This link no longer works' });
    expect(await other.open(path)).toMatchObject({ status: 410 });
    expect((await other.open(BASE)).title).toBe('You are signed out');
  });

  test('a link lets in whose button was pressed twice, or whose answer was lost', async () => {
    const user = newUser();
    const path = await linkFor(world, user);
    const url = world.service.url ?? '';
    const page = await openVisitor(url).open(path);
    // The answers bring the cookie, so these presses come without one.
    const { origin } = new URL(url);
    const presses = Array.from({ length: 3 }, () => openVisitor(url, { origin }));
    const pages = await Promise.all(presses.map((visitor) => visitor.submit(page, path)));
    expect(pages.map(({ title }) => title)).toEqual(Array(3).fill('How should we contact you?'));
    const sessions = presses.map(({ cookies }) => [...cookies.values()]);
    expect(new Set(sessions.flat()).size).toBe(1);
    const [visitor = openVisitor(url)] = presses;
    await visitor.open(`${BASE}/add/office`);
    expect((await visitor.submit(page, path)).status).toBe(200);
    // Another page of the same link is another browser's, perhaps.
    const other = openVisitor(url, { origin });
    expect(await other.post(path, { formKey: 'x'.repeat(43) })).toMatchObject({ status: 410 });
    // Another site may have made the form, and know what is in it.
    const foreign = openVisitor(url, { origin: 'https://evil.example' });
    expect(await foreign.submit(page, path)).toMatchObject({ status: 410 });
    await world.time.advance(3_700_000);
    expect(await openVisitor(url, { origin }).submit(page, path)).toMatchObject({ status: 410 });
  });

  test.each([
    ['of nobody', (path: string) => `${path.slice(0, -43)}${'a'.repeat(43)}`],
    ['in lower case', (path: string) => path.toLowerCase()],
    ['cut off', (path: string) => path.slice(0, -3)],
    ['with something else in it', (path: string) => `${path.slice(0, -3)}%3Cb`],
  ])('a link %s gets help and no error', async (_what, spoil) => {
    const path = spoil(await linkFor(world, newUser()));
    const visitor = openVisitor(world.service.url ?? '');
    expect((await visitor.open(path)).title).toBe('This link no longer works');
    expect((await visitor.post(path)).title).toBe('This link no longer works');
  });

  test('a full stop that came along with a link changes nothing', async () => {
    const path = await linkFor(world, newUser());
    const visitor = openVisitor(world.service.url ?? '');
    expect((await visitor.post(`${path}.`)).title).toBe('How should we contact you?');
  });

  test('another link ends the session of before, and shows whose phones they are', async () => {
    const first = newUser();
    const second = newUser();
    const { visitor } = await signedIn(world, first);
    const before = new Map(visitor.cookies);
    const page = await visitor.post(await linkFor(world, second));
    expect(wordsOf(page.html)).toContain(`For ${second}`);
    const old = openVisitor(world.service.url ?? '');
    for (const [name, value] of before) old.cookies.set(name, value);
    expect(await old.open(BASE)).toMatchObject({ status: 403, title: 'You are signed out' });
  });

  test('reads a number as it is typed, and changes nothing by it', async () => {
    const { visitor } = await signedIn(world, newUser());
    const form = await visitor.open(`${BASE}/add/office`);
    const { formToken = '' } = formOn(form, `${BASE}/add/office`).fields;
    const read = async (typed: Record<string, string>, way = 'office') => {
      const fields = { formToken, country: 'SE', number: '', extension: '', ...typed };
      const answer = await visitor.ask(`${BASE}/add/${way}/reading`, fields);
      const shown = answer.status === 200 ? await answer.json() : {};
      return { status: answer.status, ...(shown as { error?: { field: string; html: string } }) };
    };
    expect(await read({ number: '0846500422' })).toEqual({
      ...{ status: 200, number: '08-465 004 22', extension: '', country: 'SE', error: null },
    });
    expect(await read({ number: '+46 (0)8 465 004 22 ankn 1234', country: 'DE' })).toMatchObject({
      ...{ number: '08-465 004 22', extension: '1234', country: 'SE', error: null },
    });
    expect(await read({ number: '0846500422', extension: ' ١٢ ' })).toMatchObject({
      extension: '12',
      error: null,
    });
    const short = await read({ number: '0846500' });
    expect(short).toMatchObject({ number: '08-465 00', error: { field: 'number' } });
    expect(wordsOf(short.error?.html ?? '')).toContain('Some digits seem to be missing');
    const mobile = await read({ number: '07017406' }, 'mobile-by-text');
    expect(wordsOf(mobile.error?.html ?? '')).toContain('2 digits seem to be missing');
    expect(await read({ number: '0846500422', extension: '12a' })).toMatchObject({
      error: { field: 'extension' },
    });
    expect((await read({ number: '08-465 004 22' }, 'mobile-by-text')).error?.html).toContain('landline');
    expect(await visitor.open(`${BASE}/confirm`)).toMatchObject({ at: `${BASE}/add` });
    expect(await read({ formToken: 'of-another', number: '0846500422' })).toEqual({ status: 403 });
    visitor.cookies.clear();
    expect(await read({ number: '0846500422' })).toEqual({ status: 204 });
  });

  test('asks another number when the first one was mistyped, also for a text', async () => {
    const [wrong, right] = ['+46701740636', '+46701740635'];
    const user = newUser();
    const { visitor } = await signedIn(world, user);
    const textTo = async (number: string, who: Visitor) => {
      const path = `${BASE}/add/mobile-by-text`;
      const typed = { country: 'SE', number, extension: '' };
      return who.submit(await who.submit(await who.open(path), path, typed), `${BASE}/start`);
    };
    const code = await textTo(wrong, visitor);
    expect(code.html).toContain(`formaction="${BASE}/now/wrong-number"`);
    expect((await visitor.submit(code, `${BASE}/now/code`, {})).title).toBe('Enter the code');
    const { formToken = '' } = formOn(code, `${BASE}/now/code`).fields;
    const again = await visitor.post(`${BASE}/now/wrong-number`, { formToken });
    expect(again.at).toBe(`${BASE}/add/mobile-by-text`);
    await textTo(wrong, visitor);
    // Without the button, such as with another link.
    const { visitor: other } = await signedIn(world, user);
    const sent = await textTo(right, other);
    expect([sent.title, wordsOf(sent.html)]).toEqual(['Enter the code', expect.stringContaining('06 35')]);
    await world.sendTexts();
    expect(world.codeOn(right)).toMatch(/^\d{6}$/);
  });

  test('asks which number is meant where the digits may be two, and takes the one that is chosen', async () => {
    const { visitor } = await signedIn(world, newUser());
    const path = `${BASE}/add/mobile-by-call`;
    const typed = { country: 'DE', number: '4915112345678' };
    const which = await visitor.submit(await visitor.open(path), path, typed);
    expect(which.status).toBe(422);
    expect(wordsOf(which.html)).toContain(
      'Which of these is your number? +49 491 5112345678 +49 1511 2345678',
    );
    const readings = [...which.html.matchAll(/name="reading" value="([^"]+)"/g)].map(([, value]) => value);
    expect(readings).toEqual(['+494915112345678', '+4915112345678']);
    const confirm = await visitor.submit(which, path, { ...typed, reading: '+4915112345678' });
    expect([confirm.title, wordsOf(confirm.html)]).toEqual([
      'Is this right?',
      expect.stringContaining('+49 1511 2345678'),
    ]);
  });

  test('offers to set a landline up as an office phone, with the number that was typed', async () => {
    const { visitor } = await signedIn(world, newUser());
    const path = `${BASE}/add/mobile-by-text`;
    const typed = { country: 'SE', number: '08-465 004 22', extension: '' };
    const refused = await visitor.submit(await visitor.open(path), path, typed);
    expect([refused.status, wordsOf(refused.html)]).toEqual([
      422,
      expect.stringContaining('This looks like a landline, which gets no text messages.'),
    ]);
    expect(refused.html).toContain(`formaction="${BASE}/add/office"`);
    const { formToken = '' } = formOn(refused, path).fields;
    const confirm = await visitor.post(`${BASE}/add/office`, { ...typed, formToken });
    expect([confirm.title, wordsOf(confirm.html)]).toEqual([
      'Is this right?',
      expect.stringContaining('465 004 22'),
    ]);
    const premium = await visitor.submit(await visitor.open(path), path, { ...typed, number: '0900-123 45' });
    expect(wordsOf(premium.html)).not.toContain('landline');
  });

  test('a form of another session, or of nobody, does nothing', async () => {
    const number = world.newNumber();
    const { visitor } = await signedIn(world, newUser());
    const confirm = await setUp(visitor, number);
    const { visitor: other } = await signedIn(world, newUser());
    await setUp(other, world.newNumber());
    expect((await other.submit(confirm, `${BASE}/start`)).status).toBe(403);
    expect((await visitor.post(`${BASE}/start`, { formKey: 'x' })).status).toBe(403);
    expect(world.simulator.createdPerNumber()[number]).toBeUndefined();
  });

  test('a double click, a second window and a reload are one call', async () => {
    const number = world.newNumber();
    world.simulator.desk.script(number, 'no-answer');
    const user = newUser();
    const { visitor } = await signedIn(world, user);
    const confirm = await setUp(visitor, number);
    const second = await visitor.open(`${BASE}/confirm`);
    // The call rings until all three are answered.
    world.time.pause();
    onTestFinished(() => world.time.resume());
    const pages = await Promise.all([
      visitor.submit(confirm, `${BASE}/start`),
      visitor.submit(confirm, `${BASE}/start`),
      visitor.submit(second, `${BASE}/start`),
    ]);
    expect(pages.map(({ at }) => at)).toEqual([`${BASE}/now`, `${BASE}/now`, `${BASE}/now`]);
    world.time.resume();
    await world.settle();
    expect(world.simulator.createdPerNumber()[number]).toBe(1);
    const ended = await visitor.open(`${BASE}/now`);
    expect(ended.title).toBe('Nobody answered');
    expect(wordsOf(ended.html)).toContain('Nothing was registered.');
    const again = await visitor.submit(ended, `${BASE}/now/again`);
    const twice = await visitor.submit(ended, `${BASE}/now/again`);
    // By then the second call may have ended, too.
    expect([again.at, twice.at]).toEqual([`${BASE}/now`, `${BASE}/now`]);
    await world.settle();
    expect(world.simulator.createdPerNumber()[number]).toBe(2);
  });
});

describe('texts that are asked for on the page', () => {
  test('name its host for filling in, and say why they do not come', async () => {
    const http = { host: '127.0.0.1', port: 0, publicUrl: 'https://mfa.contoso.example' };
    const world = await worldOfThisTest('embedded', {
      config: { http },
      policy: { textMessage: { codeHost: 'login.contoso.example', androidAppHash: 'FA+9qCX9VSu' } },
    });
    const number = '+46701740641';
    const path = `${BASE}/add/mobile-by-text`;
    const { visitor } = await signedIn(world, 'texted');
    const textMe = async () => {
      const confirm = await visitor.submit(await visitor.open(path), path, {
        country: 'SE',
        number,
        extension: '',
      });
      await visitor.submit(confirm, `${BASE}/start`);
      await world.sendTexts();
      return visitor.open(`${BASE}/now`);
    };
    await textMe();
    const { body = '', from = '' } = world.simulator.texts().findLast(({ to }) => to === number) ?? {};
    expect(body.split('\n').slice(1)).toEqual([`@mfa.contoso.example #${world.codeOn(number)}`]);
    world.simulator.answerText({ from: number, to: from, body: 'STOP' });
    const code = await visitor.open(`${BASE}/now`);
    await visitor.post(`${BASE}/now/wrong-number`, {
      formToken: formOn(code, `${BASE}/now/code`).fields.formToken ?? '',
    });
    const refused = await textMe();
    expect(refused.title).toBe('The message was not delivered');
    expect(wordsOf(refused.html)).toMatch(/answered STOP.*Send START.*be called/);
  });
});

describe('sessions of the self-service page', () => {
  test('end after a quarter of an hour without a click, and say so', async () => {
    const world = await worldOfThisTest('embedded');
    const { visitor } = await signedIn(world, 'idle');
    await world.time.advance(14 * 60_000);
    await visitor.open(`${BASE}/add`);
    await world.time.advance(14 * 60_000);
    expect((await visitor.open(`${BASE}/now/events`)).status).toBe(204);
    expect((await visitor.open(`${BASE}/add`)).title).toBe('How should we contact you?');
    await world.time.advance(16 * 60_000);
    const over = await visitor.open(`${BASE}/add`);
    expect(over).toMatchObject({ status: 403, title: 'You are signed out' });
    expect(over.html).toContain('<bdi>contoso AB</bdi>');
  });
});
