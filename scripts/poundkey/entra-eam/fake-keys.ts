// The common OpenID configuration and the keys of a cloud, as Microsoft publishes them.
import { createHash, generateKeyPairSync } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { CLOUDS, type Cloud } from '../../../src/entra/clouds.ts';

/** Those of one cloud. */
export type FakeKeys = ReturnType<typeof createFakeKeys>;

/** A key that hints can be signed with, and its public part. */
export function newHintKey() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  const kid = createHash('sha1').update(n).digest('base64url');
  return { kid, privateKey, published: { kty: 'RSA', use: 'sig', kid, n, e } };
}

/** Begins with one key. */
export function createFakeKeys(cloud: Cloud) {
  let key = newHintKey();
  const published = [key.published];
  let reads = 0;

  return {
    /** The one that is signed with. */
    current: () => key,
    /** How often the keys were asked for. */
    reads: () => reads,

    /** From now on another key signs, which is published beside the earlier ones. */
    change(): void {
      key = newHintKey();
      published.push(key.published);
    },

    /** Wherever it is asked, whatever the directory. */
    answer(req: IncomingMessage): { status: number; body: object } {
      const path = req.url ?? '';
      if (path.endsWith('/v2.0/.well-known/openid-configuration'))
        return { status: 200, body: configuration(cloud, `http://${req.headers.host}`) };
      if (!/\/discovery(\/v2\.0)?\/keys$/.test(path)) return { status: 404, body: {} };
      reads += 1;
      return { status: 200, body: { keys: published } };
    },
  };
}

function configuration(cloud: Cloud, origin: string) {
  return {
    issuer: `${CLOUDS[cloud].login}/{tenantid}/v2.0`,
    jwks_uri: `${origin}/common/discovery/v2.0/keys`,
    id_token_signing_alg_values_supported: ['RS256'],
  };
}
