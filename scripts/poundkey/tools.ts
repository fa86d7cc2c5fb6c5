import type { Kysely } from 'kysely';
import { createBlocks } from '../../src/blocks/blocks.ts';
import { createOutboxMessages } from '../../src/outbox/messages.ts';
import type { Clock } from '../../src/platform/clock.ts';
import type { RunStatement } from '../../src/platform/database/run-statement.ts';
import { createPolicies } from '../../src/policy/policies.ts';
import type { Registry } from '../../src/registry/schema.ts';
import type { KeyRings } from '../../src/service/open-stores.ts';
import { createApiKeys } from '../../src/tenants/api-keys.ts';
import { createTenants } from '../../src/tenants/tenants.ts';
import { createKeyCheck } from './keys/check-keys.ts';
import { createReadStory } from './story/read-story.ts';

/** What commands work with. */
export type Tools = ReturnType<typeof createTools>;

/**
 * The tools on a registry.
 * @param parts.keys reads the key rings; called by those who need them only, since it may make some
 */
export function createTools(parts: {
  db: Kysely<Registry>;
  run: RunStatement;
  clock: Clock;
  keys: () => KeyRings;
}) {
  return {
    clock: parts.clock,
    tenants: createTenants(parts),
    apiKeys: createApiKeys(parts),
    policies: createPolicies(parts),
    blocks: createBlocks(parts),
    messages: createOutboxMessages(parts),
    storyOf: createReadStory(parts),
    checkKeys: createKeyCheck(parts),
  };
}
