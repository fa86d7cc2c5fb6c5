/** The registry takes no verification with words that it does not know, whoever writes it. */
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { worldOn } from '../support/open-worlds.ts';
import { STORES } from '../support/stores.ts';

const WRONG = [
  ['challenge', "'word'"],
  ['channel', "'mail'"],
  ['phone_type', "'home'"],
  ['purpose', "'signUp'"],
  ['state', "'over'"],
  ['state', "'queued'"],
  ['outcome', 'null'],
] as const;

describe.each(STORES)('a finished verification on %s', (combination) => {
  const { world } = worldOn(combination);

  test.each(WRONG)('cannot have as its %s %s', async (column, value) => {
    const { id } = await world.story('busy');
    const written = sql.raw(`update verification set ${column} = ${value} where id = '${id}'`);
    await expect(written.execute(world.db)).rejects.toMatchObject({ code: '23514' });
  });
});
