/** What a page hears while a verification goes on. */
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { eventStream, noBody } from '../../platform/http/answers.ts';
import { unchecked } from '../../platform/http/route.ts';

/** Streams what happens to a verification. */
export interface Follow {
  /** @throws ServiceError `progress.tooManyStreams` */
  assertRoom(wanted: { tenantId: string; verificationId: string }): void;
  /**
   * @param how.alive says that the stream is alive while nothing happens
   * @param how.changed says that something has changed which is no event
   * @param how.isOver whether the stream is to end, whatever happens to the verification
   */
  open(
    place: { tenantId: string; verificationId: string; after: number },
    res: ServerResponse,
    how: { alive: string; changed: string; isOver: () => boolean },
  ): void;
}

/** What streams say besides events of verifications; without any word the page takes the connection for lost. */
const EVENT_TEXTS = { alive: 'event: alive\ndata:\n\n', changed: 'data: changed\n\n' };

/** What a caller may follow, and until when. */
interface FollowedUntil {
  tenantId: string;
  /** Null: nothing has begun. */
  verificationId: string | null;
  until: Date;
}

/** A route of such a stream, but for where it is and for whom. */
export const EVENTS = {
  method: 'get',
  summary: 'Hear that something has changed (server-sent events)',
  ...{ params: unchecked, query: unchecked, body: unchecked },
  headers: z.object({
    'last-event-id': z
      .string()
      .regex(/^\d{1,15}$/)
      .optional(),
  }),
  responses: { 200: eventStream('One event for each change'), 204: noBody('There is nothing to follow') },
  problems: ['progress.tooManyStreams' as const],
} as const;

/**
 * Answers with the stream.
 * @param followed null: the caller may follow nothing
 */
export function streamTo(
  { follow, now }: { follow: Follow; now(): Date },
  followed: FollowedUntil | null,
  headers: z.output<typeof EVENTS.headers>,
) {
  const { tenantId = '', verificationId = null, until = now() } = followed ?? {};
  if (verificationId === null || until <= now()) return { status: 204, body: null } as const;
  const wanted = { tenantId, verificationId };
  follow.assertRoom(wanted);
  const after = Number(headers['last-event-id'] ?? 0);
  const how = { ...EVENT_TEXTS, isOver: () => until <= now() };
  return {
    status: 200,
    body: (res: ServerResponse) => void follow.open({ ...wanted, after }, res, how),
  } as const;
}
