// App passwords of users.
import { checkedUser } from './block-commands.ts';
import { type Command, checkedUuid, table } from './command.ts';
import { existing } from './tenant-commands.ts';
import type { Tools } from './tools.ts';

const listAppPasswords: Command<Tools> = {
  usage: 'list-app-passwords TENANT USER',
  what: "lists a user's app passwords that are not revoked, by ID; the passwords themselves cannot be shown again",
  async run({ tenants, appPasswords }, [tenantId = '', user = '']) {
    await existing(tenants, tenantId);
    const all = await appPasswords.list({ tenantId, userId: checkedUser(user) });
    const rows = all.map(({ id, name, createdAt }) => [id, `created ${createdAt.toISOString()}`, name]);
    return { text: all.length === 0 ? `The user ${user} has no app passwords.` : table(rows), data: all };
  },
};

const revokeAppPassword: Command<Tools> = {
  usage: 'revoke-app-password TENANT USER ID',
  what: 'revokes one app password of a user; ID is as list-app-passwords shows it',
  async run({ tenants, appPasswords }, [tenantId = '', user = '', id = '']) {
    await existing(tenants, tenantId);
    const userId = checkedUser(user);
    await appPasswords.revoke({ tenantId, userId }, checkedUuid(id, 'as list-app-passwords shows it'));
    return { text: `The app password ${id} is revoked.`, data: { tenantId, userId, id } };
  },
};

const revokeAppPasswords: Command<Tools> = {
  usage: 'revoke-app-passwords TENANT USER',
  what: 'revokes all app passwords of a user',
  async run({ tenants, appPasswords }, [tenantId = '', user = '']) {
    await existing(tenants, tenantId);
    const userId = checkedUser(user);
    const revoked = await appPasswords.revokeAll({ tenantId, userId });
    return {
      text: `App passwords of ${userId} that were revoked: ${revoked}.`,
      data: { tenantId, userId, revoked },
    };
  },
};

/** Commands about app passwords. */
export const APP_PASSWORD_COMMANDS = [listAppPasswords, revokeAppPassword, revokeAppPasswords];
