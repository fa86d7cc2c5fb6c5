/** What Entra reads of a method: the discovery document and the keys. */
import { z } from 'zod';
import { ServiceError } from '../../errors.ts';
import { defineOpenSet, type MountedSet } from '../../platform/http/mount-sets.ts';
import { routeDefiner, unchecked } from '../../platform/http/route.ts';
import { addressesOf, type EntraMethod, type EntraMethods, METHODS_PATH } from './methods.ts';
import type { EntraSigningKeys } from './signing-keys.ts';

/** How long others may keep what they have read, s. Entra keeps it for a day, whatever is said. */
const KEPT = { 'Cache-Control': 'public, max-age=300' };

const Discovery = z.object({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  jwks_uri: z.string(),
  scopes_supported: z.array(z.string()),
  response_types_supported: z.array(z.string()),
  response_modes_supported: z.array(z.string()),
  subject_types_supported: z.array(z.string()),
  id_token_signing_alg_values_supported: z.array(z.string()),
  claim_types_supported: z.array(z.string()),
  grant_types_supported: z.array(z.string()),
});

const Keys = z.object({ keys: z.array(z.record(z.string(), z.union([z.string(), z.array(z.string())]))) });

interface DiscoveryDeps {
  methods: Pick<EntraMethods, 'find'>;
  keys: Pick<EntraSigningKeys, 'published'>;
  publicUrl: string;
}

/** https://learn.microsoft.com/entra/identity/authentication/concept-authentication-external-method-provider */
function discoveryOf(publicUrl: string, method: EntraMethod): z.input<typeof Discovery> {
  const { issuer, authorizationUrl, keysUrl } = addressesOf(publicUrl, method);
  return {
    issuer,
    authorization_endpoint: authorizationUrl,
    jwks_uri: keysUrl,
    scopes_supported: ['openid'],
    response_types_supported: ['id_token'],
    response_modes_supported: ['form_post'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    claim_types_supported: ['normal'],
    grant_types_supported: ['implicit'],
  };
}

/** `/entra/eam/{method}/.well-known/openid-configuration` and `/entra/eam/{method}/keys`, open to all. */
export function discoverySet({ methods, keys, publicUrl }: DiscoveryDeps): MountedSet {
  const defineRoute = routeDefiner<null>();
  const common = {
    ...({
      method: 'get',
      params: z.object({ method: z.string() }),
      query: unchecked,
      body: unchecked,
    } as const),
    problems: ['entraMethod.notFound'],
  } as const;
  return defineOpenSet({
    under: METHODS_PATH,
    unlisted: true,
    routes: [
      defineRoute({
        ...common,
        path: `${METHODS_PATH}/:method/.well-known/openid-configuration`,
        summary: 'Read where and how Entra asks for a sign-in',
        operationId: 'readEntraDiscovery',
        responses: { 200: { description: 'The discovery document', schema: Discovery, headers: KEPT } },
        async handle({ params }) {
          return { status: 200, body: discoveryOf(publicUrl, await existing(methods, params.method)) };
        },
      }),
      defineRoute({
        ...common,
        path: `${METHODS_PATH}/:method/keys`,
        summary: 'Read the keys that answers to Entra are signed with',
        operationId: 'readEntraKeys',
        responses: { 200: { description: 'A JWK Set', schema: Keys, headers: KEPT } },
        async handle({ params }) {
          await existing(methods, params.method);
          return { status: 200, body: { keys: (await keys.published()).map((key) => ({ ...key })) } };
        },
      }),
    ],
  });
}

async function existing(methods: Pick<EntraMethods, 'find'>, id: string): Promise<EntraMethod> {
  const method = await methods.find(id);
  if (method) return method;
  throw new ServiceError(
    'entraMethod.notFound',
    'There is no external authentication method at this address.',
  );
}
