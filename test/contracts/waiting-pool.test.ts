/** Connections of a pool on a PostgreSQL server that break at the wrong moment. */
import { once } from 'node:events';
import type { Client, ClientBase } from 'pg';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { WaitingPool } from '../../src/platform/database/waiting-pool.ts';

/** A pool whose first connection breaks while its settings are made, and before anybody has it. */
function openPool(): WaitingPool {
  let made = 0;
  const config = {
    connectionString: inject('postgresUrl') ?? '',
    max: 2,
    onConnect: async (client: ClientBase) => {
      made += 1;
      if (made > 1) return;
      const { stream } = (client as Client).connection;
      stream.destroy();
      await once(stream, 'close');
    },
  };
  const pool = new WaitingPool(config, 5_000, () => undefined);
  onTestFinished(() => pool.end());
  return pool;
}

describe.runIf(inject('postgresUrl'))('a pool of connections', () => {
  // Whoever keeps a connection to listen on, as the queue does, would never hear of an error that came before it listened.
  it('hands out none that broke before', async () => {
    const client = await openPool().connect();
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    client.release();
  });
});
