// Numbers as user names.
import { maskNumber } from '../../src/domain/mask-number.ts';
import type { SignInHolder } from '../../src/phone-methods/sign-in-holders.ts';
import { type Command, checkedUuid, UsageError } from './command.ts';
import { readWhom, shownUser } from './find/read-whom.ts';
import { namedUser } from './named-user.ts';
import { existing } from './tenant-commands.ts';
import type { Tools } from './tools.ts';

const WHERE = 'as list-phones shows it';

const enableSignIn: Command<Tools> = {
  usage: 'enable-sign-in TENANT USER ID',
  what: 'lets a user sign in with the number of a verified mobile; ID is as list-phones shows it',
  async run({ tenants, phoneMethods }, words) {
    const user = await namedUser({ tenants }, words);
    const id = checkedUuid(words[2] ?? '', WHERE);
    await phoneMethods.enableSmsSignIn(user, id);
    return {
      text: `The user ${user.userId} signs in with the number of the phone ${id}.`,
      data: { ...user, id },
    };
  },
};

const disableSignIn: Command<Tools> = {
  usage: 'disable-sign-in TENANT USER ID',
  what: 'lets nobody sign in with the number of a mobile any more, so that another user can have it; ID is as list-phones shows it',
  async run({ tenants, phoneMethods }, words) {
    const user = await namedUser({ tenants }, words);
    const id = checkedUuid(words[2] ?? '', WHERE);
    await phoneMethods.disableSmsSignIn(user, id);
    return { text: `Nobody signs in with the number of the phone ${id}.`, data: { ...user, id } };
  },
};

const signInUser: Command<Tools> = {
  usage: 'sign-in-user TENANT NUMBER',
  what: 'says who signs in with a number, since when, and whether another user has proved to have it since',
  async run({ tenants, policies, countriesOf, phoneMethods }, [tenantId = '', text = '']) {
    await existing(tenants, tenantId);
    const { policy } = await policies.current(tenantId);
    const { numbers, shown } = readWhom(text, await countriesOf(tenantId, policy));
    if (numbers.length === 0)
      throw new UsageError('NUMBER: This is no number that exists. Write it with + and its country code.');
    const found = await phoneMethods.signInHolders(tenantId, numbers);
    return {
      text:
        found.map((holder) => sayHolder(holder, policy.smsSignIn.allowed)).join('\n') ||
        `Nobody signs in with ${shown}.`,
      data: found.map((holder) => ({
        ...holder,
        ...{ userId: shownUser(holder.userId), phoneNumber: maskNumber(holder.phoneNumber) },
      })),
    };
  },
};

function sayHolder(
  { userId, phoneMethodId, phoneNumber, enabledAt, usedAt, contestedAt, signsIn }: SignInHolder,
  isAllowed: boolean,
): string {
  return [
    `The user ${shownUser(userId)} has enabled ${maskNumber(phoneNumber)} (phone ${phoneMethodId}) at ${enabledAt.toISOString()}.`,
    usedAt === null ? 'Nobody has signed in with it yet.' : `It was last used at ${usedAt.toISOString()}.`,
    ...(contestedAt === null
      ? []
      : [`Another user has proved to have it, and was refused at ${contestedAt.toISOString()}.`]),
    ...(signsIn ? [] : ['It is unused for so long that another user may enable it.']),
    ...(isAllowed ? [] : ['The policy does not allow signing in with numbers.']),
  ].join(' ');
}

/** Commands about numbers as user names. */
export const SIGN_IN_COMMANDS = [enableSignIn, disableSignIn, signInUser];
