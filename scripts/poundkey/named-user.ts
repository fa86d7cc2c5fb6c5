import { UserId } from '../../src/api.ts';
import type { User } from '../../src/domain/user.ts';
import { parseOptions } from '../../src/platform/http/field-problems.ts';
import { UsageError } from './command.ts';
import { existing } from './tenant-commands.ts';
import type { Tools } from './tools.ts';

/**
 * The user that the words TENANT USER name. Users are not registered: any valid id of a tenant that exists is one.
 * @throws UsageError when there is no such tenant, or the id is not valid
 */
export async function namedUser({ tenants }: Pick<Tools, 'tenants'>, words: string[]): Promise<User> {
  const [tenantId = '', user = ''] = words;
  await existing(tenants, tenantId);
  const { data: userId, error } = UserId.safeParse(user, parseOptions);
  if (userId !== undefined) return { tenantId, userId };
  throw new UsageError(`USER: ${error?.issues[0]?.message}`);
}
