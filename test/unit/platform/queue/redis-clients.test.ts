// Connections with TLS may fail twice: the certificate is refused, and then the server says that it could not read.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { Redis } from 'ioredis';
import { expect, onTestFinished, test, vi } from 'vitest';
import { CONSUMER, createRedisClient } from '../../../../src/platform/queue/redis-clients.ts';
import { SOON } from '../../../support/own-time.ts';

test('a second error of a connection with TLS does not end the process', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => void silent.close());
  const { port } = silent.address() as AddressInfo;
  const place = { url: `rediss://127.0.0.1:${port}` };
  const client = createRedisClient(place, CONSUMER, () => undefined) as Redis;
  onTestFinished(() => client.disconnect());
  const told: string[] = [];
  client.on('error', ({ message }) => told.push(message));
  await vi.waitFor(() => expect(client.stream).toBeDefined(), SOON);
  client.stream.emit('error', new Error('the certificate is for another name'));
  client.stream.emit('error', new Error('alert decode error'));
  expect(told).toEqual(['the certificate is for another name']);
});
