import { z } from 'zod';
import { defineRoute, Instant } from '../../api.ts';
import { isEntraId } from '../../domain/entra-user.ts';
import { noBody } from '../../platform/http/answers.ts';
import { CLOUD_NAMES } from '../clouds.ts';
import { GraphCredentialBody } from './graph-credential.ts';
import { addressesOf, type EntraMethod, type EntraMethods, FIRST_TIME } from './methods.ts';

const MethodId = z.string().regex(/^[a-z0-9-]{1,64}$/, 'This must be an id as the list of methods shows it.');
const EntraId = z
  .string()
  .refine(isEntraId, 'This must be an id as Entra shows it: a UUID.')
  .meta({ example: '6f1ed002-ab59-4dd6-8e1f-1ae3a0c3d9d2' });

const fields = {
  displayName: z
    .string()
    .regex(/^[^\p{Cc}\p{Cs}]{1,80}$/u, 'This must be 1 to 80 characters on one line.')
    .meta({ description: 'What people choose at Entra; it cannot be changed there', example: 'Desk phone' }),
  applicationId: EntraId.meta({ description: 'Application (client) ID of the app registration at Entra' }),
  directoryIds: z
    .array(EntraId)
    .min(1)
    .max(20)
    .meta({ description: 'Directory (tenant) IDs whose people may come' }),
  cloud: z
    .enum(CLOUD_NAMES)
    .default('global')
    .meta({ description: 'The cloud of Microsoft that the directories are in' }),
};

const firstTime = z.enum(FIRST_TIME).meta({
  description:
    'Which phone is called when none of the person is registered: none, the business phone of the directory, or one that they enter with an enrolment code',
});

/** A new method as it is asked for. Also a type of the client. */
export const NewEntraMethodBody = z
  .strictObject({
    ...fields,
    clientId: z
      .string()
      .regex(/^[\x21-\x7e]{1,128}$/, 'This must be 1 to 128 printable ASCII characters without spaces.')
      .optional()
      .meta({ description: 'By which Entra names itself here; a random one when it is left out' }),
    firstTime: firstTime.default('preregistered'),
    graphCredential: GraphCredentialBody.optional(),
  })
  .meta({
    id: 'NewEntraMethod',
    description: 'An external authentication method of Microsoft Entra ID, answered by calling people',
  });

/** Changes of a method. Also a type of the client. */
export const EntraMethodChangesBody = z
  .strictObject({ firstTime, graphCredential: GraphCredentialBody.nullable() })
  .partial()
  .meta({
    id: 'EntraMethodChanges',
    description: 'What is left out stays; a credential that is null is forgotten',
  });

/** Also a type of the client. */
export const EntraMethodView = z
  .object({
    id: MethodId,
    ...fields,
    cloud: z.enum(CLOUD_NAMES),
    clientId: z.string().meta({ description: 'Client ID, to be entered at Entra' }),
    discoveryUrl: z.string().meta({ description: 'Discovery endpoint, to be entered at Entra' }),
    authorizationUrl: z.string().meta({
      description: 'Reply URL (platform: web), to be entered in the app registration',
    }),
    issuer: z.string(),
    firstTime,
    hasGraphCredential: z.boolean().meta({ description: 'Whether phones can be read from the directory' }),
    createdAt: Instant,
  })
  .meta({ id: 'EntraMethod', description: 'The method, with what is to be entered at Entra' });

type View = z.input<typeof EntraMethodView>;

/** A method with its addresses, as the API and the command line show it. */
export function viewOfMethod(publicUrl: string, method: EntraMethod): View {
  const { id, displayName, applicationId, directoryIds, cloud, clientId, createdAt } = method;
  const { firstTime, hasGraphCredential } = method;
  const { issuer, discoveryUrl, authorizationUrl } = addressesOf(publicUrl, method);
  return {
    ...{ id, displayName, applicationId, directoryIds, cloud, clientId },
    ...{
      firstTime,
      hasGraphCredential,
      issuer,
      discoveryUrl,
      authorizationUrl,
      createdAt: createdAt.toISOString(),
    },
  };
}

/** `/v1/entra-methods`: ties to external authentication methods of Entra directories. */
export function entraMethodRoutes(methods: EntraMethods, publicUrl: string) {
  const view = (method: EntraMethod) => viewOfMethod(publicUrl, method);
  return [...listRoutes(methods, view), ...methodRoutes(methods, view)];
}

function listRoutes(methods: Pick<EntraMethods, 'list' | 'create'>, view: (method: EntraMethod) => View) {
  const path = '/v1/entra-methods';
  return [
    defineRoute({
      method: 'get',
      path,
      summary: 'List external authentication methods',
      operationId: 'listEntraMethods',
      scope: 'read',
      responses: {
        200: {
          description: 'The methods, the oldest first; at most 100',
          schema: z.object({ value: z.array(EntraMethodView) }),
        },
      },
      problems: [],
      async handle({ caller: { tenantId } }) {
        return { status: 200, body: { value: (await methods.list(tenantId)).map(view) } };
      },
    }),
    defineRoute({
      method: 'post',
      path,
      summary: 'Let Entra ask for calls as an external authentication method',
      operationId: 'createEntraMethod',
      scope: 'policy:write',
      body: NewEntraMethodBody,
      responses: {
        201: { description: 'The method, with what is to be entered at Entra', schema: EntraMethodView },
      },
      problems: ['entraMethod.credentialMissing'],
      async handle({ body, caller: { tenantId } }) {
        return { status: 201, body: view(await methods.create({ ...body, tenantId })) };
      },
    }),
  ];
}

function methodRoutes(
  methods: Pick<EntraMethods, 'read' | 'change' | 'remove'>,
  view: (method: EntraMethod) => View,
) {
  const common = { path: '/v1/entra-methods/:id', params: z.object({ id: MethodId }) } as const;
  return [
    defineRoute({
      ...common,
      method: 'get',
      summary: 'Read an external authentication method',
      operationId: 'readEntraMethod',
      scope: 'read',
      responses: { 200: { description: 'The method', schema: EntraMethodView } },
      problems: ['entraMethod.notFound'],
      async handle({ params: { id }, caller: { tenantId } }) {
        return { status: 200, body: view(await methods.read(tenantId, id)) };
      },
    }),
    defineRoute({
      ...common,
      method: 'patch',
      summary: 'Change what happens to people of whom no phone is registered',
      operationId: 'changeEntraMethod',
      scope: 'policy:write',
      body: EntraMethodChangesBody,
      responses: { 200: { description: 'The method as it is now', schema: EntraMethodView } },
      problems: ['entraMethod.notFound', 'entraMethod.credentialMissing'],
      async handle({ params: { id }, body, caller: { tenantId } }) {
        return { status: 200, body: view(await methods.change(tenantId, id, body)) };
      },
    }),
    defineRoute({
      ...common,
      method: 'delete',
      summary: 'Remove an external authentication method',
      operationId: 'removeEntraMethod',
      scope: 'policy:write',
      responses: { 204: noBody('It is removed; sign-ins through it fail at Entra') },
      problems: ['entraMethod.notFound'],
      async handle({ params: { id }, caller: { tenantId } }) {
        await methods.remove(tenantId, id);
        return { status: 204, body: null };
      },
    }),
  ];
}
