// Rightly signed webhooks that do not belong: of calls that no longer count, of no call, of another call.
import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { describeNetworkWorlds } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import { eventsOf, expectOneEnd, isStatus, stopAt, tracesOf } from '../support/traces.ts';

const OTHER_CALL = `CA${'7'.repeat(32)}`;

describeNetworkWorlds('webhooks that do not belong', ({ world }) => {
  let over: string;

  beforeAll(async () => {
    // What an unknown call hears.
    over = heardIn((await send(randomUUID(), 'answer', { CallSid: OTHER_CALL })).body);
  });
  afterEach(() => {
    world.simulator.faults.clear();
    world.time.resume();
  });

  const send = (attemptId: string, name: string, params: Record<string, string>, query = '?locale=sv-SE') =>
    world.network.send(`${world.service.url}/webhooks/calls/${attemptId}/${name}${query}`, params);

  /** Every webhook that could change something, as if it came from `callId` about this attempt. */
  async function sendEverything(attemptId: string, callId: string) {
    const call = { CallSid: callId };
    const documents = [
      await send(attemptId, 'answer', call),
      await send(attemptId, 'fallback', call),
      await send(attemptId, 'digits', { ...call, Digits: '#' }, '?locale=sv-SE&round=1'),
      await send(attemptId, 'digits', { ...call, Digits: '5' }, '?locale=sv-SE&round=1'),
      await send(attemptId, 'silence', call, '?locale=sv-SE&round=1'),
    ];
    const news = [
      await send(attemptId, 'status', { ...call, CallStatus: 'completed', SequenceNumber: '9' }, ''),
      await send(attemptId, 'machine', { ...call, AnsweredBy: 'machine_start' }, ''),
    ];
    expect(documents.map(({ status, body }) => [status, heardIn(body)])).toEqual(
      documents.map(() => [200, over]),
    );
    expect(news.map(({ status }) => status)).toEqual([204, 204]);
  }

  /** A verification whose call is up, with time standing still in the middle of the prompt. */
  async function inTheMiddleOfTheCall() {
    const number = world.newNumber();
    const moment = stopAt(world, (event) => event.to === number && event.type === 'heard');
    const { id } = await world.request('press-pound', number);
    await moment;
    const { attempts } = await tracesOf(world.db, id);
    return { id, attemptId: attempts[0]?.id ?? '', callId: attempts[0]?.callId ?? '' };
  }

  async function endsUntouched(id: string) {
    world.time.resume();
    await world.settle();
    const { attempts } = await expectOneEnd(world, id, { outcome: 'approved' });
    expect(attempts.at(-1)).toMatchObject({ wrongKeys: 0, silences: 0 });
  }

  test('of an attempt that never was: they hear that the call is over', async () => {
    const { id } = await inTheMiddleOfTheCall();
    const before = await tracesOf(world.db, id);
    await sendEverything(randomUUID(), OTHER_CALL);
    await sendEverything('not-even-an-id', OTHER_CALL);
    expect(await tracesOf(world.db, id)).toEqual(before);
    await endsUntouched(id);
  });

  test('of another call than the one that was placed: they change nothing', async () => {
    const { id, attemptId } = await inTheMiddleOfTheCall();
    const before = await tracesOf(world.db, id);
    await sendEverything(attemptId, OTHER_CALL);
    expect(await tracesOf(world.db, id)).toEqual(before);
    await endsUntouched(id);
  });

  test('of an attempt that was given up for another: they change nothing that counts', async () => {
    const number = world.newNumber();
    world.simulator.faults.next('create', 'drop');
    const ringing = stopAt(world, (event) => event.to === number && isStatus(event, 'ringing'));
    const { id } = await world.request('press-pound', number);
    await vi.waitFor(() => expect(eventsOf(world.log, id).at(-1)?.event).toBe('call.lost'), SOON);
    await world.time.advance(15_000);
    await vi.waitFor(() => {
      world.service.jobs.wake(id);
      expect(world.simulator.createdPerNumber()[number]).toBe(1);
    }, SOON);
    await ringing;
    const { verification, attempts } = await tracesOf(world.db, id);
    expect(attempts).toHaveLength(2);
    await sendEverything(attempts[0]?.id ?? '', OTHER_CALL);
    const after = await tracesOf(world.db, id);
    expect(after.verification).toEqual(verification);
    expect(after.attempts[1]).toEqual(attempts[1]);
    await endsUntouched(id);
  });

  test('of a call whose verification has ended: they change nothing', async () => {
    const { id } = await world.request('wrong-key');
    await world.settle();
    const before = await tracesOf(world.db, id);
    const [attempt] = before.attempts;
    await sendEverything(attempt?.id ?? '', OTHER_CALL);
    const pound = { CallSid: attempt?.callId ?? '', Digits: '#' };
    for (const round of [1, 2, 3, 4])
      await send(attempt?.id ?? '', 'digits', pound, `?locale=sv-SE&round=${round}`);
    const after = await tracesOf(world.db, id);
    expect({ ...after, attempts: [] }).toEqual({ ...before, attempts: [] });
    await expectOneEnd(world, id, { outcome: 'wrongDigits' });
  });

  test('a wrong key that is reported four times counts once and is answered alike', async () => {
    const { id, attemptId, callId } = await inTheMiddleOfTheCall();
    const key = { CallSid: callId, Digits: '5' };
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => send(attemptId, 'digits', key, '?locale=sv-SE&round=1')),
    );
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect((await tracesOf(world.db, id)).attempts[0]).toMatchObject({ wrongKeys: 1, round: 2 });
    world.time.resume();
    await world.settle();
    // The real # answers the first question, which is no longer open: nothing was approved by it.
    const { attempts } = await expectOneEnd(world, id);
    expect(attempts[0]?.wrongKeys).toBe(1);
  });

  test('a # that is reported five times at once approves once', async () => {
    const { id, attemptId, callId } = await inTheMiddleOfTheCall();
    const pound = { CallSid: callId, Digits: '#' };
    await Promise.all([1, 2, 3, 4, 5].map(() => send(attemptId, 'digits', pound, '?locale=sv-SE&round=1')));
    world.time.resume();
    await world.settle();
    await expectOneEnd(world, id, { outcome: 'approved' });
  });

  test('a # in answer to a question that has not been asked yet approves nothing', async () => {
    const { id, attemptId, callId } = await inTheMiddleOfTheCall();
    await send(attemptId, 'digits', { CallSid: callId, Digits: '#' }, '?locale=sv-SE&round=2');
    expect((await tracesOf(world.db, id)).verification.outcome).toBeNull();
    await endsUntouched(id);
  });
});

/** What a document says, without its markup. */
function heardIn(twiml: string): string {
  return twiml
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
