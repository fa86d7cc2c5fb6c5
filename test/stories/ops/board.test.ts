// The queue board: who sees what, who may change what.
import { describe, expect, it, vi } from 'vitest';
import { hideData, hideNumbers } from '../../../src/ops/hide-data.ts';
import { createSignIn } from '../../../src/ops/sign-in.ts';
import { ask, basic, OPERATOR, OPS, worldOf } from '../../support/operator.ts';
import { SOON } from '../../support/own-time.ts';
import { ANY_STORE } from '../../support/stores.ts';

const QUEUE = '/board/api/queues/verifications';
const signedIn = basic(OPERATOR.user, OPERATOR.password);
const put = (headers: Record<string, string> = {}) => ({ method: 'PUT', headers });

describe('what the board shows', () => {
  it('is the queue, without anything personal, also where a job fails', async () => {
    const world = await worldOf(ANY_STORE);
    const { id } = await world.story('press-pound');
    const { queue } = world.service.jobs;
    // Our own job ends, and goes, when its call is placed; a backend's lasts as long as its verification and stays.
    const number = world.newNumber();
    world.simulator.desk.script(number, 'press-pound');
    await queue.add(
      'request',
      { tenantId: 'contoso', userId: 'olle', number },
      { jobId: 'asked-by-a-backend' },
    );
    await vi.waitFor(async () => {
      await world.settle();
      expect(await queue.getJobState('asked-by-a-backend')).toBe('completed');
    }, SOON);
    await world.settle();
    const data = { verificationId: id, number: '+46812345678', userId: 'olle@contoso.se', pin: '4711' };
    await queue.pause();
    const job = await queue.add('verify', data, { jobId: 'brought-by-a-backend', delay: 3_600_000 });
    await job.log('dialed +46812345678');
    await job.updateProgress({ number: '+46812345678' });
    const { text, json } = await ask(world, '/board/api/queues?activeQueue=verifications&jobsPerPage=20');
    for (const personal of ['46812345678', 'olle', '4711']) expect(text).not.toContain(personal);
    const shown = json.queues[0].jobs.find((each: { id: string }) => each.id === 'brought-by-a-backend');
    expect(shown.data).toMatchObject({ verificationId: id, '(field 2)': '(hidden)' });
    const done = json.queues[0].jobs.find((each: { id: string }) => each.id === 'asked-by-a-backend');
    expect(done).toMatchObject({ data: {}, returnValue: { outcome: 'approved' } });
    const one = await ask(world, `${QUEUE}/brought-by-a-backend`);
    const logs = await ask(world, `${QUEUE}/brought-by-a-backend/logs`);
    expect([one.status, logs.status]).toEqual([200, 200]);
    expect(one.text + logs.text).not.toMatch(/46812345678|olle|4711/);
  });

  it('loads nothing from elsewhere and runs nothing but its own files', async () => {
    const world = await worldOf(ANY_STORE);
    const { status, headers, text } = await ask(world, '/board/');
    expect(status).toBe(200);
    const policy = headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none';script-src 'self';style-src 'self'");
    expect(policy).not.toMatch(/unsafe|https?:/);
    const [, script] = /src="(static\/[^"]+\.js)"/.exec(text) ?? [];
    expect(await ask(world, `/board/${script}`)).toMatchObject({ status: 200 });
  });

  it.each([
    [{ number: '+46812345678' }, { '(field 1)': '(hidden)' }],
    ['+46812345678', '(hidden)'],
    [['+46812345678'], '(hidden)'],
    [
      { outcome: 'approved', tenantId: 'contoso' },
      { outcome: 'approved', tenantId: 'contoso' },
    ],
    [
      { outcome: '+46812345678', tenantId: 'Anna Svensson' },
      { outcome: '(hidden)', tenantId: '(hidden)' },
    ],
    [{ '+46812345678': 1 }, { '(field 1)': '(hidden)' }],
    [null, null],
  ])('shows %j as %j', (data, shown) => expect(hideData(data)).toEqual(shown));

  it.each([
    ['To +46812345678 is busy', 'To (hidden) is busy'],
    ['call 08-123 456 78 now', 'call (hidden) now'],
    ['(020) 7946 0123', '(hidden)'],
    ['id 3f0c1a52-1111-4222-8333-123456789012 failed', 'id 3f0c1a52-1111-4222-8333-123456789012 failed'],
    ['at advance.ts:123:45', 'at advance.ts:123:45'],
  ])('cuts numbers out of %j', (text, shown) => expect(hideNumbers(text)).toBe(shown));
});

it('lets an operator change something, and nobody else', async () => {
  const world = await worldOf(ANY_STORE);
  const { queue } = world.service.jobs;
  expect((await ask(world, `${QUEUE}/pause`, put())).status).toBe(401);
  expect(await queue.isPaused()).toBe(false);
  expect((await ask(world, `${QUEUE}/pause`, put(signedIn))).status).toBe(200);
  expect(await queue.isPaused()).toBe(true);
  expect((await ask(world, `${QUEUE}/resume`, put(signedIn))).status).toBe(200);
  expect(await queue.isPaused()).toBe(false);
  const asked = await ask(world, '/board/sign-in');
  expect(asked.status).toBe(401);
  expect(asked.headers.get('www-authenticate')).toBe('Basic realm="Poundkey operators", charset="UTF-8"');
  const answered = await ask(world, '/board/sign-in', { headers: signedIn });
  expect([answered.status, answered.headers.get('location')]).toEqual([303, '/board/']);
});

it('is read-only for everybody where no operator is named', async () => {
  const world = await worldOf(ANY_STORE, { config: { ops: { ...OPS, board: null } } });
  for (const headers of [{}, signedIn, basic('', '')]) {
    const answer = await ask(world, `${QUEUE}/pause`, put(headers));
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  }
  expect(await world.service.jobs.queue.isPaused()).toBe(false);
  expect((await ask(world, '/board/')).text).not.toContain('/board/sign-in');
});

describe('signing in', () => {
  const who = createSignIn(OPERATOR);
  const encoded = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

  it.each([
    [undefined, 'anonymous'],
    [encoded('olga:correct horse battery'), 'operator'],
    [encoded('olga:correct horse batter'), 'wrong'],
    [encoded('olga:correct horse battery!'), 'wrong'],
    [encoded('Olga:correct horse battery'), 'wrong'],
    [encoded('olga'), 'wrong'],
    [encoded(':correct horse battery'), 'wrong'],
    [encoded('olgacorrect horse battery'), 'wrong'],
    ['Basic', 'wrong'],
    ['Basic !!!', 'wrong'],
    ['Bearer abc', 'wrong'],
    ['', 'wrong'],
  ])('takes %j for %s', (header, expected) => expect(who(header)).toBe(expected));
});
