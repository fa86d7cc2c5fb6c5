import type { Kysely } from 'kysely';
import type { Registry } from '../../../src/registry/schema.ts';
import type { Entry } from './entry.ts';

/** Changes of state, and the prompts that followed another. `calls`: the number of each attempt by its id. */
export async function eventEntries(
  db: Kysely<Registry>,
  verificationId: string,
  calls: ReadonlyMap<string, number>,
): Promise<Entry[]> {
  const rows = await db
    .selectFrom('verificationEvent')
    .select(['type', 'data', 'at'])
    .where('verificationId', '=', verificationId)
    .orderBy('id')
    .execute();
  return rows.map(({ type, data, at }) => {
    const { attemptId, prompt, ...rest } = data;
    const details = { call: calls.get(String(attemptId)), ...rest };
    return type === 'prompt'
      ? { at, source: 'prompt', what: String(prompt), details }
      : { at, source: 'state', what: type, details };
  });
}
