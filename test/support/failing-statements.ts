/** A PostgreSQL of which statements fail: some before they reach it, some when it has done them and only its answer is lost. */
import { WaitingPool } from '../../src/platform/database/waiting-pool.ts';
import type { Chance } from './chance.ts';

/** PostgreSQL, error codes: admin_shutdown. */
const ADMIN_SHUTDOWN = '57P01';

/**
 * Lets statements of this process fail from now on, until what is returned is called. Tests read by connections, which are
 * left alone.
 * @param percent how many of 100 fail before they are done, and as many of the others after it
 */
export function failStatements(chance: Chance, percent: number): () => void {
  const pool = WaitingPool.prototype;
  const { query } = pool;
  const failOrNot = (when: string) => {
    if (!chance.hits(percent)) return;
    throw Object.assign(new Error(`the connection was closed ${when}`), { code: ADMIN_SHUTDOWN });
  };
  pool.query = async function failing(this: WaitingPool, ...sent: unknown[]) {
    failOrNot('before the statement');
    const result = await Reflect.apply(query, this, sent);
    failOrNot('after the statement');
    return result;
  } as typeof query;
  return () => {
    pool.query = query;
  };
}
