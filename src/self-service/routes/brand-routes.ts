import { z } from 'zod';
import type { TenantPolicy } from '../../domain/policy.ts';
import { ServiceError } from '../../errors.ts';
import { streamAnswer, textAnswer } from '../../platform/http/answers.ts';
import { defineOpenSet, type MountedSet } from '../../platform/http/mount-sets.ts';
import { routeDefiner, unchecked } from '../../platform/http/route.ts';
import { type Brand, brandOf } from '../brand/brand.ts';

/** The logo is a picture. An SVG may have styles, and may be opened by itself: then it can do nothing. */
const LOGO_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
const KEPT = { 'Cache-Control': 'public, max-age=31536000, immutable' };

/** The colours and the logo of a tenant, for those who know their version. What is another version is not found. */
export function brandSet(base: string, policyOf: (tenantId: string) => Promise<TenantPolicy>): MountedSet {
  const defineRoute = routeDefiner<null>();
  const params = z.object({ tenantId: z.string(), version: z.string() });
  const open = { method: 'get', params, query: unchecked, problems: [] } as const;
  const brandAt = async ({ tenantId, version }: z.output<typeof params>): Promise<Brand> => {
    const policy = await policyOf(tenantId).catch(() => null);
    const brand = policy && brandOf(policy);
    if (brand?.version === version) return brand;
    throw notThere();
  };
  return defineOpenSet({
    unlisted: true,
    under: `${base}/brand` as `/${string}`,
    routes: [
      defineRoute({
        ...open,
        path: `${base}/brand/:tenantId/:version/colours.css` as `/${string}`,
        operationId: 'readPageColours',
        summary: 'Read the colours of a tenant',
        responses: { 200: textAnswer('A stylesheet', 'text/css; charset=utf-8') },
        handle: async ({ params: wanted }) => ({
          status: 200,
          body: (await brandAt(wanted)).stylesheet,
          headers: KEPT,
        }),
      }),
      defineRoute({
        ...open,
        path: `${base}/brand/:tenantId/:version/logo` as `/${string}`,
        operationId: 'readPageLogo',
        summary: 'Read the logo of a tenant',
        responses: { 200: streamAnswer('The picture', 'image/png') },
        async handle({ params: wanted }) {
          const { logo } = await brandAt(wanted);
          if (logo === null) throw notThere();
          const headers = { ...KEPT, 'Content-Type': logo.type, 'Content-Security-Policy': LOGO_POLICY };
          return { status: 200, body: (res) => void res.end(logo.bytes), headers };
        },
      }),
    ],
  });
}

function notThere(): ServiceError {
  return new ServiceError('route.notFound', 'There is no such version of it. Load the page again.');
}
