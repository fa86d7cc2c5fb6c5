import { readFileSync } from 'node:fs';
import type { Migration } from 'kysely/migration';
import type { Migrations } from '../platform/database/migrate.ts';
import { up as verifications } from './migrations/0001-verifications.ts';
import { up as production } from './migrations/0002-production.ts';
import { up as liveCallInTheRow } from './migrations/0003-live-call-in-the-row.ts';
import { up as outbox } from './migrations/0004-outbox.ts';
import { up as oneCallAtATime } from './migrations/0005-one-call-at-a-time.ts';
import { up as appPasswordPlaces } from './migrations/0006-app-password-places.ts';
import { up as findVerifications } from './migrations/0007-find-verifications.ts';
import { up as keyFingerprints } from './migrations/0008-key-fingerprints.ts';
import { up as keyScopes } from './migrations/0009-key-scopes.ts';
import { up as eraseUsers } from './migrations/0010-erase-users.ts';
import { up as spending } from './migrations/0011-spending.ts';
import { up as refusals } from './migrations/0012-refusals.ts';
import { up as plans } from './migrations/0013-plans.ts';
import { up as phoneMethods } from './migrations/0014-phone-methods.ts';
import { up as olderApps } from './migrations/0015-older-apps.ts';
import { up as auditAndRetention } from './migrations/0016-audit-and-retention.ts';
import { up as textMessages } from './migrations/0017-text-messages.ts';
import { up as numberAsUserName } from './migrations/0018-number-as-user-name.ts';
import { up as assertions } from './migrations/0019-assertions.ts';
import { up as signInByNumber } from './migrations/0020-sign-in-by-number.ts';
import { up as textLimits } from './migrations/0021-text-limits.ts';
import { up as appPasswordKeys } from './migrations/0022-app-password-keys.ts';
import { up as erasedClients } from './migrations/0023-erased-clients.ts';
import { up as oneWayToCount } from './migrations/0024-one-way-to-count.ts';
import { up as selfService } from './migrations/0027-self-service.ts';
import { up as signInPage } from './migrations/0028-sign-in-page.ts';
import { up as codeHost } from './migrations/0029-code-host.ts';
import { up as entraMethod } from './migrations/0030-entra-method.ts';
import { up as messages } from './migrations/0031-messages.ts';
import { up as firstTime } from './migrations/0032-first-time.ts';
import { up as deliveryHooks } from './migrations/0033-delivery-hooks.ts';
import { up as messagesAgain } from './migrations/0034-messages-again.ts';
import { up as messageTypes } from './migrations/0035-message-types.ts';
import { up as oneCheck } from './migrations/0036-one-check.ts';
import { up as admitTogether } from './migrations/0037-admit-together.ts';

/** Append only: one that has been released is never edited. */
const STEPS: Record<string, Migration> = {
  '0001-verifications': { up: verifications },
  '0002-production': { up: production },
  '0003-live-call-in-the-row': { up: liveCallInTheRow },
  '0004-outbox': { up: outbox },
  '0005-one-call-at-a-time': { up: oneCallAtATime },
  '0006-app-password-places': { up: appPasswordPlaces },
  '0007-find-verifications': { up: findVerifications },
  '0008-key-fingerprints': { up: keyFingerprints },
  '0009-key-scopes': { up: keyScopes },
  '0010-erase-users': { up: eraseUsers },
  '0011-spending': { up: spending },
  '0012-refusals': { up: refusals },
  '0013-plans': { up: plans },
  '0014-phone-methods': { up: phoneMethods },
  '0015-older-apps': { up: olderApps },
  '0016-audit-and-retention': { up: auditAndRetention },
  '0017-text-messages': { up: textMessages },
  '0018-number-as-user-name': { up: numberAsUserName },
  '0019-assertions': { up: assertions },
  '0020-sign-in-by-number': { up: signInByNumber },
  '0021-text-limits': { up: textLimits },
  '0022-app-password-keys': { up: appPasswordKeys },
  '0023-erased-clients': { up: erasedClients },
  '0024-one-way-to-count': { up: oneWayToCount },
  '0027-self-service': { up: selfService },
  '0028-sign-in-page': { up: signInPage },
  '0029-code-host': { up: codeHost },
  '0030-entra-method': { up: entraMethod },
  '0031-messages': { up: messages },
  '0032-first-time': { up: firstTime },
  '0033-delivery-hooks': { up: deliveryHooks },
  '0034-messages-again': { up: messagesAgain },
  '0035-message-types': { up: messageTypes },
  '0036-one-check': { up: oneCheck },
  '0037-admit-together': { up: admitTogether },
};

/** All migrations by name, in the order in which they run. */
export const MIGRATIONS: Migrations = Object.fromEntries(
  Object.entries(STEPS).map(([name, step]) => [name, { ...step, text: () => textOf(name) }]),
);

const textOf = (name: string) => readFileSync(new URL(`migrations/${name}.ts`, import.meta.url), 'utf8');
