// Users who may not be verified.
import { BlockBody, endOf, LONGEST_BLOCK_S } from '../../src/blocks/routes.ts';
import { parseOptions } from '../../src/platform/http/field-problems.ts';
import { type Command, UsageError } from './command.ts';
import { namedUser } from './named-user.ts';
import type { Tools } from './tools.ts';

const block: Command<Tools> = {
  usage: 'block TENANT USER --reason TEXT [--for SECONDS]',
  what: 'blocks a user for SECONDS or until unblock: verifications are refused, and calls and text messages that are waiting do not go out',
  async run({ tenants, blocks, clock }, words, options) {
    const user = await namedUser({ tenants }, words);
    const { reason, ...end } = checkedBlock(options);
    const made = await blocks.block(user, { reason, expiresAt: endOf(end, clock.now()) });
    const until = made.expiresAt ? `until ${made.expiresAt.toISOString()}` : 'until unblock';
    return {
      text: `The user ${user.userId} of ${user.tenantId} is blocked ${until}.`,
      data: { ...user, ...made },
    };
  },
};

const unblock: Command<Tools> = {
  usage: 'unblock TENANT USER',
  what: 'ends the block of a user, and forgets wrong answers to challenges',
  async run({ tenants, blocks }, words) {
    const user = await namedUser({ tenants }, words);
    const { blocked, locked } = await blocks.unblock(user);
    const unlocked = locked ? ' Wrong answers to challenges are forgotten.' : '';
    const text = `The user ${user.userId} of ${user.tenantId} ${blocked ? 'is no longer' : 'was not'} blocked.${unlocked}`;
    return { text, data: { ...user, ended: blocked, unlocked: locked } };
  },
};

/** Commands about blocks. */
export const BLOCK_COMMANDS = [block, unblock];

/** The rule of `BlockBody` for `forS`, as people read it: each way to break it has a message of its own there. */
const WHOLE_SECONDS = `This must be a whole number of seconds, 1 to ${LONGEST_BLOCK_S}.`;

/** The same rules as in the API; the option `--for` is its field `forS`. */
function checkedBlock({ reason, for: seconds }: Readonly<Record<string, string>>) {
  const { data, error } = BlockBody.safeParse(
    { reason, ...(seconds === undefined ? {} : { forS: /^\d+$/.test(seconds) ? Number(seconds) : seconds }) },
    parseOptions,
  );
  if (data) return data;
  const named = error.issues.map(({ path, message }) =>
    path[0] === 'forS' ? `--for: ${WHOLE_SECONDS}` : `--reason: ${message}`,
  );
  throw new UsageError(named.join('\n'));
}
