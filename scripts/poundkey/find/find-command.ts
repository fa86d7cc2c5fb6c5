import { type Command, table, UsageError } from '../command.ts';
import type { Tools } from '../tools.ts';
import { readWhom } from './read-whom.ts';
import { textOf } from './say-found.ts';
import { wantedIn } from './say-why.ts';

/** How many tenants are named to somebody who names none. */
const MOST_NAMED = 50;

const find: Command<Tools> = {
  usage: 'find [TENANT] USER|NUMBER',
  what: 'says why a user, or a number in any form, was not called or texted: requests that were accepted or refused, the block, limits, and what to do; TENANT may be left out if there is only one',
  async run({ tenants, policies, countriesOf, find: search }, words) {
    const [text = '', tenantId = await onlyTenant(tenants, text)] = words.toReversed();
    const { policy } = await policies.current(tenantId);
    const whom = readWhom(text, await countriesOf(tenantId, policy));
    const found = await search(tenantId, whom, policy);
    return { text: textOf(found), data: found };
  },
};

/** @throws UsageError unless there is exactly one tenant, and what was typed is not its id */
async function onlyTenant(tenants: Tools['tenants'], typed: string): Promise<string> {
  const all = await tenants.list();
  const [first] = all;
  if (first && all.length === 1 && first.id !== typed) return first.id;
  const named = all.slice(0, MOST_NAMED).map(({ id }) => id);
  const others = all.length > MOST_NAMED ? ', … (list-tenants lists all)' : '';
  throw new UsageError(
    `Expected: npm run poundkey -- find TENANT USER|NUMBER. The tenants are: ${named.join(', ') || 'none'}${others}.`,
  );
}

const waiting: Command<Tools> = {
  usage: 'waiting',
  what: 'counts the verifications that wait for their call or text message, by tenant and caller line, and says how long the longest is overdue',
  async run({ waiting: read }) {
    const all = await read();
    const rows = all.map(({ tenantId, line, channel, count, overdueS }) => [
      tenantId,
      line,
      `${count} ${wantedIn(channel)}${count === 1 ? '' : 's'}`,
      overdueS > 0 ? `the longest is due for ${overdueS} s` : 'none is overdue',
    ]);
    return {
      text: all.length === 0 ? 'No verification waits for a call or a text message.' : table(rows),
      data: all,
    };
  },
};

/** Commands that answer why nobody was called or texted. */
export const FIND_COMMANDS = [find, waiting];
