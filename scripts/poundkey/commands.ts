// What an operator can do from the command line.
import { APP_PASSWORD_COMMANDS } from './app-password-commands.ts';
import { APP_SERVER_COMMANDS } from './app-server-commands.ts';
import { AUDIT_COMMANDS } from './audit-commands.ts';
import { BLOCK_COMMANDS } from './block-commands.ts';
import { CHECK_COMMANDS } from './check/check-command.ts';
import type { Command, SetUpCommand } from './command.ts';
import { DELIVERY_HOOK_COMMANDS } from './delivery-hooks/hook-commands.ts';
import { ENTRA_METHOD_COMMANDS } from './entra-eam/method-commands.ts';
import { ENTRA_EPP_COMMANDS } from './entra-epp/entra-epp-command.ts';
import { FIND_COMMANDS } from './find/find-command.ts';
import { IMPORT_COMMANDS } from './import/import-command.ts';
import { KEY_RING_COMMANDS } from './keys/rotate-keys.ts';
import { MESSAGE_COMMANDS } from './message-commands.ts';
import { POLICY_COMMANDS } from './policy-commands.ts';
import { SIGN_IN_COMMANDS } from './sign-in-commands.ts';
import { STORY_COMMANDS } from './story/story-command.ts';
import { SUPPRESSION_COMMANDS } from './suppression-commands.ts';
import { TENANT_COMMANDS } from './tenant-commands.ts';
import { TOLL_FRAUD_COMMANDS } from './toll-fraud-commands.ts';
import type { Tools } from './tools.ts';
import { USER_COMMANDS } from './user-commands.ts';

/** All commands by name. */
export const COMMANDS: ReadonlyMap<string, Command<Tools> | SetUpCommand> = new Map(
  [
    ...CHECK_COMMANDS,
    ...FIND_COMMANDS,
    ...TENANT_COMMANDS,
    ...POLICY_COMMANDS,
    ...BLOCK_COMMANDS,
    ...APP_PASSWORD_COMMANDS,
    ...APP_SERVER_COMMANDS,
    ...USER_COMMANDS,
    ...SIGN_IN_COMMANDS,
    ...IMPORT_COMMANDS,
    ...ENTRA_EPP_COMMANDS,
    ...ENTRA_METHOD_COMMANDS,
    ...DELIVERY_HOOK_COMMANDS,
    ...SUPPRESSION_COMMANDS,
    ...TOLL_FRAUD_COMMANDS,
    ...AUDIT_COMMANDS,
    ...STORY_COMMANDS,
    ...MESSAGE_COMMANDS,
    ...KEY_RING_COMMANDS,
  ].map((command) => [command.usage.split(' ')[0] ?? '', command]),
);
