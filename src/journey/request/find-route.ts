import { z } from 'zod';
import { type Caller, listLimit, UserId } from '../../api.ts';
import { routeDefiner } from '../../platform/http/route.ts';
import { OUTCOME_NAMES } from '../outcomes.ts';
import { STATES } from '../states.ts';
import type { FindVerifications, Place } from '../store/found.ts';
import { toView, VerificationView } from './verification-view.ts';

const defineRoute = routeDefiner<Caller>();
const MOST_AT_ONCE = 100;

/** Of the years that a database and a `Date` write alike; ms. */
const END_OF_TIME = Date.UTC(9999, 11, 31);

const CreatedAfter = z.iso
  .datetime({ offset: true, error: 'This must be a time of ISO 8601, such as 2026-11-21T09:00:00Z.' })
  .transform((time) => new Date(Math.min(Math.max(Date.parse(time), 0), END_OF_TIME)));

/** A place, as `next` in an answer names it: ms since 1970, and an id. */
const Cursor = z
  .string()
  .regex(
    /^\d{1,13}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    'This must be `next` from the answer before, unchanged.',
  )
  .transform(placeAt);

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
  createdAfter: CreatedAfter.optional().meta({
    description: 'Only those requested after this time, ISO 8601',
  }),
  limit: listLimit(MOST_AT_ONCE),
  after: Cursor.optional().meta({ description: '`next` of the answer before' }),
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
      const found = await findVerifications({ ...wanted, tenantId: caller.tenantId, before: after });
      return { status: 200, body: { value: found.verifications.map(toView), next: nameOf(found.next) } };
    },
  });
}

function nameOf(place: Place | null): string | null {
  return place && `${place.createdAt.getTime()}_${place.id}`;
}

function placeAt(name: string): Place {
  const [time, id = ''] = name.split('_');
  return { createdAt: new Date(Number(time)), id };
}
