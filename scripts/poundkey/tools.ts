import type { Kysely } from 'kysely';
import { createAppPasswords } from '../../src/app-passwords/app-passwords.ts';
import { createWriteRevocation } from '../../src/app-passwords/completion-writes.ts';
import { createAppServers } from '../../src/app-passwords/older-apps/app-servers.ts';
import { createAuditStore } from '../../src/audit/audit-store.ts';
import { createBlocks } from '../../src/blocks/blocks.ts';
import { createDeliveryHooks } from '../../src/delivery-hooks/hooks.ts';
import type { PolicyCeiling } from '../../src/domain/ceiling-settings.ts';
import type { EntraConfig } from '../../src/domain/entra-settings.ts';
import { phoneHashes } from '../../src/domain/phone-hashes.ts';
import type { TenantPolicy } from '../../src/domain/policy.ts';
import { placesOf } from '../../src/entra/clouds.ts';
import { createDirectoryPhones } from '../../src/entra/directory-phones/read-phones.ts';
import { createEnrolmentCodes } from '../../src/entra/external-method/enrolment-codes.ts';
import { createEntraMethods } from '../../src/entra/external-method/methods.ts';
import { createEntraSigningKeys } from '../../src/entra/external-method/signing-keys.ts';
import { createConnections } from '../../src/entra/messages/connections.ts';
import { type Dialed, hashesOfPhone } from '../../src/journey/request/limits.ts';
import type { SpendingRules } from '../../src/journey/request/spending.ts';
import { END_FOR_PHONE } from '../../src/journey/store/end-for-phone.ts';
import { END_WHEN_BLOCKED } from '../../src/journey/store/end-open.ts';
import { createSuppressedNumbers } from '../../src/journey/store/suppressed-numbers.ts';
import { createTollFraudStore } from '../../src/journey/store/toll-fraud.ts';
import type { Logger } from '../../src/log.ts';
import { createOutboxMessages } from '../../src/outbox/messages.ts';
import { writeUserMessages } from '../../src/outbox/user-message.ts';
import { createPhoneMethods } from '../../src/phone-methods/phone-methods.ts';
import type { Clock } from '../../src/platform/clock.ts';
import type { RunStatement } from '../../src/platform/database/run-statement.ts';
import type { KeyRings } from '../../src/platform/secrets/key-rings.ts';
import { createPolicies } from '../../src/policy/policies.ts';
import type { Registry } from '../../src/registry/schema.ts';
import { createApiKeys } from '../../src/tenants/api-keys.ts';
import { createTenantDomains } from '../../src/tenants/domains.ts';
import { createTenants } from '../../src/tenants/tenants.ts';
import { createEraseUser } from '../../src/users/erase-user.ts';
import { countriesOf, createFind } from './find/read-found.ts';
import { createReadWaiting } from './find/read-waiting.ts';
import { createKeyCheck } from './keys/check-keys.ts';
import { createReadStory } from './story/read-story.ts';

/** What commands work with. */
export type Tools = ReturnType<typeof createTools>;

/**
 * The tools on a registry.
 * @param deps.keys reads the key rings; called by those who need them only, since it may make some
 * @param deps.print prints texts as they come, for answers of any length
 * @param deps.spending reads the price table; called by those who need it only, since it may be wrong
 */
export function createTools(deps: {
  db: Kysely<Registry>;
  run: RunStatement;
  clock: Clock;
  ceiling: PolicyCeiling;
  production: boolean;
  log: Pick<Logger, 'warn'>;
  keys: () => KeyRings;
  spending: () => SpendingRules;
  print: (texts: AsyncIterable<string>) => Promise<void>;
  /** Where Entra reaches the service; null: it is not set. */
  publicUrl?: string | null;
  entra?: EntraConfig | undefined;
}) {
  const policies = createPolicies(deps);
  // A running worker finds those that were ended within a second, and ends their calls.
  const ended = () => undefined;
  return {
    clock: deps.clock,
    print: deps.print,
    publicUrl: deps.publicUrl ?? null,
    entra: deps.entra ?? { metadata: { global: null, usGovernment: null, china: null } },
    entraMethods: createEntraMethods({ ...deps, sealKeys: () => deps.keys().sealKeys }),
    enrolmentCodes: createEnrolmentCodes({ ...deps, hashKeys: () => deps.keys().hashKeys }),
    directoryPhones: createDirectoryPhones({
      logins: placesOf('login', deps.entra?.login),
      ...{ graphs: placesOf('graph', deps.entra?.graph), clock: deps.clock },
    }),
    entraKeys: createEntraSigningKeys({ ...deps, sealKeys: () => deps.keys().sealKeys }),
    audit: createAuditStore(deps.run),
    tenants: createTenants(deps),
    apiKeys: createApiKeys(deps),
    policies,
    blocks: createBlocks({ ...deps, openVerifications: { ...END_WHEN_BLOCKED, ended } }),
    appPasswords: createAppPasswords({ ...deps, tell: writeUserMessages }),
    phoneMethods: createPhoneMethods({
      ...deps,
      by: 'operator',
      policyOf: policies.policyOf,
      openVerifications: { ...END_FOR_PHONE, ended },
      revokeAppPasswords: createWriteRevocation(writeUserMessages),
      tell: writeUserMessages,
    }),
    appServers: createAppServers(deps),
    tenantDomains: createTenantDomains(deps),
    deliveryHooks: createDeliveryHooks({ ...deps, sealKeys: () => deps.keys().sealKeys }),
    entraConnections: createConnections({ ...deps, sealKeys: () => deps.keys().sealKeys }),
    sealKeys: () => deps.keys().sealKeys,
    eraseUser: createEraseUser(deps),
    messages: createOutboxMessages(deps),
    suspicions: createTollFraudStore(deps.run),
    suppressed: createSuppressedNumbers(deps.run),
    /** What a phone is known by in lists, under each hash key. @param phone as createLimits has it */
    hashesOf: (phone: Dialed) => hashesOfPhone((text) => phoneHashes(deps.keys().hashKeys, text), phone),
    storyOf: createReadStory(deps),
    checkKeys: createKeyCheck(deps),
    find: createFind(deps),
    waiting: createReadWaiting(deps),
    countriesOf: (tenantId: string, policy: TenantPolicy) => countriesOf(deps.db, tenantId, policy),
  };
}
