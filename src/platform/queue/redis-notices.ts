/** Notices through Redis (PUBLISH and SUBSCRIBE). */
import { type NoticeListener, type Notices, PULSE_MS, RETRY_MS } from './notices.ts';
import type { RedisClient } from './redis-clients.ts';

/**
 * Listens as soon as both connections are there, and again whenever one of them is new or it was refused.
 * @param clients.sender for commands
 * @param clients.receiver for nothing else: a connection that listens takes no other commands
 * @param channel as its name is on the server, where all databases share their channels
 */
export function openRedisNotices(
  { sender, receiver }: { sender: RedisClient; receiver: RedisClient },
  channel: string,
  listener: NoticeListener,
): Notices {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const failed = (error: unknown) => {
    if (!closed) listener.failed(error);
  };
  const begin = () => {
    clearTimeout(timer);
    // Whoever hears that it has begun also wants to send.
    if (closed || sender.status !== 'ready' || receiver.status !== 'ready') return;
    receiver.subscribe(channel).then(listener.began, (error: unknown) => {
      failed(error);
      // The connection stays where the server refuses, such as for want of a right to channels.
      timer = setTimeout(begin, RETRY_MS).unref();
    });
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
      clearTimeout(timer);
      sender.off('ready', begin);
      receiver.disconnect();
    },
  };
}
