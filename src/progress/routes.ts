import { z } from 'zod';
import { defineRoute, VerificationId } from '../api.ts';
import { verificationNotFound } from '../domain/not-found.ts';
import { eventStream, noBody } from '../platform/http/answers.ts';
import type { EventStore } from './event-store.ts';
import type { Streams } from './streams.ts';

const EventId = z
  .string()
  .regex(/^\d{1,15}$/, 'This must be the id of an event, as the stream showed it: 1 to 15 digits.')
  .transform(Number)
  .optional()
  .meta({ description: 'The id of the last event received; sent by clients that reconnect' });

/** `/v1/verifications/{id}/events`: progress as it happens. */
export function progressRoutes(deps: { store: Pick<EventStore, 'standing'>; streams: Streams }) {
  return [
    defineRoute({
      method: 'get',
      path: '/v1/verifications/:id/events',
      summary: 'Follow a verification as it happens (server-sent events)',
      operationId: 'followVerification',
      scope: 'read',
      params: z.object({ id: VerificationId }),
      headers: z.object({ 'last-event-id': EventId }),
      responses: {
        200: eventStream(
          'One event for each change of state, each prompt, each wrong code and a call in the place of a text, with an id to reconnect with, and ' +
            '`{state, outcome?, prompt?, happened?, at}` as data; `happened` is `codeWrong` or `escalated`. Ends after the state `finished`.',
        ),
        204: noBody('The client has received all events up to `finished`; there will be no more'),
      },
      problems: ['verification.notFound', 'progress.tooManyStreams'],
      async handle({ params, headers, caller }) {
        const standing = await deps.store.standing(caller.tenantId, params.id);
        if (!standing) throw verificationNotFound();
        const given = headers['last-event-id'] ?? 0;
        // HTML standard, "Server-sent events": 204 tells a client to stop coming back.
        if (standing.finished && given >= standing.lastId) return { status: 204, body: null };
        const followed = { tenantId: caller.tenantId, verificationId: params.id };
        deps.streams.assertRoom(followed);
        // With an id beyond the last event a client would otherwise wait for ever.
        const place = { ...followed, after: Math.min(given, standing.lastId) };
        return { status: 200, body: (res) => void deps.streams.open(place, res) };
      },
    }),
  ];
}
