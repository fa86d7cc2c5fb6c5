/** The hint: what Entra signs about the person. Without a valid one nobody is called, and nothing is sent back. */
import { decodeJwt, decodeProtectedHeader, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { isEntraId } from '../../domain/entra-user.ts';
import { ServiceError } from '../../errors.ts';
import { issuersOf } from '../clouds.ts';
import type { EntraMethod } from './methods.ts';

/** How old, or how far ahead, a hint may be, ms. */
const MOST_APART_MS = 5 * 60_000;
/** Entra issues hints that have expired a second before: they are verified at the time they were issued, within this, s. */
const AT_ISSUE_S = 5;

const EntraId = z.string().refine(isEntraId);
const Claims = z.object({
  tid: EntraId,
  oid: EntraId,
  sub: z.string().min(1).max(256),
  iat: z.int(),
  ver: z.literal('2.0'),
});

/** Whom a hint is about. */
export interface Hint {
  directoryId: string;
  objectId: string;
  /** To be echoed; it names the person for one application only. */
  subject: string;
}

/** Why a hint is not believed, for the log. */
export type HintFault = 'unreadable' | 'algorithm' | 'claims' | 'directory' | 'time' | 'signature';

/**
 * Verifies a hint as Entra signs it for one method.
 * @param keys those of the method's cloud
 * @returns whom it is about, or what is wrong with it
 * @throws ServiceError `service.unavailable` when Entra's keys cannot be read now
 */
export async function verifyHint(
  hint: string,
  method: Pick<EntraMethod, 'cloud' | 'applicationId' | 'directoryIds'>,
  keys: JWTVerifyGetKey,
  now: Date,
): Promise<Hint | HintFault> {
  const read = readHint(hint);
  if (read === null) return 'unreadable';
  if (read.header.alg !== 'RS256' || typeof read.header.kid !== 'string') return 'algorithm';
  const claims = Claims.safeParse(read.claims);
  if (!claims.success) return 'claims';
  const { tid, oid, sub, iat } = claims.data;
  if (!method.directoryIds.includes(tid.toLowerCase())) return 'directory';
  if (Math.abs(now.getTime() - iat * 1000) > MOST_APART_MS) return 'time';
  const isSigned = await isSignedFor(hint, keys, {
    issuer: issuersOf(method.cloud, tid).v2,
    audience: method.applicationId,
    currentDate: new Date(iat * 1000),
  });
  return isSigned ? { directoryId: tid, objectId: oid, subject: sub } : 'signature';
}

function readHint(hint: string) {
  try {
    return { header: decodeProtectedHeader(hint), claims: decodeJwt(hint) };
  } catch {
    return null;
  }
}

async function isSignedFor(
  hint: string,
  keys: JWTVerifyGetKey,
  expected: { issuer: string; audience: string; currentDate: Date },
): Promise<boolean> {
  try {
    await jwtVerify(hint, keys, { ...expected, algorithms: ['RS256'], clockTolerance: AT_ISSUE_S });
    return true;
  } catch (error) {
    if (error instanceof errors.JOSEError && !ABOUT_KEYS.has(error.code)) return false;
    throw new ServiceError(
      'service.unavailable',
      'The keys of Entra cannot be read at present. Try again in a few seconds.',
      { cause: error },
    );
  }
}

/** What says that the keys could not be read: not that the hint is wrong. */
const ABOUT_KEYS: ReadonlySet<string> = new Set([
  errors.JWKSTimeout.code,
  errors.JWKSInvalid.code,
  errors.JOSEError.code,
]);
