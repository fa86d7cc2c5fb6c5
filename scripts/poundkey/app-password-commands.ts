// App passwords of users.
import { type Command, checkedUuid, table } from './command.ts';
import { namedUser } from './named-user.ts';
import type { Tools } from './tools.ts';

const listAppPasswords: Command<Tools> = {
  usage: 'list-app-passwords TENANT USER',
  what: "lists a user's app passwords that are not revoked, by ID; the passwords themselves cannot be shown again",
  async run({ tenants, appPasswords }, words) {
    const user = await namedUser({ tenants }, words);
    const all = await appPasswords.list(user);
    const rows = all.map(({ id, name, createdAt, expiresAt, services, lastUsed }) => [
      id,
      `created ${createdAt.toISOString()}`,
      expiresAt ? `ends ${expiresAt.toISOString()}` : 'no end',
      lastUsed ? `used ${lastUsed.at.toISOString()} ${lastUsed.service}` : 'not used',
      services.join(',') || 'all services',
      name,
    ]);
    return {
      text: all.length === 0 ? `The user ${user.userId} has no app passwords.` : table(rows),
      data: all,
    };
  },
};

const revokeAppPassword: Command<Tools> = {
  usage: 'revoke-app-password TENANT USER ID',
  what: 'revokes one app password of a user; ID is as list-app-passwords shows it',
  async run({ tenants, appPasswords }, words) {
    const user = await namedUser({ tenants }, words);
    const id = checkedUuid(words[2] ?? '', 'as list-app-passwords shows it');
    await appPasswords.revoke(user, id);
    return { text: `The app password ${id} is revoked.`, data: { ...user, id } };
  },
};

const revokeAppPasswords: Command<Tools> = {
  usage: 'revoke-app-passwords TENANT USER',
  what: 'revokes all app passwords of a user',
  async run({ tenants, appPasswords }, words) {
    const user = await namedUser({ tenants }, words);
    const revoked = await appPasswords.revokeAll(user);
    return {
      text: `App passwords of ${user.userId} that were revoked: ${revoked}.`,
      data: { ...user, revoked },
    };
  },
};

/** Commands about app passwords. */
export const APP_PASSWORD_COMMANDS = [listAppPasswords, revokeAppPassword, revokeAppPasswords];
