/** PGlite in the shape of a `pg.Pool`, for Kysely and BullMQ alike. */
import { EventEmitter } from 'node:events';
import type { PGlite } from '@electric-sql/pglite';
import { EmbeddedClient } from './embedded-client.ts';
import type { StatementResult } from './embedded-statement.ts';
import { createTurns } from './turns.ts';

/** The words BullMQ looks for to tell a pool that was ended from a failure. */
const ENDED = 'The embedded database is closed: cannot use a pool after calling end on the pool';

/** A pool whose clients take turns on the one session PGlite has. */
export class EmbeddedPool extends EventEmitter {
  /** BullMQ polls every 10 s where a connection could drop unnoticed; within one process none can. */
  readonly options = { keepAlive: true };
  readonly #pglite: PGlite;
  readonly #sessionTurns = createTurns();
  readonly #clients = new Set<EmbeddedClient>();
  #ended: Promise<void> | null = null;

  constructor(pglite: PGlite) {
    super();
    // BullMQ adds one listener per queue and worker, and never removes it.
    this.setMaxListeners(0);
    this.#pglite = pglite;
  }

  /** Checks a client out; `release()` gives it back. @throws Error after `end` */
  async connect(): Promise<EmbeddedClient> {
    if (this.#ended !== null) throw new Error(ENDED);
    const client = new EmbeddedClient(this.#pglite, this.#sessionTurns, (done) => this.#clients.delete(done));
    this.#clients.add(client);
    client.on('error', (error) => this.#report(error));
    return client;
  }

  /** One statement on a client of its own. @throws as `EmbeddedClient.query`, and Error after `end` */
  async query<Row>(text: string, parameters?: readonly unknown[]): Promise<StatementResult<Row>> {
    const client = await this.connect();
    try {
      return await client.query<Row>(text, parameters);
    } finally {
      await client.releaseAndWait();
    }
  }

  /** Lets running statements finish, rolls back what is left open, and closes PGlite. Calling it again has no effect. */
  end(): Promise<void> {
    this.#ended ??= this.#close();
    return this.#ended;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#clients].map((client) => client.releaseAndWait()));
    const giveBack = await this.#sessionTurns.take(30_000);
    await this.#pglite.close();
    giveBack();
  }

  #report(error: unknown): void {
    if (this.listenerCount('error') > 0) this.emit('error', error);
  }
}
