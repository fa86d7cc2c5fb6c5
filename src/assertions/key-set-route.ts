import { z } from 'zod';
import { definePublicRoute } from '../api.ts';
import { unchecked } from '../platform/http/route.ts';
import type { SigningRing } from '../platform/secrets/signing-ring.ts';

/** How long others may keep the keys, s: a new key is published for longer than this before it signs. */
const CACHED_S = 300;

/** Also a type of the client. */
export const KeySet = z
  .object({
    keys: z.array(
      z.object({
        kty: z.literal('EC'),
        crv: z.literal('P-256'),
        x: z.string().meta({ description: 'A coordinate of the point, base64url' }),
        y: z.string(),
        use: z.literal('sig'),
        alg: z.literal('ES256'),
        kid: z.string().meta({ description: 'The thumbprint of the key (RFC 7638)' }),
      }),
    ),
  })
  .meta({ id: 'KeySet' });

/** `/.well-known/jwks.json`, open to all: the public keys that assertions are verified with (RFC 7517). */
export function keySetRoutes({ keys }: SigningRing) {
  return [
    definePublicRoute({
      method: 'get',
      path: '/.well-known/jwks.json',
      summary: 'Read the public keys that assertions are verified with',
      operationId: 'readKeySet',
      query: unchecked,
      responses: {
        200: {
          description:
            'A JWK Set (RFC 7517): the keys that sign, and those that soon will. Keep it for five minutes at most',
          schema: KeySet,
          headers: { 'Cache-Control': `public, max-age=${CACHED_S}` },
        },
      },
      problems: [],
      async handle() {
        return { status: 200, body: { keys: keys.map(({ published }) => published) } };
      },
    }),
  ];
}
