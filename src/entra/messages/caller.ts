import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Deadline } from '../../platform/deadline.ts';
import { issuersOf } from '../clouds.ts';
import type { DirectoryKeys } from '../directory-keys.ts';
import type { Connection } from './connections.ts';
import { MessageRefused } from './refusal.ts';

/** The role that the endpoint's application gives to Entra's phone-provider application. */
export const ROLE = 'Epp.Invoke';

/** How far Entra's clock and ours may be apart, s. */
const CLOCK_TOLERANCE_S = 60;

/** Own voice and text providers exist in Microsoft's public cloud only. */
const CLOUD = 'global';

/** What of a connection says who may call. */
type Rules = Pick<Connection, 'directoryId' | 'audiences' | 'callerAppId' | 'requiresRole'>;

/**
 * Checks that a request comes from Entra's phone-provider application in the connection's directory.
 * @throws MessageRefused `message.callerUnknown` for a token that is none of the directory's for us, `message.callerRefused` for
 *   another application; what the token says stays out of it
 */
export type CheckCaller = (
  authorization: string | undefined,
  rules: Rules,
  deadline: Deadline,
) => Promise<void>;

/** @param deps.keys the keys that directories sign with */
export function createCheckCaller(deps: {
  keys: Pick<DirectoryKeys, 'ofDirectory'>;
  now: () => Date;
}): CheckCaller {
  return async function checkCaller(authorization, rules, deadline) {
    const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+) *$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw unknown('There is no bearer token.');
    const version = versionOf(token, rules.directoryId);
    const key = deps.keys.ofDirectory(CLOUD, rules.directoryId, version);
    const options = {
      ...{
        algorithms: ['RS256'],
        issuer: issuersOf(CLOUD, rules.directoryId)[version],
        audience: rules.audiences,
      },
      ...{ clockTolerance: CLOCK_TOLERANCE_S, requiredClaims: ['exp', 'nbf'], currentDate: deps.now() },
    };
    const { payload } = await deadline.inTime(jwtVerify(token, key, options)).catch(explain);
    checkClaims(payload, rules, version);
  };
}

/** The issuer says which keys to ask for; it is compared again when the signature is checked. */
function versionOf(token: string, directoryId: string): 'v1' | 'v2' {
  const issuers = issuersOf(CLOUD, directoryId);
  const issuer = issuerIn(token);
  if (issuer === issuers.v2) return 'v2';
  if (issuer === issuers.v1) return 'v1';
  throw unknown('The issuer of the token is not the directory of this connection.');
}

function issuerIn(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    throw unknown('The bearer token cannot be read.');
  }
}

function checkClaims(payload: JWTPayload, rules: Rules, version: 'v1' | 'v2'): void {
  const caller = version === 'v1' ? payload.appid : payload.azp;
  const isSame = (claim: unknown, id: string) =>
    typeof claim === 'string' && claim.toLowerCase() === id.toLowerCase();
  if (payload.tid !== undefined && !isSame(payload.tid, rules.directoryId))
    throw unknown('The token is of another directory.');
  if (!isSame(caller, rules.callerAppId)) throw refused('The token is of another application.');
  if (payload.scp !== undefined) throw refused('The token is of a user, and not of an application itself.');
  const roles = Array.isArray(payload.roles) ? payload.roles : [];
  if (rules.requiresRole && !roles.includes(ROLE))
    throw refused(
      `The token does not have the role ${ROLE}: assign it to Microsoft's application, or let the connection do without.`,
    );
}

/** What the library found, in words of ours: its own messages quote claims. */
function explain(error: unknown): never {
  if (error instanceof errors.JWTExpired) throw unknown('The token has expired.');
  if (error instanceof errors.JWTClaimValidationFailed)
    throw unknown(`The claim ${error.claim} of the token is missing or another one than expected.`);
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed)
    throw unknown('The token is not signed with a key of the directory.');
  if (
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout) &&
    error.code !== 'ERR_JOSE_GENERIC'
  )
    throw unknown('The token is not valid.');
  if (error instanceof Error && error.name === 'TooLateError') throw error;
  throw new MessageRefused('service.unavailable', 'The keys of the directory could not be fetched.', {
    cause: error,
  });
}

const unknown = (detail: string) => new MessageRefused('message.callerUnknown', detail);
const refused = (detail: string) => new MessageRefused('message.callerRefused', detail);
