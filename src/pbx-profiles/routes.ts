import { z } from 'zod';
import { CountryCode, defineRoute, listLimit, PauseS, TypedNumber } from '../api.ts';
import { parseNumber } from '../domain/number.ts';
import { extensionFits, TOO_MUCH_PAUSE } from '../domain/pauses.ts';
import type { TenantPolicy } from '../domain/policy.ts';
import { ServiceError } from '../errors.ts';
import { noBody } from '../platform/http/answers.ts';
import type { PbxProfiles } from './pbx-profiles.ts';

const MOST_AT_ONCE = 100;
const ProfileId = z.guid('This must be a UUID, as the list of profiles shows it.');

const pauses = {
  pauseBeforeS: PauseS.meta({
    description: 'Pause between the answer and the digits, in seconds',
    example: 2,
  }),
  pauseAfterS: PauseS.meta({
    description: 'Pause between the digits and the prompt, in seconds',
    example: 1.5,
  }),
};

/** Also a type of the client. */
export const NewProfile = z
  .strictObject({
    number: TypedNumber.meta({ description: 'The number of the switchboard, as typed or E.164' }),
    country: CountryCode.optional().meta({ description: 'Required unless the number starts with +' }),
    ...pauses,
  })
  .refine((profile) => extensionFits(profile), TOO_MUCH_PAUSE)
  .meta({
    id: 'NewPbxProfile',
    description: 'The pauses around extensions that are dialed behind a switchboard',
  });

/** Also a type of the client. */
export const Profile = z
  .object({
    id: ProfileId,
    number: z.string().meta({ description: 'The number of the switchboard, E.164', example: '+46812345678' }),
    ...pauses,
  })
  .meta({
    id: 'PbxProfile',
    description: 'The pauses around extensions that are dialed behind a switchboard',
  });

/** The current policy of a tenant. */
type CurrentPolicy = (tenantId: string) => Promise<{ policy: TenantPolicy }>;

/** `/v1/pbx-profiles`: the pauses around extensions behind switchboards. Numbers are in bodies, never in addresses. */
export function pbxProfileRoutes(profiles: PbxProfiles, currentPolicy: CurrentPolicy) {
  return [...listRoutes(profiles, currentPolicy), ...profileRoutes(profiles)];
}

function listRoutes(profiles: Pick<PbxProfiles, 'list' | 'set'>, currentPolicy: CurrentPolicy) {
  const path = '/v1/pbx-profiles';
  return [
    defineRoute({
      method: 'get',
      path,
      summary: 'List PBX profiles',
      operationId: 'listPbxProfiles',
      scope: 'read',
      query: z.object({
        limit: listLimit(MOST_AT_ONCE),
        after: ProfileId.optional().meta({ description: 'The id of the last profile of the previous page' }),
      }),
      responses: {
        200: { description: 'The profiles, ordered by id', schema: z.object({ value: z.array(Profile) }) },
      },
      problems: [],
      async handle({ query, caller: { tenantId } }) {
        return { status: 200, body: { value: await profiles.list({ ...query, tenantId }) } };
      },
    }),
    defineRoute({
      method: 'put',
      path,
      summary: 'Create or replace the PBX profile of a switchboard',
      operationId: 'setPbxProfile',
      scope: 'policy:write',
      body: NewProfile,
      responses: { 200: { description: 'The profile of this switchboard', schema: Profile } },
      problems: [
        'number.invalid',
        'number.extensionUnsupported',
        'number.typeRefused',
        'number.countryRefused',
      ],
      async handle({ body: { number: typed, country, ...wanted }, caller: { tenantId } }) {
        const { policy } = await currentPolicy(tenantId);
        const number = withoutExtension(parseNumber({ number: typed, country }, policy));
        return { status: 200, body: await profiles.set({ tenantId, number }, wanted) };
      },
    }),
  ];
}

function profileRoutes(profiles: Pick<PbxProfiles, 'read' | 'remove'>) {
  const common = { path: '/v1/pbx-profiles/:id', params: z.object({ id: ProfileId }) } as const;
  return [
    defineRoute({
      ...common,
      method: 'get',
      summary: 'Read a PBX profile',
      operationId: 'readPbxProfile',
      scope: 'read',
      responses: { 200: { description: 'The profile', schema: Profile } },
      problems: ['pbxProfile.notFound'],
      async handle({ params: { id }, caller: { tenantId } }) {
        return { status: 200, body: await profiles.read({ tenantId, id }) };
      },
    }),
    defineRoute({
      ...common,
      method: 'delete',
      summary: 'Delete a PBX profile',
      operationId: 'removePbxProfile',
      scope: 'policy:write',
      responses: { 204: noBody('The profile is deleted; the pauses of the policy apply') },
      problems: ['pbxProfile.notFound'],
      async handle({ params: { id }, caller: { tenantId } }) {
        await profiles.remove({ tenantId, id });
        return { status: 204, body: null };
      },
    }),
  ];
}

/** A profile is for everybody behind the switchboard. */
function withoutExtension({ e164, extension }: { e164: string; extension: string | null }): string {
  if (extension === null) return e164;
  const rule = "This must be the switchboard's own number, without an extension.";
  throw new ServiceError('number.invalid', `The number cannot have a profile. ${rule}`, {
    problems: [{ field: '/number', rule }],
  });
}
