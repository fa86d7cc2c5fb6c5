import { type Client, Pool, type PoolClient, type PoolConfig } from 'pg';
import { inTime } from '../in-time.ts';

/** A connection may take this long to be made: the server may be far away. */
const CONNECT_MS = 5_000;

type Callback = (
  error: Error | undefined,
  client: PoolClient | undefined,
  release: PoolClient['release'],
) => void;

/** PostgreSQL, error codes: read_only_sql_transaction. */
export const READ_ONLY = '25006';

/**
 * A pool with a limit on the wait for a connection. A connection that is made too late for its request is kept
 * for the next: a server that takes longer to connect than the limit could otherwise never be reached. Where the server
 * cannot be written to, its connections are given up, since another server may have taken over behind its address.
 */
export class WaitingPool extends Pool {
  readonly #waitMs: number;
  readonly #onFailure: (error: Error) => void;
  readonly #made = new Set<PoolClient>();
  readonly #givenUp = new WeakSet<PoolClient>();

  /**
   * @param waitMs longest wait for a connection, in milliseconds
   * @param onFailure called when no connection can be had, when one breaks, and when the server cannot be written to
   */
  constructor(config: PoolConfig, waitMs: number, onFailure: (error: Error) => void) {
    super({ ...config, connectionTimeoutMillis: Math.max(waitMs, CONNECT_MS) });
    this.#waitMs = waitMs;
    this.#onFailure = onFailure;
    this.on('error', onFailure);
    this.on('connect', (client) => this.#watch(client));
    this.on('remove', (client) => this.#made.delete(client));
  }

  /**
   * Gives up the connections that there are: one that is not in use before it is used again, one that is when it is given
   * back.
   * @param alsoInUse cuts those in use: whoever only listens on one would never notice
   */
  giveUp(alsoInUse: boolean): void {
    for (const client of this.#made) {
      this.#givenUp.add(client);
      if (alsoInUse) connectionOf(client).stream.destroy();
    }
  }

  #watch(client: PoolClient): void {
    this.#made.add(client);
    // The pool listens to idle connections only. One that breaks while it is in use would end the process.
    client.on('error', this.#onFailure);
    connectionOf(client).on('errorMessage', (reply: Error & { code?: string }) => {
      if (reply.code === READ_ONLY) this.#onFailure(reply);
    });
  }

  override connect(): Promise<PoolClient>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<PoolClient> | undefined {
    const client = this.#connect();
    if (callback === undefined) return client;
    client.then(
      (made) => callback(undefined, made, made.release),
      (error: Error) => callback(error, undefined, () => undefined),
    );
    return undefined;
  }

  async #connect(): Promise<PoolClient> {
    const client = await (this.idleCount > 0 ? super.connect() : this.#connectInTime());
    // It may have broken while it was made: who listens on it would hear of no error any more, and wait for ever.
    if (!this.#givenUp.has(client) && !connectionOf(client).stream.destroyed) return client;
    client.release(true);
    return this.#connect();
  }

  async #connectInTime(): Promise<PoolClient> {
    let isTooLate = false;
    const making = super.connect();
    making.then(
      (client) => {
        if (isTooLate) client.release();
      },
      // Nobody waits for it any more, but the log says why it took so long.
      (error: Error) => this.#onFailure(error),
    );
    try {
      // The words of pg's own pool, by which others know that the server is away.
      return await inTime(making, this.#waitMs, 'timeout exceeded when trying to connect');
    } catch (error) {
      isTooLate = true;
      throw error;
    }
  }
}

/** Its types do not say that a client of a pool has a connection. */
function connectionOf(client: PoolClient): Client['connection'] {
  return (client as PoolClient & Pick<Client, 'connection'>).connection;
}
