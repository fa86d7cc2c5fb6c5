import { z } from 'zod';
import { actAs } from '../../domain/actor.ts';
import type { DeliverMessage } from '../../domain/delivered-message.ts';
import { refusalIn, type ServiceError } from '../../errors.ts';
import { type Deadline, deadlineIn, TooLateError } from '../../platform/deadline.ts';
import { defineRouteSet, type MountedSet } from '../../platform/http/mount-sets.ts';
import { routeDefiner, unchecked } from '../../platform/http/route.ts';
import type { IncomingRequest } from '../../platform/http/route-set.ts';
import type { CheckCaller } from './caller.ts';
import type { CalledConnection, Connections } from './connections.ts';
import { type DeliveryContext, type Envelope, readContext, readEnvelope } from './envelope.ts';
import type { Decrypt } from './message-keys.ts';
import { MessageRefused, messageProblem } from './refusal.ts';

/** What became of a message, for counting. */
type MessageResult = 'accepted' | 'repeated' | 'evaluated' | 'refused' | 'failed';

/** What the sets need. */
export interface MessageSetDeps {
  connections: Pick<Connections, 'called'>;
  checkCaller: CheckCaller;
  decrypt: Decrypt;
  deliver: DeliverMessage;
  /** The connection that is reached at the address of Microsoft's sample, too; null: none is. */
  samplePathConnection: string | null;
  /** Hears of each message what became of it, and how long that took, s. */
  observe: (result: MessageResult, seconds: number) => void;
  /** Hears what is odd about a message that was taken. */
  notice: (what: 'codeNotFound' | 'keyNotNamed') => void;
  /** Hears why a caller was refused, for whoever sets a connection up. */
  sayRefused: (connectionId: string, reason: string) => void;
  /** Notes in the background that a key of a connection decrypted a message. */
  noteUse: (connection: CalledConnection, keyId: string) => void;
}

/** How long Entra may wait for its answer, ms. Later it would deliver the message itself, and the person would get two. */
const ANSWER_MS = 2_500;
const MOST_BYTES = 32 * 1024;

interface Caller {
  connection: CalledConnection;
  correlationHeader: string | undefined;
  deadline: Deadline;
}

/**
 * `/entra/epp`, where Microsoft Entra hands its messages over, and on wish `/api/SendOtp`, as Microsoft's sample has it. Nothing
 * that was sent is looked at before the caller is known.
 */
export function createMessageSets(deps: MessageSetDeps): MountedSet[] {
  const { samplePathConnection } = deps;
  const ours = messageSet(deps, '/entra/epp', '/entra/epp/:connection/SendOtp', 'sendOtp', null);
  if (samplePathConnection === null) return [ours];
  return [ours, messageSet(deps, '/api', '/api/SendOtp', 'sendOtpAsSample', samplePathConnection)];
}

function messageSet(
  deps: MessageSetDeps,
  under: `/${string}`,
  path: `/${string}`,
  operationId: string,
  only: string | null,
): MountedSet {
  return defineRouteSet({
    under,
    body: 'json',
    identify: (request: IncomingRequest) => identify(deps, request, only),
    inNameOf: ({ connection }, { clientAddress }, work) =>
      actAs({ type: 'provider', id: connection.id, name: 'entra', clientAddress }, work),
    logged: ({ connection }) => ({ tenantId: connection.tenantId, connectionId: connection.id }),
    challenge: 'Bearer',
    whileDraining: 'refuse',
    mayBeStored: false,
    otherMethods: 'notFound',
    unlisted: true,
    security: null,
    problemPage: messageProblem,
    observe: ({ status, seconds }) => {
      if (status >= 400) deps.observe(status < 500 ? 'refused' : 'failed', seconds);
    },
    routes: [sendOtp(deps, path, operationId)],
  });
}

async function identify(
  { connections, checkCaller, sayRefused }: MessageSetDeps,
  { params, header }: IncomingRequest,
  only: string | null,
): Promise<Caller> {
  const deadline = deadlineIn(ANSWER_MS);
  const correlationHeader = header('x-ms-correlation-id');
  const find = async () => {
    const connection = await deadline.inTime(connections.called(only ?? params.connection ?? ''));
    if (connection === null)
      throw new MessageRefused('message.connectionNotFound', 'There is no connection at this address.');
    await checkCaller(header('authorization'), connection, deadline).catch((error: unknown) => {
      if (error instanceof MessageRefused) sayRefused(connection.id, error.message);
      throw error;
    });
    return connection;
  };
  return { connection: await find().catch(orTooLate(null)), correlationHeader, deadline };
}

function sendOtp(deps: MessageSetDeps, path: `/${string}`, operationId: string) {
  return routeDefiner<Caller>()({
    method: 'post',
    path,
    summary: 'Take over a message with a code from Microsoft Entra',
    operationId,
    params: unchecked,
    query: unchecked,
    body: unchecked,
    mostBytes: MOST_BYTES,
    responses: {
      200: {
        description: 'It was taken over, or taken over before',
        schema: z.object({
          nonce: z.string(),
          correlationId: z.string().nullable(),
          providerStatus: z.literal('accepted'),
        }),
      },
    },
    problems: [],
    async handle({ body, caller }) {
      const started = performance.now();
      const { nonce, correlationId, result } = await take(deps, body, caller);
      deps.observe(result, (performance.now() - started) / 1000);
      const providerStatus = 'accepted' as const;
      return { status: 200, body: { nonce, correlationId, providerStatus } };
    },
  });
}

async function take(
  deps: MessageSetDeps,
  body: unknown,
  { connection, correlationHeader, deadline }: Caller,
) {
  const envelope = readEnvelope(body, correlationHeader);
  const { correlationId, encrypted } = envelope;
  const { keys } = connection;
  const { plain, keyId, isNamed } = await deps.decrypt(encrypted, keys, correlationId);
  const context = readContext(plain, correlationId);
  deps.noteUse(connection, keyId);
  if (!isNamed) deps.notice('keyNotNamed');
  const { nonce } = context;
  if (envelope.mode === 'evaluation') return { nonce, correlationId, result: 'evaluated' as const };
  const message = messageOf(connection, envelope, context);
  const { kind, codeFound } = await deps.deliver(message, deadline).catch(orTooLate(correlationId));
  if (!codeFound && kind === 'accepted') deps.notice('codeNotFound');
  return { nonce, correlationId, result: kind };
}

function messageOf(
  { id, tenantId, asksFirst, times }: CalledConnection,
  { correlationId, channel, lifeS }: Envelope,
  { nonce, phoneNumber: number, message: text, extension, locale }: DeliveryContext,
) {
  const what = { nonce, correlationId, channel, number, extension, text, locale, lifeS };
  return { tenantId, source: `entra ${id}`, ...what, asksFirst, times };
}

/** Whatever goes wrong, in the words of the protocol. */
function orTooLate(correlationId: string | null) {
  return (error: unknown): never => {
    if (error instanceof MessageRefused) throw error;
    if (error instanceof TooLateError)
      throw new MessageRefused(
        'message.tooLate',
        'The message could not be taken over in time; it is not delivered.',
        {
          correlationId,
          cause: error,
        },
      );
    throw ofProtocol(refusalIn(error), correlationId);
  };
}

/** What the journey refuses: a number that is none, one that must not be called, or too many calls. */
function ofProtocol(
  { code, message, retryAfterS }: ServiceError,
  correlationId: string | null,
): MessageRefused {
  if (code === 'number.invalid')
    return new MessageRefused('message.invalid', message, { reason: 'invalid phoneNumber', correlationId });
  if (code.startsWith('number.')) return new MessageRefused('message.refused', message, { correlationId });
  return new MessageRefused(code, message, { correlationId, retryAfterS });
}
