import { z } from 'zod';
import { defineRoute, Instant } from '../../api.ts';
import { ServiceError } from '../../errors.ts';
import { noBody } from '../../platform/http/answers.ts';
import { type Connection, type Connections, type MessageKey, MICROSOFT_CALLER } from './connections.ts';

const Guid = z.guid('This must be a GUID, as the Entra admin center shows it.');
const MOST_AUDIENCES = 5;

const Audience = z
  .string()
  .regex(
    /^([\da-fA-F]{8}(-[\da-fA-F]{4}){3}-[\da-fA-F]{12}|api:\/\/[\w.~/-]{1,200})$/,
    'This must be the client id of the application, a GUID, or its Application ID URI, api://….',
  );

/** What is set on making a connection and can be changed later. */
const choices = {
  callerAppId: Guid.meta({ description: "The application that may call: Microsoft's unless given" }),
  requiresRole: z.boolean().meta({ description: 'Whether its tokens must have the role Epp.Invoke' }),
  asksFirst: z.boolean().meta({
    description: 'Whether a call asks for # before it speaks; without, voicemail may hear the code',
  }),
  times: z.int().min(1).max(3).meta({ description: 'How often a call speaks the message by itself' }),
};

const rules = {
  name: z
    .string()
    .trim()
    .min(1)
    .max(80)
    .meta({ description: 'Which connection it is, for people', example: 'Contoso' }),
  directoryId: Guid.meta({ description: 'The directory (tenant) id' }),
  audiences: z.array(Audience).min(1).max(MOST_AUDIENCES).meta({
    description:
      'For whom tokens may be meant: the client id of the application of this endpoint, and its Application ID URI',
  }),
};

/** Also a type of the client. */
export const NewEntraPhoneProvider = z
  .strictObject({
    ...rules,
    callerAppId: choices.callerAppId.default(MICROSOFT_CALLER),
    requiresRole: choices.requiresRole.default(true),
    asksFirst: choices.asksFirst.default(true),
    times: choices.times.default(2),
  })
  .meta({
    id: 'NewEntraPhoneProvider',
    description: 'A connection through which Microsoft Entra hands messages over',
  });

/** Also a type of the client. */
export const EntraPhoneProviderChanges = z
  .strictObject({ ...rules, ...choices })
  .partial()
  .meta({
    id: 'EntraPhoneProviderChanges',
    description: 'What is to be different; what is left out stays as it is',
  });

/** Also a type of the client. */
export const EntraMessageKeyView = z
  .object({
    keyId: z.string().meta({ description: 'The keyId of the certificate at Entra' }),
    certificate: z.string().meta({ description: 'PEM' }),
    createdAt: Instant,
    expiresAt: Instant,
    lastUsedAt: Instant.nullable().meta({ description: 'To the hour; null: never' }),
  })
  .meta({ id: 'EntraMessageKey', description: 'A certificate that messages are encrypted for' });

/** Also a type of the client. */
export const EntraPhoneProviderView = z
  .object({
    id: z.string(),
    ...rules,
    callerAppId: z.string(),
    requiresRole: z.boolean(),
    asksFirst: z.boolean(),
    times: z.int(),
    path: z.string().meta({ description: 'Where Entra hands messages over, below the address of Poundkey' }),
    createdAt: Instant,
    keys: z.array(EntraMessageKeyView).meta({ description: 'The active ones, the newest first' }),
  })
  .meta({
    id: 'EntraPhoneProvider',
    description: 'A connection through which Microsoft Entra hands messages over',
  });

type View = z.output<typeof EntraPhoneProviderView>;
type KeyView = z.output<typeof EntraMessageKeyView>;

const path = '/v1/entra-phone-providers';
const ConnectionId = z.guid('This must be a UUID, as the list of connections shows it.');

/** `/v1/entra-phone-providers`: the tenant's connections with Microsoft Entra, and their certificates. */
export function entraPhoneProviderRoutes(connections: Connections) {
  return [...connectionRoutes(connections), ...keyRoutes(connections)];
}

function connectionRoutes(connections: Connections) {
  return [
    defineRoute({
      method: 'get',
      path,
      summary: 'List connections with Microsoft Entra',
      operationId: 'listEntraPhoneProviders',
      scope: 'read',
      responses: {
        200: {
          description: 'The connections, the oldest first',
          schema: z.object({ value: z.array(EntraPhoneProviderView) }),
        },
      },
      problems: [],
      async handle({ caller: { tenantId } }) {
        const all = await connections.list(tenantId);
        const value = await Promise.all(
          all.map(async (each) => toView(each, await connections.keysOf(each.id))),
        );
        return { status: 200, body: { value } };
      },
    }),
    defineRoute({
      method: 'post',
      path,
      summary: 'Connect with a directory of Microsoft Entra',
      operationId: 'createEntraPhoneProvider',
      scope: 'policy:write',
      body: NewEntraPhoneProvider,
      responses: {
        201: { description: 'The connection, with its first certificate', schema: EntraPhoneProviderView },
      },
      problems: [],
      async handle({ body, caller: { tenantId } }) {
        const { connection, key } = await connections.create({ ...body, tenantId });
        return { status: 201, body: toView(connection, [key]) };
      },
    }),
    defineRoute({
      method: 'patch',
      path: `${path}/:id`,
      params: z.object({ id: ConnectionId }),
      summary: 'Change a connection with Microsoft Entra',
      operationId: 'changeEntraPhoneProvider',
      scope: 'policy:write',
      body: EntraPhoneProviderChanges,
      responses: { 200: { description: 'The connection as it is now', schema: EntraPhoneProviderView } },
      problems: ['entraPhoneProvider.notFound'],
      async handle({ params: { id }, body, caller: { tenantId } }) {
        const connection = await connections.change(id, body, tenantId);
        return { status: 200, body: toView(connection, await connections.keysOf(id)) };
      },
    }),
    defineRoute({
      method: 'delete',
      path: `${path}/:id`,
      params: z.object({ id: ConnectionId }),
      summary: 'Remove a connection with Microsoft Entra',
      operationId: 'removeEntraPhoneProvider',
      scope: 'policy:write',
      responses: { 204: noBody('Its messages are refused from now on') },
      problems: ['entraPhoneProvider.notFound'],
      async handle({ params: { id }, caller: { tenantId } }) {
        await connections.remove(id, tenantId);
        return { status: 204, body: null };
      },
    }),
  ];
}

function keyRoutes(connections: Connections) {
  const problems = ['entraPhoneProvider.notFound'] as const;
  return [
    defineRoute({
      method: 'post',
      path: `${path}/:id/keys`,
      params: z.object({ id: ConnectionId }),
      summary: 'Add a certificate beside those there are',
      operationId: 'addEntraMessageKey',
      scope: 'policy:write',
      responses: {
        201: { description: 'The certificate, to be published at Entra', schema: EntraMessageKeyView },
      },
      problems,
      async handle({ params: { id }, caller: { tenantId } }) {
        await connections.read(id, tenantId);
        return { status: 201, body: toKeyView(await connections.addKey(id)) };
      },
    }),
    defineRoute({
      method: 'delete',
      path: `${path}/:id/keys/:keyId`,
      params: z.object({ id: ConnectionId, keyId: Guid }),
      summary: 'Retire a certificate; the last one stays',
      operationId: 'retireEntraMessageKey',
      scope: 'policy:write',
      responses: { 204: noBody('Messages for it cannot be decrypted any more') },
      problems,
      async handle({ params: { id, keyId }, caller: { tenantId } }) {
        await connections.read(id, tenantId);
        if (await connections.retireKey(id, keyId)) return { status: 204, body: null };
        throw new ServiceError(
          'entraPhoneProvider.notFound',
          'The connection has no such certificate, or no other one: add one first.',
        );
      },
    }),
  ];
}

function toView({ tenantId: _, createdAt, ...connection }: Connection, keys: readonly MessageKey[]): View {
  return {
    ...connection,
    path: `/entra/epp/${connection.id}/SendOtp`,
    createdAt: createdAt.toISOString(),
    keys: keys.map(toKeyView),
  };
}

function toKeyView({ createdAt, expiresAt, lastUsedAt, ...key }: MessageKey): KeyView {
  const times = { createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() };
  return { ...key, ...times, lastUsedAt: lastUsedAt?.toISOString() ?? null };
}
