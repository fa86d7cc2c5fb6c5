import type { Kysely } from 'kysely';
import { createAppPasswords } from '../../src/app-passwords/app-passwords.ts';
import { createBlocks } from '../../src/blocks/blocks.ts';
import type { TenantPolicy } from '../../src/domain/policy.ts';
import { END_WHEN_BLOCKED } from '../../src/journey/store/end-open.ts';
import { createOutboxMessages } from '../../src/outbox/messages.ts';
import type { Clock } from '../../src/platform/clock.ts';
import type { RunStatement } from '../../src/platform/database/run-statement.ts';
import { createPolicies } from '../../src/policy/policies.ts';
import type { Registry } from '../../src/registry/schema.ts';
import type { KeyRings } from '../../src/service/open-stores.ts';
import { createApiKeys } from '../../src/tenants/api-keys.ts';
import { createTenants } from '../../src/tenants/tenants.ts';
import { countriesOf, createFind } from './find/read-found.ts';
import { createReadWaiting } from './find/read-waiting.ts';
import { createKeyCheck } from './keys/check-keys.ts';
import { createReadStory } from './story/read-story.ts';

/** What commands work with. */
export type Tools = ReturnType<typeof createTools>;

/**
 * The tools on a registry.
 * @param deps.keys reads the key rings; called by those who need them only, since it may make some
 */
export function createTools(deps: {
  db: Kysely<Registry>;
  run: RunStatement;
  clock: Clock;
  keys: () => KeyRings;
}) {
  return {
    clock: deps.clock,
    tenants: createTenants(deps),
    apiKeys: createApiKeys(deps),
    policies: createPolicies(deps),
    blocks: createBlocks({
      ...deps,
      // A running worker finds those that were ended within a second, and ends their calls.
      openVerifications: { ...END_WHEN_BLOCKED, ended: () => undefined },
    }),
    appPasswords: createAppPasswords(deps),
    messages: createOutboxMessages(deps),
    storyOf: createReadStory(deps),
    checkKeys: createKeyCheck(deps),
    find: createFind(deps),
    waiting: createReadWaiting(deps),
    countriesOf: (tenantId: string, policy: TenantPolicy) => countriesOf(deps.db, tenantId, policy),
  };
}
