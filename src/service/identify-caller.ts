import { type Caller, UserId } from '../api.ts';
import type { UserFacts } from '../journey/store/facts.ts';
import type { IncomingRequest } from '../platform/http/route-set.ts';
import type { ServiceParts } from './parts.ts';

/** Who calls, with the facts about the user whom the request names. */
export interface CallerWithFacts extends Caller {
  facts: UserFacts;
}

/** Finds out by its API key who calls, and reads in the same statement what is known of the user that is named. */
export function createIdentifyCaller({
  apiKeys,
  journey,
  clock,
}: Pick<ServiceParts, 'apiKeys' | 'journey'> & { clock: { now(): Date } }) {
  return async ({ header, params, body }: IncomingRequest): Promise<CallerWithFacts> => {
    const userId = userIn(params.userId) ?? userIn(body) ?? '';
    const facts = await apiKeys.authenticate(header('authorization'), (keyId) =>
      journey.readFacts.ofKey(keyId, userId, clock.now()),
    );
    return { tenantId: facts.tenantId, facts };
  };
}

/** The id of the user, if it can be one; what is wrong with another is said when the request is parsed. */
function userIn(named: unknown): string | undefined {
  const id = typeof named === 'object' && named !== null && 'userId' in named ? named.userId : named;
  return UserId.safeParse(id).data;
}
