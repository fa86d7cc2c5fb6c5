import { Pool, type PoolClient, type PoolConfig } from 'pg';
import { inTime } from '../in-time.ts';

/** A connection may take this long to be made: the server may be far away. */
const CONNECT_MS = 5_000;

type Callback = (
  error: Error | undefined,
  client: PoolClient | undefined,
  release: PoolClient['release'],
) => void;

/**
 * A pool with a limit on the wait for a connection. A connection that is made too late for its request is kept
 * for the next: a server that takes longer to connect than the limit could otherwise never be reached.
 */
export class WaitingPool extends Pool {
  readonly #waitMs: number;

  /** @param waitMs longest wait for a connection, in milliseconds */
  constructor(config: PoolConfig, waitMs: number) {
    super({ ...config, connectionTimeoutMillis: Math.max(waitMs, CONNECT_MS) });
    this.#waitMs = waitMs;
  }

  override connect(): Promise<PoolClient>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<PoolClient> | undefined {
    const client = this.idleCount > 0 ? super.connect() : this.#connectInTime();
    if (callback === undefined) return client;
    client.then(
      (made) => callback(undefined, made, made.release),
      (error: Error) => callback(error, undefined, () => undefined),
    );
    return undefined;
  }

  async #connectInTime(): Promise<PoolClient> {
    let isTooLate = false;
    const making = super.connect();
    making.then(
      (client) => {
        if (isTooLate) client.release();
      },
      () => undefined,
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
