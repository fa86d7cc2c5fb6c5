import { type Command, table } from '../command.ts';
import type { Tools } from '../tools.ts';
import { readWhom } from './read-whom.ts';
import { textOf } from './say-found.ts';

const find: Command<Tools> = {
  usage: 'find TENANT USER|NUMBER',
  what: 'says why a user, or a number in any form, was not called: requests that were accepted or refused, the block, limits, and what to do',
  async run({ policies, countriesOf, find: search }, [tenantId = '', text = '']) {
    const { policy } = await policies.current(tenantId);
    const whom = readWhom(text, await countriesOf(tenantId, policy));
    const found = await search(tenantId, whom, policy);
    return { text: textOf(found), data: found };
  },
};

const waiting: Command<Tools> = {
  usage: 'waiting',
  what: 'counts the verifications that wait for their call, by tenant and caller line, and says how long the longest is overdue',
  async run({ waiting: read }) {
    const all = await read();
    const rows = all.map(({ tenantId, line, count, overdueS }) => [
      tenantId,
      line,
      `${count} waiting`,
      overdueS > 0 ? `the longest is due for ${overdueS} s` : 'none is overdue',
    ]);
    return { text: all.length === 0 ? 'No verification waits for a call.' : table(rows), data: all };
  },
};

/** Commands that answer why nobody was called. */
export const FIND_COMMANDS = [find, waiting];
