/** Notices through PostgreSQL (LISTEN and NOTIFY), on one connection of the queue's pool. */
import { Mutex } from 'async-mutex';
import type { PgPool, PgPoolClient } from 'bullmq';
import { type NoticeListener, type Notices, PULSE_MS, RETRY_MS } from './notices.ts';

const NOT_LISTENING = 'There is no connection to the database to send notices on.';

/**
 * Listens at once. What is sent goes out on the same connection, outside of any transaction that writes: a notification
 * within one would make all writers of the database wait for each other (PostgreSQL, NOTIFY takes one lock until the commit).
 * @param pool its connections have sessions of their own
 * @param channel a name in lower-case letters, digits and `_`
 */
export function openDatabaseNotices(pool: PgPool, channel: string, listener: NoticeListener): Notices {
  // A connection takes one statement at a time.
  const turns = new Mutex();
  let client: PgPoolClient | null = null;
  let timer: NodeJS.Timeout | null = null;
  let closed = false;

  function lose(lost: PgPoolClient, error: unknown): void {
    if (client !== lost) return;
    client = null;
    lost.release(true);
    tryAgain(error);
  }

  function tryAgain(error: unknown): void {
    if (closed) return;
    listener.failed(error);
    timer = setTimeout(() => void begin(), RETRY_MS);
  }

  async function begin(): Promise<void> {
    try {
      const made = await pool.connect();
      if (closed) return made.release();
      client = made;
      made.on('notification', ({ payload = '' }) => {
        if (client === made) listener.heard(payload);
      });
      made.on('end', () => lose(made, new Error('The connection was closed.')));
      await listenOn(made).then(listener.began, (error: unknown) => lose(made, error));
    } catch (error) {
      tryAgain(error);
    }
  }

  // Listening twice is listening once (PostgreSQL, LISTEN).
  const listenOn = (made: PgPoolClient) => turns.runExclusive(() => made.query(`listen ${channel}`));
  const pulse = setInterval(() => {
    const asked = client;
    if (asked) void listenOn(asked).catch((error: unknown) => lose(asked, error));
  }, PULSE_MS).unref();
  void begin();
  return {
    async send(text) {
      await turns.runExclusive(() => {
        if (client === null) throw new Error(NOT_LISTENING);
        return client.query('select pg_notify($1, $2)', [channel, text]);
      });
    },
    async close() {
      closed = true;
      clearInterval(pulse);
      if (timer) clearTimeout(timer);
      // After what is being sent.
      await turns.runExclusive(() => {
        client?.release(true);
        client = null;
      });
    },
  };
}
