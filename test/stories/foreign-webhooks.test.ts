// Webhooks that are signed rightly, but are about another call: of another account, to another number, or of another
// provider than the one that placed the call. None changes anything.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { worldOn } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import { send } from '../support/sample-service.ts';
import { signedForm, tapNetwork } from './network-tap.ts';
import { readState } from './stored-text.ts';

const tap = tapNetwork();
afterAll(() => tap.close());
const { world } = worldOn('embedded');
let id: string;
let number: string;
let attempt: { id: string; callId: string };
let before: Awaited<ReturnType<typeof readState>>;

/** Somebody has picked up and listens to the prompt; from here on the time stands still. */
beforeAll(async () => {
  world.time.pause();
  ({ id } = await world.request('silence'));
  await vi.waitFor(() => expect(world.simulator.calls()).toHaveLength(1), SOON);
  await world.time.advance(6_000);
  expect(await world.read(id)).toMatchObject({ state: 'answered' });
  const [call, row] = await Promise.all([
    world.db.selectFrom('callAttempt').select('id').executeTakeFirstOrThrow(),
    world.db.selectFrom('verification').select(['phoneNumber', 'callId']).executeTakeFirstOrThrow(),
  ]);
  attempt = { id: call.id, callId: row.callId ?? '' };
  number = row.phoneNumber;
  before = await readState(world);
});

const WEBHOOKS = ['answer', 'fallback', 'digits', 'silence', 'status', 'machine'];

function sendSigned(name: string, fields: Record<string, string>) {
  const path = `/webhooks/calls/${attempt.id}/${name}?locale=en-US&round=1`;
  const all = {
    ...{ CallSid: attempt.callId, Digits: '#', CallStatus: 'completed', SequenceNumber: '9' },
    ...{ AnsweredBy: 'machine_start', ...fields },
  };
  const { headers, body } = signedForm(tap.account().token, `${world.service.url}${path}`, all);
  const port = Number(new URL(world.service.url ?? '').port);
  return send({ port }, 'POST', path, { headers: { authorization: [], ...headers }, body });
}

test.each(WEBHOOKS)('"%s" of another account is refused', async (name) => {
  const answer = await sendSigned(name, { AccountSid: `AC${'0'.repeat(32)}` });
  expect(answer).toMatchObject({ status: 403, json: { code: 'webhook.wrongSignature' } });
  expect(await readState(world)).toEqual(before);
});

test.each(WEBHOOKS)('"%s" of a call to another number changes nothing', async (name) => {
  for (const To of ['+46812349999', '', `${number.slice(0, -1)}x`, 'sip:anna@contoso.example']) {
    const answer = await sendSigned(name, { AccountSid: tap.account().sid, To });
    expect(answer.status).toBeLessThan(300);
    expect(answer.text).not.toMatch(/contoso|<Gather/);
  }
  expect(await readState(world)).toEqual(before);
});

test('an answer by a provider that has not the line of the call changes nothing', async () => {
  const { journey } = world.service;
  const sender = { to: number, lines: ['+12025550199'] };
  const call = { attemptId: attempt.id, callId: attempt.callId, sender };
  await journey.recordDigits({ ...call, round: 1 }, null, '#');
  await journey.recordDigits({ ...call, round: 1 }, { prompt: 'ask', challenge: 'pound' }, '#');
  await journey.answerCall(call);
  await journey.followCall.machine(call, 'machine');
  const ended = { status: 'completed', sequence: 9, sipResponseCode: null, answeredBy: null } as const;
  await journey.followCall.progress(attempt.id, { callId: attempt.callId, ...ended }, sender);
  expect(await readState(world)).toEqual(before);
});

test('of the right account, number and line it counts, also where a prefix was put in', async () => {
  const To = number.replace(/^\+46/, '+460');
  expect((await sendSigned('digits', { AccountSid: tap.account().sid, To })).status).toBe(200);
  await world.settle();
  expect(await world.read(id)).toMatchObject({ outcome: 'approved' });
});
