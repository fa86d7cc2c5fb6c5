/** A checked-out client of the embedded database: one statement at a time, a transaction as one piece. */
import { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PGlite } from '@electric-sql/pglite';
import { channelOfListen, runStatement, type StatementResult } from './embedded-statement.ts';
import { createTurns, type Turns } from './turns.ts';

/** As long as node-postgres' statement time-out on a server would let others wait. */
const LONGEST_WAIT_MS = 30_000;

/**
 * PGlite has one session. A client therefore takes the session's turn for each statement and gives it back after it,
 * unless the statement left a transaction open: then it keeps the turn until the transaction is over. A client that only
 * listens holds nothing.
 */
export class EmbeddedClient extends EventEmitter {
  readonly #pglite: PGlite;
  readonly #sessionTurns: Turns;
  readonly #onRelease: (client: EmbeddedClient) => void;
  readonly #ownTurns = createTurns();
  readonly #unlisten: Array<() => Promise<void>> = [];
  #giveBack: (() => void) | null = null;

  /**
   * @param sessionTurns the turns all clients of this PGlite share
   * @param onRelease called when nothing of this client is left
   */
  constructor(pglite: PGlite, sessionTurns: Turns, onRelease: (client: EmbeddedClient) => void) {
    super();
    this.#pglite = pglite;
    this.#sessionTurns = sessionTurns;
    this.#onRelease = onRelease;
  }

  /**
   * Runs a statement (with parameters) or several (without).
   * @throws PGlite's DatabaseError, or Error when another client kept a transaction open for 30 s
   */
  query<Row>(text: string, parameters: readonly unknown[] = []): Promise<StatementResult<Row>> {
    return this.#inTurn(() => {
      const channel = channelOfListen(text);
      return channel === null
        ? runStatement<Row>(this.#pglite, text, parameters)
        : this.#listen<Row>(channel);
    });
  }

  /** Gives the client back: stops listening, and rolls back a transaction that was left open. */
  release(): void {
    this.releaseAndWait().catch((error: unknown) => this.emit('error', error));
  }

  /** `release`, and resolves when it is done. */
  async releaseAndWait(): Promise<void> {
    const unlisten = this.#unlisten.splice(0);
    if (unlisten.length > 0 || this.#giveBack !== null) await this.#inTurn(() => this.#leaveClean(unlisten));
    this.#onRelease(this);
  }

  async #leaveClean(unlisten: Array<() => Promise<void>>): Promise<void> {
    if (this.#pglite.closed) return;
    if (this.#pglite.isInTransaction()) await this.#pglite.exec('rollback');
    for (const stop of unlisten) await stop();
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const endStatement = await this.#ownTurns.take(LONGEST_WAIT_MS);
    try {
      this.#giveBack ??= await this.#sessionTurns.take(LONGEST_WAIT_MS);
      // PGlite never waits for anything: without this, nobody else would be heard until the last of many statements is done.
      await nextTurn();
      return await work();
    } finally {
      if (this.#pglite.closed || !this.#pglite.isInTransaction()) this.#endTurn();
      endStatement();
    }
  }

  #endTurn(): void {
    this.#giveBack?.();
    this.#giveBack = null;
  }

  async #listen<Row>(channel: string): Promise<StatementResult<Row>> {
    const unlisten = await this.#pglite.listen(channel, (payload) => {
      this.emit('notification', { channel, payload });
    });
    this.#unlisten.push(unlisten);
    return { command: 'LISTEN', rowCount: 0, rows: [] };
  }
}
