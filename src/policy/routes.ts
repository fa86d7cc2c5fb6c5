import { z } from 'zod';
import { defineRoute, Instant, listLimit } from '../api.ts';
import { BrandColours } from '../domain/brand-colours.ts';
import type { TenantPolicy } from '../domain/policy.ts';
import { policyDocumentSchema, tenantPolicySchema } from '../domain/policy-schema.ts';
import { ServiceError } from '../errors.ts';
import type { CurrentPolicy, Policies } from './policies.ts';

const path = '/v1/policy';
const MOST_AT_ONCE = 50;
/** For a logo of the largest size, however it is escaped, and everything else. */
const MOST_BYTES = 128 * 1024;

/** Also a type of the client. */
export const PolicyDocument = policyDocumentSchema.meta({
  id: 'PolicyDocument',
  description: 'A field that is left out gets its default, not its previous value',
});

/** Also a type of the client. */
export const Current = z
  .object({
    version: z.int().meta({ description: 'The number of the version; also its ETag', example: 3 }),
    policy: tenantPolicySchema.meta({ id: 'Policy', description: 'With every default filled in' }),
    colours: BrandColours.nullable().meta({
      description: 'What the self-service page makes of `selfService.colour`; null: the policy has none',
    }),
  })
  .meta({ id: 'CurrentPolicy' });

/** Also a type of the client. */
export const Version = z
  .object({
    version: z.int(),
    document: z.record(z.string(), z.unknown()).meta({ description: 'The policy document of this version' }),
    createdAt: Instant,
  })
  .meta({ id: 'PolicyVersion' });

const IfMatch = z
  .string()
  .regex(/^(W\/)?"[\x21\x23-\x7e]{0,40}"$/, 'This must be one ETag in quotes, as GET answered it: "3".')
  .optional()
  .meta({ description: 'The ETag of the version that was read and changed', example: '"3"' });

const routeHeaders = z.object({
  ETag: z.string().meta({ description: 'The version, for If-Match', example: '"3"' }),
});

/** What the page makes of the colour in a policy; null: it has none. */
export type ColoursOf = (policy: TenantPolicy) => BrandColours | null;

/** `/v1/policy`: the tenant's policy and its versions. */
export function policyRoutes(policies: Policies, coloursOf: ColoursOf) {
  const answer = ({ version, policy }: CurrentPolicy) => ({
    status: 200 as const,
    body: { version, policy, colours: coloursOf(policy) },
    headers: { ETag: `"${version}"` },
  });
  return [
    defineRoute({
      method: 'get',
      path,
      summary: 'Read the current policy',
      operationId: 'readPolicy',
      scope: 'read',
      responses: {
        200: { description: 'The policy, its version and its ETag', schema: Current, routeHeaders },
      },
      problems: [],
      async handle({ caller }) {
        return answer(await policies.current(caller.tenantId));
      },
    }),
    defineRoute({
      method: 'put',
      path,
      mostBytes: MOST_BYTES,
      summary: 'Replace the policy; the new one applies at once, also to calls that wait',
      operationId: 'replacePolicy',
      scope: 'policy:write',
      headers: z.object({ 'if-match': IfMatch }),
      body: PolicyDocument,
      responses: { 200: { description: 'The new current policy', schema: Current, routeHeaders } },
      problems: ['policy.versionRequired', 'policy.changedMeanwhile'],
      async handle({ headers, body, caller }) {
        const version = versionIn(headers['if-match']);
        return answer(await policies.replace({ tenantId: caller.tenantId, document: body, version }));
      },
    }),
    defineRoute({
      method: 'get',
      path: `${path}/versions`,
      summary: 'List all versions of the policy, newest first',
      operationId: 'listPolicyVersions',
      scope: 'read',
      query: z.object({
        before: z
          .string()
          .regex(/^[1-9]\d{0,8}$/, 'This must be the number of a version.')
          .transform(Number)
          .optional(),
        limit: listLimit(MOST_AT_ONCE),
      }),
      responses: { 200: { description: 'The versions', schema: z.object({ value: z.array(Version) }) } },
      problems: [],
      async handle({ query, caller }) {
        const versions = await policies.versions(caller.tenantId, query);
        const value = versions.map((each) => ({ ...each, createdAt: each.createdAt.toISOString() }));
        return { status: 200, body: { value } };
      },
    }),
  ];
}

/** Weak ETags never match (RFC 9110, section 13.1.1), nor does one that no version has. */
function versionIn(ifMatch: string | undefined): number {
  if (ifMatch === undefined) {
    throw new ServiceError(
      'policy.versionRequired',
      "Read the policy with GET and send its ETag as If-Match, so that another administrator's change is not overwritten.",
    );
  }
  const [, version] = /^"([1-9]\d{0,8})"$/.exec(ifMatch) ?? [];
  return Number(version ?? 0);
}
