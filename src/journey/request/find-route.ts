import { z } from 'zod';
import { type Caller, listLimit, UserId } from '../../api.ts';
import { nameOfPlace, PlaceName, TimeInQuery } from '../../domain/place-in-list.ts';
import { routeDefiner } from '../../platform/http/route.ts';
import { OUTCOME_NAMES } from '../outcomes.ts';
import { STATES } from '../states.ts';
import type { FindVerifications } from '../store/found.ts';
import { toView, VerificationView } from './verification-view.ts';

const defineRoute = routeDefiner<Caller>();
const MOST_AT_ONCE = 100;

const FoundVerifications = z
  .object({
    value: z.array(VerificationView),
    next: z.string().nullable().meta({
      description:
        'What to send as `after` to go on; null: there are no more. An answer may have fewer verifications than `limit`, or none, and still a `next`',
    }),
  })
  .meta({ id: 'FoundVerifications' });

const WantedVerifications = z.object({
  userId: UserId.optional(),
  state: z.enum(STATES).optional(),
  outcome: z.enum(OUTCOME_NAMES).optional(),
  createdAfter: TimeInQuery.optional().meta({
    description: 'Only those requested after this time, ISO 8601',
  }),
  limit: listLimit(MOST_AT_ONCE),
  after: PlaceName.optional().meta({ description: '`next` of the answer before' }),
});

/** `GET /v1/verifications`. */
export function findRoute(findVerifications: FindVerifications) {
  return defineRoute({
    method: 'get',
    path: '/v1/verifications',
    summary: 'Find verifications, newest first',
    operationId: 'listVerifications',
    scope: 'read',
    query: WantedVerifications,
    responses: { 200: { description: 'The verifications', schema: FoundVerifications } },
    problems: [],
    async handle({ query, caller }) {
      const { after, ...wanted } = query;
      const found = await findVerifications({
        ...wanted,
        tenantId: caller.tenantId,
        before: after && { createdAt: after.at, id: after.id },
      });
      const next = found.next && { at: found.next.createdAt, id: found.next.id };
      return { status: 200, body: { value: found.verifications.map(toView), next: nameOfPlace(next) } };
    },
  });
}
