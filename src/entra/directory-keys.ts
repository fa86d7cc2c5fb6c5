/** The keys with which Entra signs: fetched when they are needed, kept, and fetched again when one is not among them. */
import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { DAY_MS } from '../platform/clock.ts';
import type { Cloud } from './clouds.ts';

/** How long an answer is waited for, ms. */
const ANSWER_MS = 3_000;
/** How long keys are kept that are not missed, ms; Entra asks its own clients to look once a day. */
const KEPT_MS = DAY_MS;
/** How long after a fetch an unknown key leads to no other one, ms: who makes up key ids must not make requests. */
const COOL_DOWN_MS = 30_000;

/** How long an address is left alone after it could not be read, ms: requests that anybody can make lead there. */
const AFTER_FAILURE_MS = 5_000;

const Metadata = z.object({ jwks_uri: z.url({ protocol: /^https?$/ }) });

/** Finds the keys of Entra. */
export type DirectoryKeys = ReturnType<typeof createDirectoryKeys>;

/** @param places where each cloud's metadata and keys are fetched from, without a slash at the end; what is trusted does not depend on it */
export function createDirectoryKeys(places: Readonly<Record<Cloud, string>>) {
  const sets = new Map<string, JWTVerifyGetKey>();
  const addresses = new Map<Cloud, Promise<string>>();
  const read = createCalmFetch();

  function setAt(address: string): JWTVerifyGetKey {
    const known =
      sets.get(address) ??
      createRemoteJWKSet(new URL(address), {
        timeoutDuration: ANSWER_MS,
        cooldownDuration: COOL_DOWN_MS,
        cacheMaxAge: KEPT_MS,
        [customFetch]: read,
      });
    sets.set(address, known);
    return known;
  }

  /** One that cannot be read now is asked for again the next time. */
  async function addressOf(cloud: Cloud): Promise<string> {
    const asked = addresses.get(cloud) ?? readKeyAddress(places[cloud], read);
    addresses.set(cloud, asked);
    try {
      return await asked;
    } catch (error) {
      addresses.delete(cloud);
      throw error;
    }
  }

  return {
    /** Keys of every directory of a cloud, which the common OpenID configuration names. */
    ofAll(cloud: Cloud): JWTVerifyGetKey {
      return async (...asked) => setAt(await addressOf(cloud))(...asked);
    },

    /** Keys of one directory, for tokens of a version. */
    ofDirectory(cloud: Cloud, directoryId: string, version: 'v1' | 'v2'): JWTVerifyGetKey {
      const path = version === 'v1' ? 'discovery/keys' : 'discovery/v2.0/keys';
      return setAt(`${places[cloud]}/${directoryId}/${path}`);
    },
  };
}

/** @throws Error when the common OpenID configuration cannot be read */
async function readKeyAddress(place: string, read: typeof fetch): Promise<string> {
  const address = `${place}/common/v2.0/.well-known/openid-configuration`;
  const answer = await read(address, { redirect: 'error', signal: AbortSignal.timeout(ANSWER_MS) });
  if (!answer.ok) throw new Error(`${address} answered with status ${answer.status}; 200 was expected`);
  return Metadata.parse(await answer.json()).jwks_uri;
}

/** Fails at once where an address could not be read a moment ago. What was read before is kept by who has read it. */
function createCalmFetch(): typeof fetch {
  const failures = new Map<string, number>();
  return async (address, how) => {
    const place = String(address);
    if (Date.now() - (failures.get(place) ?? 0) < AFTER_FAILURE_MS)
      throw new Error(
        `${place} could not be read a moment ago, and is left alone for ${AFTER_FAILURE_MS} ms`,
      );
    const answer = await fetch(address, how).catch((error: unknown) => {
      failures.set(place, Date.now());
      throw error;
    });
    if (answer.ok) failures.delete(place);
    else failures.set(place, Date.now());
    return answer;
  };
}
