import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { z } from 'zod';
import { defineRoute, extensionFits, PauseS, TOO_MUCH_PAUSE } from '../api.ts';
import { noBody } from '../platform/http/route.ts';
import type { PbxProfile, PbxProfiles } from './pbx-profiles.ts';

const SwitchboardNumber = z
  .string()
  .refine(
    isE164,
    'This must be a number in E.164: + and the country code, digits only, with the + written as %2B.',
  )
  .meta({ description: 'The number of the switchboard, E.164', example: '+46812345678' });

/** Also a type of the client. */
export const Profile = z
  .strictObject({
    pauseBeforeS: PauseS.meta({ description: 'Silence between the answer and the digits, s', example: 2 }),
    pauseAfterS: PauseS.meta({
      description: 'Silence between the digits and the prompt, s',
      example: 1.5,
    }),
  })
  .refine((pauses) => extensionFits(pauses), TOO_MUCH_PAUSE)
  .meta({ id: 'PbxProfile', description: 'How a switchboard wants extensions dialled' });

/** `/v1/pbx-profiles/{number}`: the pauses around extensions behind one switchboard. */
export function pbxProfileRoutes(profiles: Pick<PbxProfiles, 'read' | 'set' | 'remove'>) {
  const common = {
    path: '/v1/pbx-profiles/:number',
    params: z.object({ number: SwitchboardNumber }),
  } as const;
  const profile = (description: string) => ({ 200: { description, schema: Profile } });
  const answer = (body: PbxProfile) => ({ status: 200 as const, body });
  return [
    defineRoute({
      ...common,
      method: 'get',
      summary: 'Read how a switchboard wants extensions dialled',
      operationId: 'readPbxProfile',
      responses: profile('The profile'),
      problems: ['pbxProfile.notFound'],
      async handle({ params, caller }) {
        return answer(await profiles.read({ tenantId: caller.tenantId, number: params.number }));
      },
    }),
    defineRoute({
      ...common,
      method: 'put',
      summary: 'Tell how a switchboard wants extensions dialled',
      operationId: 'setPbxProfile',
      body: Profile,
      responses: profile('The profile as it is now'),
      problems: [],
      async handle({ params, body, caller }) {
        await profiles.set({ tenantId: caller.tenantId, number: params.number }, body);
        return answer(body);
      },
    }),
    defineRoute({
      ...common,
      method: 'delete',
      summary: 'Forget how a switchboard wants extensions dialled',
      operationId: 'removePbxProfile',
      responses: { 204: noBody('From now on the pauses of the policy count') },
      problems: ['pbxProfile.notFound'],
      async handle({ params, caller }) {
        await profiles.remove({ tenantId: caller.tenantId, number: params.number });
        return { status: 204, body: null };
      },
    }),
  ];
}

/** Only the one way to write a number, so that a profile is found again. */
function isE164(text: string): boolean {
  return parsePhoneNumberFromString(text, { extract: false })?.number === text;
}
