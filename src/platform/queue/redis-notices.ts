/** Notices through Redis (PUBLISH and SUBSCRIBE). */
import { type NoticeListener, type Notices, PULSE_MS } from './notices.ts';
import type { RedisClient } from './redis-clients.ts';

/**
 * Listens as soon as both connections are there, and again whenever one of them is new.
 * @param clients.sender for commands
 * @param clients.receiver for nothing else: a connection that listens takes no other commands
 * @param channel as its name is on the server, where all databases share their channels
 */
export function openRedisNotices(
  { sender, receiver }: { sender: RedisClient; receiver: RedisClient },
  channel: string,
  listener: NoticeListener,
): Notices {
  let closed = false;
  const failed = (error: unknown) => {
    if (!closed) listener.failed(error);
  };
  const begin = () => {
    // Whoever hears that it has begun also wants to send.
    if (sender.status !== 'ready' || receiver.status !== 'ready') return;
    receiver.subscribe(channel).then(listener.began, failed);
  };
  receiver.on('message', (_channel: string, text: string) => {
    if (!closed) listener.heard(text);
  });
  receiver.on('ready', begin);
  sender.on('ready', begin);
  receiver.on('close', () => failed(new Error('The connection was closed.')));
  begin();
  // An answer that does not come ends the connection (ioredis, socketTimeout), and a new one is made.
  const pulse = setInterval(() => void receiver.ping().catch(failed), PULSE_MS).unref();
  return {
    async send(text) {
      await sender.publish(channel, text);
    },
    async close() {
      closed = true;
      clearInterval(pulse);
      sender.off('ready', begin);
      receiver.disconnect();
    },
  };
}
