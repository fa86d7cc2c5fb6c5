import twilio from 'twilio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ACCOUNT, allEvents, FROM, presses, type Rig, startRig, TO, TOKEN } from './rig.ts';
import { deviations } from './schema-check.ts';

const KEY = `SK${'2'.repeat(32)}`;
let rig: Rig;
beforeEach(async () => {
  rig = await startRig({ defaultScript: presses(), apiKeys: { [KEY]: 'secret' } });
  rig.time.pause();
});
afterEach(() => rig.stop());

const client = (user = ACCOUNT, password = TOKEN) => {
  const made = twilio(user, password, { accountSid: ACCOUNT });
  made.api.baseUrl = rig.simulator.url;
  return made;
};
const please = () => ({ to: TO, from: FROM, url: rig.at('/answer') });

// 1.1 to 1.5, through the official package.
describe('the official twilio package', () => {
  it('creates, fetches and follows a call to its end', async () => {
    const created = await client().calls.create({
      ...please(),
      statusCallback: rig.at('/status'),
      statusCallbackEvent: ['ringing', 'completed'],
      sendDigits: 'w1#',
      timeout: 20,
    });
    expect(created).toMatchObject({
      status: 'queued',
      to: TO,
      from: FROM,
      direction: 'outbound-api',
      startTime: null,
    });
    expect(created.dateCreated.getTime()).toBe(rig.time.now());
    rig.answers('/answer', '<Response><Pause length="9"/></Response>');
    await rig.time.advance(1_000);
    expect(await client().calls(created.sid).fetch()).toMatchObject({
      status: 'in-progress',
      duration: null,
    });
    rig.time.resume();
    await rig.time.idle();
    const ended = await client().calls(created.sid).fetch();
    expect(ended).toMatchObject({ status: 'completed', duration: '10' });
    expect(ended.endTime.getTime()).toBeGreaterThan(ended.startTime.getTime());
    expect(rig.to('/status').map(({ params }) => params.CallStatus)).toEqual(['ringing', 'completed']);
  });

  // The time waits a little for a client that was just answered: it can act on a call that is still queued.
  it('creates and cancels in one breath while the time runs', async () => {
    rig.time.resume();
    const { sid } = await client().calls.create({ ...please(), statusCallback: rig.at('/status') });
    expect(await client().calls(sid).update({ status: 'canceled' })).toMatchObject({ status: 'canceled' });
    await rig.time.idle();
    expect(rig.received).toEqual([]);
  });

  it('opens with an API key too', async () => {
    expect((await client(KEY, 'secret').calls.create(please())).sid).toMatch(/^CA[0-9a-f]{32}$/);
  });

  it('lists calls page by page, newest first, while new ones come in', async () => {
    const sids: string[] = [];
    for (let n = 0; n < 5; n++) sids.unshift((await client().calls.create(please())).sid);
    const first = await client().calls.page({ pageSize: 2 });
    expect(first.instances.map(({ sid }) => sid)).toEqual(sids.slice(0, 2));
    await client().calls.create(please());
    const second = await first.nextPage();
    expect(second!.instances.map(({ sid }) => sid)).toEqual(sids.slice(2, 4));
    const third = await second!.nextPage();
    expect(third!.instances.map(({ sid }) => sid)).toEqual(sids.slice(4));
    expect(third!.nextPageUrl).toBeUndefined();
    expect(await client().calls.list({ pageSize: 2 })).toHaveLength(6);
    expect(await client().calls.list({ pageSize: 2, limit: 3 })).toHaveLength(3);
  });

  it('lists by number, line, status and start', async () => {
    const one = await client().calls.create(please());
    const other = await client().calls.create({ ...please(), to: '+442079460777' });
    await client().calls(other.sid).update({ status: 'canceled' });
    const list = async (by: object) => (await client().calls.list(by)).map(({ sid }) => sid);
    expect(await list({ to: TO, from: FROM })).toEqual([one.sid]);
    expect(await list({ from: '+442079460000' })).toEqual([]);
    expect(await list({ status: 'canceled' })).toEqual([other.sid]);
    // A call that is not dialed yet has no start_time, so no StartTime finds it (1.5).
    expect(await list({ startTimeAfter: new Date(0) })).toEqual([]);
    await rig.time.advance(200);
    expect(await list({ startTimeAfter: new Date(0) })).toEqual([one.sid]);
    expect(await list({ startTimeBefore: new Date(0) })).toEqual([]);
  });

  it('throws RestException with code, status and a link for what is refused', async () => {
    await expect(client().calls.create({ ...please(), to: 'nobody' })).rejects.toMatchObject({
      status: 400,
      code: 21211,
      moreInfo: 'https://www.twilio.com/docs/errors/21211',
      message: expect.stringContaining('nobody'),
    });
    await expect(client().calls.create({ ...please(), to: 'nobody' })).rejects.toBeInstanceOf(
      twilio.RestException,
    );
    await expect(client(ACCOUNT, 'wrong').calls.create(please())).rejects.toMatchObject({
      status: 401,
      code: 20003,
    });
    await expect(client(KEY, 'wrong').calls.list()).rejects.toMatchObject({ status: 401, code: 20003 });
    const unknown = `CA${'0'.repeat(32)}`;
    await expect(client().calls(unknown).fetch()).rejects.toMatchObject({
      status: 404,
      code: 20404,
      message: `The requested resource /2010-04-01/Accounts/${ACCOUNT}/Calls/${unknown}.json was not found`,
    });
    await expect(client().calls(unknown).update({ status: 'completed' })).rejects.toMatchObject({
      code: 20404,
    });
  });
});

it('answers another account and other resources with 20404', async () => {
  const auth = { Authorization: `Basic ${Buffer.from(`${ACCOUNT}:${TOKEN}`).toString('base64')}` };
  for (const path of [`/2010-04-01/Accounts/AC${'9'.repeat(32)}/Calls.json`, '/2010-04-01/Accounts.json']) {
    const response = await fetch(rig.simulator.url + path, { headers: auth });
    expect([response.status, await response.json()]).toMatchObject([404, { code: 20404, status: 404 }]);
  }
});

// 1.3: what is refused on create, with Twilio's number.
it.each([
  ['no To', { To: '' }, 21201],
  ['a To that is no E.164', { To: '020 7946 0123' }, 21211],
  ['a To with a trailing #', { To: `${TO}#` }, 21211],
  ['a call to itself', { To: FROM }, 21211],
  ['no From', { From: '' }, 21213],
  ['a From that is no number', { From: 'Poundkey' }, 21212],
  ['no document', { Url: '' }, 21205],
  ['a Url that is none', { Url: 'answer' }, 21205],
  ['a Method that is none', { Method: 'PUT' }, 21209],
  ['a StatusCallback that is none', { StatusCallback: 'http://under_score.example/' }, 21609],
  ['SendDigits with other characters', { SendDigits: '12,34' }, 21206],
  ['more than 32 SendDigits', { SendDigits: '1'.repeat(33) }, 21206],
  ['a Timeout of 0', { Timeout: '0' }, 21208],
  ['a Timeout over 600', { Timeout: '601' }, 21208],
  ['a Timeout that is no number', { Timeout: 'soon' }, 21208],
  ['an ApplicationSid', { ApplicationSid: `AP${'0'.repeat(32)}` }, 21218],
  ['an unknown MachineDetection', { MachineDetection: 'maybe' }, 21263],
  ['too long a Twiml', { Url: '', Twiml: 'x'.repeat(4_001) }, 32018],
])('refuses %s', async (_what, form, code) => {
  expect(await rig.place(form as Record<string, string>)).toMatchObject({
    code,
    status: 400,
    message: expect.any(String),
    more_info: `https://www.twilio.com/docs/errors/${code}`,
  });
  expect(rig.simulator.calls()).toEqual([]);
});

it('refuses a From that the account does not own', async () => {
  await rig.stop();
  rig = await startRig({ callerIds: ['+442079460111'] });
  expect(await rig.place()).toMatchObject({ code: 21210, status: 400 });
  expect(await rig.place({ From: '+442079460111' })).toMatchObject({ status: 'queued' });
});

// 1.5: canceled for queued and ringing only, completed for all; 21220 after the end.
describe('update', () => {
  const update = async (sid: string, form: Record<string, string>) => {
    const response = await rig.rest(`/Calls/${sid}.json`, form);
    return { http: response.status, ...((await response.json()) as Record<string, unknown>) };
  };

  it('cancels a queued and a ringing call', async () => {
    const queued = await rig.place();
    expect(await update(queued.sid!, { Status: 'canceled' })).toMatchObject({
      http: 200,
      status: 'canceled',
    });
    rig.simulator.desk.script(TO, 'no-answer');
    const ringing = await rig.place();
    await rig.time.advance(1_000);
    expect(await update(ringing.sid!, { Status: 'canceled' })).toMatchObject({
      http: 200,
      status: 'canceled',
    });
  });

  it('leaves a call in progress alone with canceled and ends it with completed', async () => {
    rig.answers('/answer', '<Response><Pause length="60"/></Response>');
    const call = await rig.place();
    await rig.time.advance(5_000);
    expect(await update(call.sid!, { Status: 'canceled' })).toMatchObject({
      http: 200,
      status: 'in-progress',
    });
    expect(await update(call.sid!, { Status: 'completed' })).toMatchObject({
      http: 200,
      status: 'completed',
    });
  });

  it('refuses to change an ended call with 21220', async () => {
    const { sid } = await rig.place();
    await update(sid!, { Status: 'completed' });
    expect(await update(sid!, { Status: 'completed' })).toMatchObject({ http: 400, code: 21220 });
    expect(await update(sid!, { Url: rig.at('/other') })).toMatchObject({
      code: 21220,
      message: 'Call is not in-progress. Cannot redirect.',
    });
  });

  it('refuses an unknown Status', async () => {
    const { sid } = await rig.place();
    expect(await update(sid!, { Status: 'paused' })).toMatchObject({ http: 400, code: 20001 });
  });
});

// 1.2 and 6: every answer fits Twilio's own schema, in every state.
it.each(['press-pound', 'busy', 'no-answer', 'unreachable'] as const)(
  'shows calls as the schema says: %s',
  async (scenario) => {
    rig.simulator.desk.script(TO, scenario);
    const created = await rig.place(allEvents(rig));
    const { sid } = created;
    const fetched = async () => (await (await rig.rest(`/Calls/${sid}.json`)).json()) as object;
    expect(deviations('call', created)).toEqual([]);
    await rig.time.advance(1_000);
    expect(deviations('call', await fetched())).toEqual([]);
    rig.time.resume();
    await rig.time.idle();
    expect(deviations('call', await fetched())).toEqual([]);
    expect(await fetched()).toMatchObject(
      scenario === 'press-pound' ? { duration: expect.any(String) } : { duration: null, end_time: null },
    );
    const { calls, ...envelope } = (await (await rig.rest('/Calls.json?PageSize=1')).json()) as {
      calls: object[];
    };
    expect(calls).toEqual([await fetched()]);
    expect(deviations('list', envelope)).toEqual([]);
  },
);

it('finds fault with what does not fit the schema', () => {
  expect(deviations('call', { sid: 'CA1', status: 'gone', queue_time: 5, date_created: 'today' })).toEqual(
    expect.arrayContaining(['sid', 'status', 'queue_time', 'date_created', 'uri is missing']),
  );
});

// 1.1 and 1.4: more calls than the line may dial per second wait, queued.
it('dials no faster than the line allows', async () => {
  await rig.stop();
  rig = await startRig({ defaultScript: 'busy', settings: { callsPerSecond: 1 } });
  rig.time.pause();
  const calls = [await rig.place(), await rig.place(), await rig.place()];
  expect(calls.map(({ queue_time }) => queue_time)).toEqual(['100', '1100', '2100']);
  rig.time.resume();
  await rig.time.idle();
  const dialed = rig.events.filter((event) => event.type === 'status' && event.status === 'initiated');
  expect(dialed.map(({ at }) => at - dialed[0]!.at)).toEqual([0, 1_000, 2_000]);
});
