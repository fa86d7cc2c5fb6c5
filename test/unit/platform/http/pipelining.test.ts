// Many requests on one connection, sent before any is answered.
import { connect } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { SOON } from '../../../support/own-time.ts';
import { type Sample, startSample } from '../../../support/sample-service.ts';

async function sampleHeldUp() {
  const sample = await startSample();
  onTestFinished(() => sample.close(0));
  const state = { running: 0, most: 0, begun: 0 };
  const gate = Promise.withResolvers<void>();
  sample.hooks.whenRead = async () => {
    state.running += 1;
    state.begun += 1;
    state.most = Math.max(state.most, state.running);
    await gate.promise;
    state.running -= 1;
  };
  return { sample, state, open: () => gate.resolve() };
}

/** Sends all at once; resolves to a reader of what came back so far. */
async function pipelined({ port }: Sample, count: number) {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let text = '';
  socket.on('data', (data) => {
    text += data;
  });
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const one = (id: number) =>
    `GET /v1/birds/bird${id} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sesame\r\n\r\n`;
  socket.write(Array.from({ length: count }, (_, id) => one(id)).join(''));
  return {
    answered: () => [...text.matchAll(/"id":"bird(\d+)"/g)].map(([, id]) => Number(id)),
    closed,
    socket,
  };
}

test('they are answered in order, one at a time', async () => {
  const { sample, state, open } = await sampleHeldUp();
  const { answered } = await pipelined(sample, 100);
  await vi.waitFor(() => expect(state.begun).toBe(1), SOON);
  open();
  await vi.waitFor(() => expect(answered()).toEqual(Array.from({ length: 100 }, (_, id) => id)), SOON);
  expect(state).toMatchObject({ most: 1, begun: 100 });
});

test('other connections do not wait for them', async () => {
  const { sample, state, open } = await sampleHeldUp();
  const held = await pipelined(sample, 50);
  await vi.waitFor(() => expect(state.begun).toBe(1), SOON);
  const other = await pipelined(sample, 1);
  await vi.waitFor(() => expect(state.begun).toBe(2), SOON);
  open();
  await vi.waitFor(() => expect([other.answered().length, held.answered().length]).toEqual([1, 50]), SOON);
});

test('thousands of them cut the connection, and none of those that waited is begun', async () => {
  const { sample, state, open } = await sampleHeldUp();
  const { closed } = await pipelined(sample, 5_000);
  await closed;
  open();
  const again = await pipelined(sample, 3);
  await vi.waitFor(() => expect(again.answered()).toHaveLength(3), SOON);
  expect(state.begun).toBe(1 + 3);
});

test('a client that goes away leaves nothing behind that is begun later', async () => {
  const { sample, state, open } = await sampleHeldUp();
  const { socket } = await pipelined(sample, 50);
  await vi.waitFor(() => expect(state.begun).toBe(1), SOON);
  socket.resetAndDestroy();
  await vi.waitFor(() => expect(sample.logged).toHaveLength(1), SOON);
  open();
  const again = await pipelined(sample, 2);
  await vi.waitFor(() => expect(again.answered()).toHaveLength(2), SOON);
  expect(state.begun).toBe(3);
});

test('a server that closes answers what runs and ends the connection', async () => {
  const { sample, state, open } = await sampleHeldUp();
  const { answered, closed } = await pipelined(sample, 10);
  await vi.waitFor(() => expect(state.begun).toBe(1), SOON);
  const closing = sample.close(5_000);
  open();
  await Promise.all([closing, closed]);
  expect(answered()).toEqual([0]);
});
