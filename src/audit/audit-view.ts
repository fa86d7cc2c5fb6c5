import { z } from 'zod';
import { Instant } from '../api.ts';
import { ACTOR_TYPES } from '../domain/actor.ts';
import { ERASED_USER } from '../domain/user.ts';
import type { KeptAuditEvent } from './audit-store.ts';

const ActorView = z
  .object({
    type: z.enum(ACTOR_TYPES).meta({
      description:
        'An API key, a user, an operator at the command line, a provider by its webhook, a mail or web server that had an app password checked, or Poundkey itself, such as a timer',
    }),
    id: z.string().nullable().meta({
      description: 'Of the API key, the app server or the user, or the name of the provider',
      example: 'k7m2p4q9rstw',
    }),
    name: z.string().nullable().meta({
      description:
        'What the key or the app server is for, or the account of the operating system at the command line',
      example: 'backend',
    }),
    clientAddress: z.string().nullable().meta({
      description:
        'Where the request of the API came from; behind a proxy, the address of the proxy. Of an app server: where its client is',
      example: '192.0.2.7',
    }),
  })
  .meta({ id: 'Actor' });

/** Also a type of the client. */
export const AuditEventView = z
  .object({
    id: z.guid(),
    at: Instant,
    type: z.string().meta({ description: 'What happened; more types may be added', example: 'user.blocked' }),
    actor: ActorView.nullable().meta({ description: 'Who did it; null for events of older versions' }),
    userId: z
      .string()
      .nullable()
      .meta({ description: 'Whom it is about; null: no user, or one who was erased', example: 'u-1842' }),
    verificationId: z.guid().nullable(),
    outcome: z.string().nullable().meta({
      description: 'The outcome of the verification; null: it is no end of one, and what it says was done',
    }),
    data: z
      .record(z.string(), z.unknown())
      .meta({ description: 'What else is known, by the type; never a secret or a whole phone number' }),
  })
  .meta({ id: 'AuditEvent' });

/** An audit event as it is shown. */
export function toView(event: KeptAuditEvent): z.output<typeof AuditEventView> {
  const { id, at, type, userId, verificationId, outcome, data } = event;
  const actorType = ACTOR_TYPES.find((known) => known === event.actorType);
  const { actorId, actorName: name, clientAddress } = event;
  return {
    id,
    at: at.toISOString(),
    type,
    actor: actorType === undefined ? null : { type: actorType, id: actorId, name, clientAddress },
    userId: userId === ERASED_USER ? null : userId,
    verificationId,
    outcome,
    data,
  };
}
