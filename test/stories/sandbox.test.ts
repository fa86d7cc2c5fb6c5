// The sandbox without a browser: what it shows, what people can do on it, and who is kept out.
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { worldOn } from '../support/open-worlds.ts';
import { openSandboxPage, type SandboxPage, WITH_SANDBOX } from '../support/sandbox.ts';
import type { World } from '../support/world.ts';

let page: SandboxPage;

/** Opens the sandbox for somebody whose phones nobody else in this world uses. */
async function openFor(world: World, userId: string) {
  page = await openSandboxPage(world);
  await page.act({ do: 'choosePerson', person: userId });
  await page.see(({ person }) => expect(person).toBe(userId));
}

const desk = (what: string, more: object = {}) => page.act({ do: what, phone: 'desk', ...more });

/** Sets the office phone up and lets it ring. */
async function ringing() {
  expect(await page.act({ do: 'setUpOffice' })).toEqual({ status: 204, detail: null });
  await page.see(() => expect(page.passed()).toContain('Dialled'));
  await page.pass(700);
  await page.see(({ desk }) => expect(desk.call?.phase).toBe('ringing'));
}

async function answered() {
  await ringing();
  await page.pass(4_300);
  await desk('answer');
  await page.pass(300);
  await page.see(({ desk }) => expect(desk.call?.awaits).toBe('#'));
}

const outcome = (name: string) =>
  page.see(({ timeline, backend }) => {
    expect(timeline.outcome).toMatchObject({ name, text: expect.stringMatching(/\S/) });
    expect(backend.webhook).toMatchObject({ type: 'finished', data: { outcome: name } });
  });

describe('a call in the sandbox', () => {
  const { world } = worldOn('embedded', WITH_SANDBOX);

  test('passes every station, from the request to the page', async () => {
    await openFor(world, 'u-1842');
    const { organisation, backend, desk: before, mobile, timeline } = page.view;
    expect(organisation).toBe('Contoso');
    expect(backend).toMatchObject({ inProgress: null, webhook: null, methods: [], problem: null });
    expect(timeline).toMatchObject({ verification: null, outcome: null });
    expect(before).toMatchObject({ mode: 'rings', number: '08-465 004 22', call: null });
    expect(mobile).toMatchObject({ number: '+46 70 174 06 35', texts: [] });

    await answered();
    expect(page.view.desk.call).toMatchObject({
      ...{ phase: 'talking', heard: { text: expect.stringContaining('This is Contoso'), language: 'en-US' } },
    });
    await page.pass(4_000);
    await desk('press', { key: '#' });
    await page.pass(0);
    await outcome('approved');
    // A key that is pressed too much changes nothing.
    await page.pass(100);
    await desk('press', { key: '5' });
    await page.act({ do: 'shown', verification: page.view.timeline.verification });
    await page.see((view) => {
      expect(view.timeline.keyToPageMs).toBe(100);
      expect(view.backend.methods).toEqual([
        expect.objectContaining({
          ...{ phoneType: 'office', number: '+46 8 465 004 22', isDefault: true, hasAppPassword: true },
        }),
      ]);
    });
    expect(page.view.backend.inProgress).toBeNull();
    const { stations } = page.view.timeline;
    expect(stations.map(({ name, at, fact, state }) => `${name} ${at} ${fact}, ${state}`)).toEqual([
      'Request 0 201 Created, done',
      'Queued 0 first in line, done',
      'Dialled 0 from (202) 555-0100, done',
      'Ringing 600 status callback, done',
      'Answered 5000 prompt “ask”, done',
      'Key # 9300 key callback, done',
      'Registered 9300 with app password, done',
      'Outcome sent 9300 webhook, 200, done',
      'Page done 9400 pushed, done',
    ]);
    const said = page.entries.map(({ who, what }) => `${who} ${what}`);
    expect(said).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^backend POST \/v1\/verifications/),
        expect.stringMatching(/^network POST \/webhooks\/calls\/.*digits #/),
        'phone presses #',
        expect.stringMatching(/^backend POST \/hooks\/poundkey: .*verification\.finished.*answered 200$/),
      ]),
    );
  });

  test('rings behind a switchboard only after the tones; keys on hold are not sent', async () => {
    await openFor(world, 'u-1843');
    await page.act({ do: 'setMode', mode: 'switchboard' });
    await page.act({ do: 'setUpOffice' });
    await page.see(() => expect(page.passed()).toContain('Dialled'));
    await page.pass(1_700);
    await page.see(({ desk: { call } }) => expect(call).toMatchObject({ phase: 'main', tones: '' }));
    await page.pass(2_500);
    await page.see(({ desk: { call } }) => expect(call).toMatchObject({ phase: 'ringing', tones: '1235' }));
    await desk('answer');
    await page.pass(4_000);
    await desk('hold');
    await desk('press', { key: '#' });
    expect(page.view.desk.call).toMatchObject({ onHold: true, keys: '' });
    await desk('hold');
    await desk('press', { key: '#' });
    await page.pass(0);
    await outcome('approved');
    await page.see(({ backend }) => expect(backend.methods[0]).toMatchObject({ extension: '1235' }));
    expect(page.view.timeline.stations.find(({ name }) => name === 'Dialled')?.fact).toBe('then 1 2 3 5');
  });

  test('is found and followed when another backend asked for it', async () => {
    await openFor(world, 'u-1844');
    const { key } = await world.service.apiKeys.create({
      ...{ tenantId: 'sandbox', name: 'another', scopes: ['read', 'verifications:write'] },
    });
    const asked = await fetch(`${world.service.url}/v1/verifications`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ userId: 'u-1844', number: '+12025550142' }),
    });
    const { id } = (await asked.json()) as { id: string };
    await page.see(({ timeline }) => expect(timeline.verification).toBe(id));
    await page.pass(700);
    await page.see(({ desk: { call } }) => expect(call?.phase).toBe('ringing'));
    expect(await page.act({ do: 'setUpOffice' })).toEqual({
      ...{ status: 409, detail: 'A verification is in progress.' },
    });
    await desk('reject');
    await page.pass(0);
    await outcome('busy');
  });

  test('ends and is forgotten when the person starts over', async () => {
    await openFor(world, 'u-1845');
    await ringing();
    await page.act({ do: 'startOver' });
    await page.see(({ desk: { call }, timeline }) => {
      expect({ call, verification: timeline.verification }).toEqual({ call: null, verification: null });
    });
  });
});

describe('faults', () => {
  const { world } = worldOn('embedded', WITH_SANDBOX);
  const fault = async (id: string, on = true) => {
    await page.act({ do: 'switchFault', fault: id, on });
    onTestFinished(() => void page.act({ do: 'switchFault', fault: id, on: false }));
  };
  const of = (id: string) => page.view.faults.find((each) => each.id === id);

  test('a lost key: the station says so, the person is asked again, and the switch is off', async () => {
    await openFor(world, 'u-1842');
    await answered();
    await fault('loseNext');
    await desk('press', { key: '#' });
    await page.pass(200);
    await page.see(({ timeline }) =>
      expect(timeline.stations.find(({ isKey }) => isKey)).toMatchObject({
        ...{ state: 'lost', fact: 'callback lost; asking the network' },
      }),
    );
    expect(of('loseNext')).toEqual({ id: 'loseNext', on: false, hits: 1 });
    await page.pass(6_000);
    await page.see(({ desk: { call } }) => expect(call?.awaits).toBe('#'));
    await desk('press', { key: '#' });
    await page.pass(0);
    await outcome('approved');
    // After the end nobody waits for a callback.
    await fault('loseNext');
    await desk('hangUp');
    await page.pass(100);
    await page.see(() => expect(of('loseNext')?.hits).toBe(1));
    expect(page.view.timeline.stations.map(({ state }) => state)).not.toContain('lost');
  });

  test('every callback twice: one outcome, one phone', async () => {
    await openFor(world, 'u-1843');
    await fault('twice');
    await answered();
    await desk('press', { key: '#' });
    await page.pass(0);
    await outcome('approved');
    expect(of('twice')?.hits).toBeGreaterThan(2);
    // The backend reads them once it has the outcome.
    await page.see(({ backend }) => expect(backend.methods).toHaveLength(1));
  });

  test('callbacks 5 s late: the person hears nothing until then', async () => {
    await openFor(world, 'u-1844');
    await fault('late');
    await ringing();
    await desk('answer');
    await page.pass(4_000);
    expect(page.view.desk.call?.heard).toBeNull();
    await page.pass(1_500);
    await page.see(({ desk: { call } }) => expect(call?.awaits).toBe('#'));
    await desk('hangUp');
  });

  test('the network is down: it is asked in vain', async () => {
    await openFor(world, 'u-1845');
    await fault('down');
    await page.act({ do: 'setUpOffice' });
    await page.see(() => expect(of('down')?.hits).toBeGreaterThan(0));
    expect(page.view.desk.call).toBeNull();
    expect(page.view.timeline.stations.find(({ name }) => name === 'Dialled')).toMatchObject({
      ...{ state: 'lost', fact: 'network down; asking again' },
    });
    expect(page.entries.map(({ what }) => what)).toContain('is asked to call, but is down');
  });
});

describe('text messages, and strangers', () => {
  const { world } = worldOn('embedded', WITH_SANDBOX);

  async function texted() {
    const before = page.view.mobile.texts.length;
    await page.act({ do: 'setUpMobile' });
    await page.see(() => expect(page.passed()).toContain('Queued'));
    await page.see(() => expect(world.simulator.texts().at(-1)?.status).toBe('queued'));
    await page.pass(1_500);
    await page.see(({ mobile }) => expect(mobile.texts).toHaveLength(before + 1));
  }

  test('a text arrives on the mobile, and its code registers it', async () => {
    await openFor(world, 'u-1842');
    await texted();
    const code = page.view.mobile.texts[0]?.code;
    expect(await page.act({ do: 'enterCode', code: '000' })).toMatchObject({ status: 409 });
    await page.see(({ backend }) => expect(backend.problem).toMatch(/\S/));
    await page.act({ do: 'enterCode', code });
    await page.see(({ backend, timeline }) => {
      expect(timeline.outcome?.name).toBe('approved');
      expect(backend).toMatchObject({
        ...{ problem: null, methods: [{ phoneType: 'mobile', number: '+46 70 174 06 35' }] },
      });
    });
    await page.see(() =>
      expect(page.passed()).toEqual([
        ...['Request', 'Queued', 'Sent', 'Delivered', 'Code typed', 'Registered', 'Outcome sent'],
      ]),
    );
  });

  test('STOP is heard: the next text is refused, until START', async () => {
    await openFor(world, 'u-1843');
    await texted();
    expect(page.view.mobile).toMatchObject({ canAnswer: true, isStopped: false });
    await page.act({ do: 'reply', word: 'STOP' });
    await page.see(({ mobile }) => expect(mobile.isStopped).toBe(true));
    await page.act({ do: 'cancel' });
    await page.see(({ backend }) => expect(backend.inProgress).toBeNull());
    await page.pass(31_000);
    await page.act({ do: 'setUpMobile' });
    await page.see(({ timeline }) => expect(timeline.outcome?.name).toBe('undelivered'));
    expect(page.view.mobile.texts).toHaveLength(1);
    await page.act({ do: 'reply', word: 'START' });
    await page.see(({ mobile }) => expect(mobile.isStopped).toBe(false));
  });

  describe('who and what is refused', () => {
    beforeEach(() => openFor(world, 'u-1844'));
    const act = (headers: Record<string, string>) =>
      page.post('/sandbox/do', { do: 'setMode', mode: 'rings' }, headers).then(({ status }) => status);

    test('other pages', async () => {
      expect(await act({ Origin: 'https://elsewhere.example' })).toBe(403);
      expect(await act({ Origin: world.simulator.url })).toBe(204);
    });

    test.each([
      [{ do: 'dance' }],
      [{ do: 'press', phone: 'desk', key: '12' }],
      [{ do: 'choosePerson', person: 'u-1' }],
    ])('what makes no sense: %j', async (action) => {
      expect(await page.act(action)).toMatchObject({ status: 400, detail: expect.stringMatching(/\S/) });
    });

    test('what cannot be done now, with the reason', async () => {
      expect(await desk('answer')).toEqual({ status: 409, detail: 'This phone does not ring.' });
      expect(await page.act({ do: 'reply', word: 'STOP' })).toMatchObject({ status: 409 });
      expect(await page.act({ do: 'enterCode', code: '123456' })).toMatchObject({ status: 409 });
    });

    test('outcome webhooks that are not signed by the service', async () => {
      const forged = await page.post('/hooks/poundkey', { type: 'verification.finished', data: {} });
      expect(forged.status).toBe(401);
      expect(page.view.backend.webhook).toBeNull();
    });

    test('nobody but the sandbox is posted to at an address that is not public', async () => {
      const own = await world.api('PUT', '/v1/webhook-endpoint', { url: `${world.simulator.url}/other` });
      expect(own.status).toBe(400);
    });
  });
});
