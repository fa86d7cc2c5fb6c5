// Phones of users, and erasing users.
import { maskNumber } from '../../src/domain/mask-number.ts';
import { type Command, checkedUuid, table } from './command.ts';
import { namedUser } from './named-user.ts';
import type { Tools } from './tools.ts';

const listPhones: Command<Tools> = {
  usage: 'list-phones TENANT USER',
  what: 'lists the phones of a user by ID; numbers are masked',
  async run({ tenants, phoneMethods }, words) {
    const user = await namedUser({ tenants }, words);
    const found = await phoneMethods.list(user);
    const data = found.map(
      ({ phoneNumber, id, phoneType, createdDateTime, verifiedAt, isDefault, ...each }) => ({
        ...{ id, phoneType, number: masked(phoneNumber), createdDateTime, verifiedAt, isDefault },
        smsSignInState: each.smsSignInState,
      }),
    );
    const rows = data.map(({ id, phoneType, number, createdDateTime, smsSignInState, ...each }) => [
      ...[id, phoneType, `created ${createdDateTime}`, verifiedWord(each), number],
      ...(smsSignInState === 'notSupported' ? [] : [`sign-in ${smsSignInState}`]),
    ]);
    return { text: data.length === 0 ? `The user ${user.userId} has no phones.` : table(rows), data };
  },
};

const removePhone: Command<Tools> = {
  usage: 'remove-phone TENANT USER ID',
  what: 'removes a phone of a user and, as the policy says, revokes the app passwords of the user; ID is as list-phones shows it',
  async run({ tenants, phoneMethods }, words) {
    const user = await namedUser({ tenants }, words);
    const id = checkedUuid(words[2] ?? '', 'as list-phones shows it');
    const appPasswordsRevoked = await phoneMethods.remove(user, id);
    return {
      text: `The phone ${id} is removed. App passwords of ${user.userId} that were revoked: ${appPasswordsRevoked}.`,
      data: { ...user, id, appPasswordsRevoked },
    };
  },
};

const requireReregistration: Command<Tools> = {
  usage: 'require-reregistration TENANT USER',
  what: 'has a user verify all phones again: they count for nothing until then, and open verifications end',
  async run({ tenants, phoneMethods }, words) {
    const user = await namedUser({ tenants }, words);
    const done = await phoneMethods.requireReregistration(user);
    return {
      text: `The user ${user.userId} must verify all phones again. Phones that count no more: ${done.phoneMethods}. Verifications ended: ${done.verificationsEnded}.`,
      data: { ...user, ...done },
    };
  },
};

const eraseUser: Command<Tools> = {
  usage: 'erase-user TENANT USER',
  what: 'erases everything personal about a user, for good; refused while a verification of the user is open',
  async run({ tenants, eraseUser: erase }, words) {
    const user = await namedUser({ tenants }, words);
    const erased = await erase(user);
    const { verifications, phoneMethods, appPasswords, webhookMessages } = erased;
    return {
      text: `The user is erased. Verifications made anonymous: ${verifications}. Removed: phones ${phoneMethods}, app passwords ${appPasswords}, outcome webhooks ${webhookMessages}.`,
      data: { tenantId: user.tenantId, ...erased },
    };
  },
};

/** Commands about users. */
export const USER_COMMANDS = [listPhones, removePhone, requireReregistration, eraseUser];

function verifiedWord({ verifiedAt, isDefault }: { verifiedAt: string | null; isDefault: boolean }): string {
  if (verifiedAt === null) return 'not verified';
  return isDefault ? 'default' : 'verified';
}

/** @param graphNumber `+46 812345678x1234` */
function masked(graphNumber: string): string {
  const [number = '', extension] = graphNumber.replaceAll(' ', '').split('x');
  return `${maskNumber(number)}${extension === undefined ? '' : ', with an extension'}`;
}
