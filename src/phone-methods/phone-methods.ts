import { createAddPhoneMethod } from './add.ts';
import { createChangePhoneMethod } from './change.ts';
import { createContestSignIn } from './contest.ts';
import { createEnterPhones } from './enter.ts';
import { createImportPhones } from './import.ts';
import { createReadPhoneMethods } from './list.ts';
import type { ChangeDeps } from './ports.ts';
import { createReadSmsSignIn } from './read-sms-sign-in.ts';
import { createRemovePhoneMethod } from './remove.ts';
import { createRequireReregistration } from './require-reregistration.ts';
import { createSetDefaultPhone } from './set-default.ts';
import { createSignInHolders } from './sign-in-holders.ts';
import { createSmsSignIn } from './sms-sign-in.ts';

/** The phones of users. */
export type PhoneMethods = ReturnType<typeof createPhoneMethods>;

/** What may be done with phones, by whoever `deps.by` is. */
export function createPhoneMethods(deps: ChangeDeps) {
  const enter = createEnterPhones(deps);
  const reading = createReadPhoneMethods(deps);
  return {
    ...reading,
    add: createAddPhoneMethod({ ...deps, enter }),
    import: createImportPhones({ ...deps, enter }),
    change: createChangePhoneMethod(deps),
    setDefault: createSetDefaultPhone(deps),
    remove: createRemovePhoneMethod(deps),
    ...createSmsSignIn(deps),
    contestSignIn: createContestSignIn(deps),
    readSmsSignIn: createReadSmsSignIn({ ...deps, ...reading }),
    signInHolders: createSignInHolders(deps),
    requireReregistration: createRequireReregistration(deps),
  };
}
