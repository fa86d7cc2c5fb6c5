// Clients without a key that send as much as they can, while somebody is on the line: the call goes on as if they were
// not there.
import { randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { describeWorlds } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import { send } from '../support/sample-service.ts';
import type { World } from '../support/world.ts';
import { signedForm, tapNetwork } from './network-tap.ts';

const tap = tapNetwork();
afterAll(() => tap.close());

const letters = (bytes: Buffer) =>
  Array.from(bytes, (byte) => 'abcdefghijkmnpqrstuvwxyz23456789'[byte % 32]).join('');
/** A key that looks like one of ours. */
const unknownKey = () => `pk_${letters(randomBytes(12))}_${randomBytes(32).toString('base64url')}`;
const portOf = (world: World) => Number(new URL(world.service.url ?? '').port);

/** A connection that sends requests with the given keys, all at once, and counts the answers. */
function flood(world: World, keys: string[], arrived: string[]) {
  const socket = connect(portOf(world), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  const requests = keys.map(
    (key) =>
      `GET /v1/verifications/${randomUUID()} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n\r\n`,
  );
  socket.write(requests.join(''));
  let text = '';
  socket.on('data', (data) => {
    text += data.toString('latin1');
    const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)];
    arrived.push(...statuses.map(([, status = '']) => status));
    // A head may be cut in two.
    text = text.slice(-12).replace(/^.*HTTP\/1\.1 \d{3} /s, '');
  });
  return socket;
}

describeWorlds('a live call', ({ world }) => {
  /** Somebody has picked up and listens to the prompt. */
  async function onTheLine() {
    world.time.pause();
    const { id } = await world.request('silence');
    const attemptOf = () =>
      world.db.selectFrom('callAttempt').selectAll().where('verificationId', '=', id).executeTakeFirst();
    await vi.waitFor(async () => expect(await attemptOf()).toBeDefined(), SOON);
    await vi.waitFor(async () => {
      await world.time.advance(1_000);
      expect((await world.read(id)).state).toBe('answered');
    }, SOON);
    const [attempt, row] = await Promise.all([
      attemptOf(),
      world.db.selectFrom('verification').select('callId').where('id', '=', id).executeTakeFirstOrThrow(),
    ]);
    return { id, attemptId: attempt?.id ?? '', callId: row.callId ?? '' };
  }

  function press({ attemptId, callId }: { attemptId: string; callId: string }) {
    const path = `/webhooks/calls/${attemptId}/digits?locale=en-US&round=1`;
    const { sid: AccountSid, token } = tap.account();
    const fields = { AccountSid, CallSid: callId, Digits: '#' };
    const { headers, body } = signedForm(token, `${world.service.url}${path}`, fields);
    return send({ port: portOf(world) }, 'POST', path, { headers: { authorization: [], ...headers }, body });
  }

  test.each<[what: string, keys: () => string[]]>([
    ['one unknown key', () => Array<string>(60).fill(unknownKey())],
    ['many unknown keys', () => Array.from({ length: 60 }, unknownKey)],
  ])('is answered before a crowd of requests with %s', async (_what, keys) => {
    const call = await onTheLine();
    const arrived: string[] = [];
    const sockets = Array.from({ length: 15 }, () => flood(world, keys(), arrived));
    await vi.waitFor(() => expect(sockets.every(({ bytesWritten }) => bytesWritten > 0)).toBe(true), SOON);
    const answer = await press(call);
    const before = arrived.length;
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('<Hangup')]);
    expect(answer.text).not.toContain('<Redirect');
    // All were there first; those that are ahead of a webhook are few, and everybody is answered in the end.
    await vi.waitFor(() => expect(arrived).toHaveLength(900), SOON);
    expect(before).toBeLessThan(600);
    expect(new Set(arrived).difference(new Set(['401', '503']))).toEqual(new Set());
    await world.settle();
    expect(await world.read(call.id)).toMatchObject({ outcome: 'approved' });
  });

  test('goes on while thousands are sent on one connection, of which few are begun', async () => {
    const call = await onTheLine();
    const lines = world.log.length;
    const arrived: string[] = [];
    const socket = flood(world, Array.from({ length: 10_000 }, unknownKey), arrived);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    expect((await press(call)).status).toBe(200);
    await closed;
    await world.settle();
    const begun = world.log.slice(lines).filter((line) => line.includes('/v1/verifications/:id'));
    expect(begun.length).toBeLessThan(1_000);
    expect(await world.read(call.id)).toMatchObject({ outcome: 'approved' });
  });

  test('does not take the way of a backend with a right key, of which many requests come at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => world.api('GET', `/v1/verifications/${randomUUID()}`)),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
  });
});
