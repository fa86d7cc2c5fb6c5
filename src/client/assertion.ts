import { createPublicKey, type KeyObject, verify } from 'node:crypto';

/** What an assertion says about a sign-in. */
export interface VerifiedAssertion {
  assertionId: string;
  /** The tenant whose user signed in. */
  tenantId: string;
  userId: string;
  audience: string;
  /** How the user signed in (RFC 8176), exactly one: by call (`tel`) or by text message (`sms`). */
  amr: string[];
  authenticatedAt: Date;
  /** When the number was last verified. */
  phoneVerifiedAt: Date;
}

/** Whose assertions are taken. */
export interface AssertionExpectations {
  /** The public address of Poundkey, as it stands in `iss`. */
  issuer: string;
  /** The tenant's id, unless the assertion was asked for with another audience. */
  audience: string;
  /** The tenant that may be meant; by default any that was given an assertion for this audience. */
  tenantId?: string;
  /** What fetches the keys; the platform's `fetch` by default. */
  fetch?: typeof fetch;
  /**
   * Notes that an assertion was used; false: it was noted before. It must remember until `until` at least. By default
   * this process remembers by itself: give a memory that is shared where several processes verify.
   */
  remember?: (assertionId: string, until: Date) => boolean | Promise<boolean>;
  /** The present, ms since 1970. */
  now?: () => number;
}

/** An assertion is not Poundkey's, is meant for somebody else, is over, or was used before: do not let the user in. */
export class AssertionVerificationError extends Error {
  override name = 'AssertionVerificationError';
}

/** How far the clocks may differ, s. */
const TOLERANCE_S = 60;
/** How long keys are kept, ms, and how long after that they may be asked for again because of an unknown one. */
const KEYS_MS = 300_000;
const UNKNOWN_KEY_MS = 10_000;
const KEYS_LIMIT_MS = 10_000;

/**
 * Returns `verifyAssertion`, which verifies an assertion without asking Poundkey, but for its public keys every five
 * minutes. It checks signature, issuer, audience, nonce and time (with a tolerance of 60 s), and takes each assertion once.
 *
 * It cannot know what happened after the assertion was issued: whether the user was blocked, the phone was removed or
 * changed, fraud was reported, or another backend has redeemed the assertion. To know that, use `redeemAssertion`.
 *
 * `verifyAssertion` throws an `AssertionVerificationError`, and what `fetch` throws when the keys cannot be fetched.
 */
export function createVerifyAssertion(expected: AssertionExpectations) {
  const { now = Date.now } = expected;
  const keyOf = createKeys(expected.issuer, expected.fetch ?? fetch, now);
  const remember = expected.remember ?? createMemory(now);
  /** @param nonce the one that the assertion was asked for with */
  return async function verifyAssertion(assertion: string, nonce: string): Promise<VerifiedAssertion> {
    const { header, claims, signed, signature } = split(assertion);
    const key = header.alg === 'ES256' && header.typ === 'JWT' ? await keyOf(String(header.kid)) : null;
    if (!key || !verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature))
      throw refused('no published key has signed it');
    checkMeant(claims, expected, nonce);
    const until = checkTimes(claims, now() / 1000);
    const assertionId = String(claims.jti);
    if (!(await remember(assertionId, until))) throw refused('it was used before');
    return viewOf(claims, assertionId);
  };
}

type Fields = Record<string, unknown>;

function refused(why: string): AssertionVerificationError {
  return new AssertionVerificationError(
    `The assertion is refused: ${why}. Do not let the user in; start a new sign-in.`,
  );
}

function split(assertion: string) {
  const [header = '', claims = '', signature = '', ...rest] = String(assertion).split('.');
  if (rest.length > 0) throw refused('it is no signed JWT');
  return {
    header: fieldsIn(header),
    claims: fieldsIn(claims),
    signed: Buffer.from(`${header}.${claims}`),
    signature: Buffer.from(signature, 'base64url'),
  };
}

function fieldsIn(part: string): Fields {
  try {
    const fields: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    if (typeof fields === 'object' && fields !== null) return fields as Fields;
  } catch {
    // What cannot be read is refused below, without the parser's words, which quote it.
  }
  throw refused('it is no signed JWT');
}

function checkMeant(claims: Fields, { issuer, audience, tenantId }: AssertionExpectations, nonce: string) {
  if (claims.iss !== issuer) throw refused('another issuer has signed it');
  if (claims.aud !== audience) throw refused('it is meant for another audience');
  if (tenantId !== undefined && claims.tenant !== tenantId) throw refused('it is about another tenant');
  if (typeof nonce !== 'string' || nonce === '' || claims.nonce !== nonce)
    throw refused('it was asked for with another nonce');
}

/** @returns until when it must be remembered */
function checkTimes({ iat, exp }: Fields, nowS: number): Date {
  if (!(Number(exp) + TOLERANCE_S > nowS)) throw refused('its two minutes are over');
  if (!(Number(iat) - TOLERANCE_S < nowS))
    throw refused('it was issued in the future; check the clock of this machine');
  return new Date((Number(exp) + 2 * TOLERANCE_S) * 1000);
}

function viewOf(claims: Fields, assertionId: string): VerifiedAssertion {
  return {
    assertionId,
    tenantId: String(claims.tenant),
    userId: String(claims.sub),
    audience: String(claims.aud),
    amr: claims.amr as string[],
    authenticatedAt: new Date(Number(claims.auth_time) * 1000),
    phoneVerifiedAt: new Date(Number(claims.phone_verified_at) * 1000),
  };
}

/** Remembers in this process. What is over is forgotten, so it stays small. */
function createMemory(now: () => number) {
  const used = new Map<string, number>();
  return (assertionId: string, until: Date): boolean => {
    for (const [id, end] of used) if (end < now()) used.delete(id);
    if (used.has(assertionId)) return false;
    used.set(assertionId, until.getTime());
    return true;
  };
}

/** The published keys, fetched when they are needed; one that is not among them makes it look again, not too often. */
function createKeys(issuer: string, doFetch: typeof fetch, now: () => number) {
  const address = `${issuer.replace(/\/+$/, '')}/.well-known/jwks.json`;
  let fetched: { at: number; keys: Promise<Map<string, KeyObject>> } | null = null;
  const keysSince = (moment: number) => {
    if (fetched === null || fetched.at < moment) {
      const asked = { at: now(), keys: fetchKeys(address, doFetch) };
      fetched = asked;
      asked.keys.catch(() => {
        if (fetched === asked) fetched = null;
      });
    }
    return fetched.keys;
  };
  return async (kid: string): Promise<KeyObject | null> => {
    const known = (await keysSince(now() - KEYS_MS)).get(kid);
    return known ?? (await keysSince(now() - UNKNOWN_KEY_MS)).get(kid) ?? null;
  };
}

async function fetchKeys(address: string, doFetch: typeof fetch): Promise<Map<string, KeyObject>> {
  const response = await doFetch(address, { signal: AbortSignal.timeout(KEYS_LIMIT_MS) });
  const { keys } = response.ok ? ((await response.json()) as { keys?: unknown }) : { keys: null };
  if (!Array.isArray(keys))
    throw new TypeError(
      `There are no keys at ${address} (status ${response.status}). The issuer must be the public address of Poundkey.`,
    );
  const own = keys.filter(({ kty, crv }) => kty === 'EC' && crv === 'P-256');
  return new Map(own.map((jwk) => [String(jwk.kid), createPublicKey({ key: jwk, format: 'jwk' })]));
}
