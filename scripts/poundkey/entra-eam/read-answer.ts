// Reads answers as Entra does, with node:crypto alone: nothing of what makes them is used.
import { createHash, verify, X509Certificate } from 'node:crypto';

/** What Entra has been told, and what it has asked for. */
interface Expected {
  discoveryUrl: string;
  clientId: string;
  nonce: string;
  subject: string;
  acr: readonly string[];
  amr: readonly string[];
  now: Date;
}

interface Published {
  kid: string;
  x5t: string;
  kty: string;
  use: string;
  n: string;
  e: string;
  x5c: string[];
}

/** The claims of an answer. */
export interface AnswerClaims {
  iss: string;
  aud: string;
  sub: string;
  iat: number;
  exp: number;
  nonce: string;
  acr: string;
  amr: string[];
}

/** What was found out; `problem` null: Entra would take the answer. */
export interface ReadAnswer {
  claims: AnswerClaims | null;
  problem: string | null;
}

const jsonAt = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));

/**
 * What is wrong with a discovery document; null: nothing.
 * https://learn.microsoft.com/entra/identity/authentication/concept-authentication-external-method-provider
 */
export async function discoveryProblem(discoveryUrl: string): Promise<string | null> {
  const answer = await fetch(discoveryUrl);
  const document = (await answer.json()) as Record<string, unknown>;
  const issuer = discoveryUrl.slice(0, -'/.well-known/openid-configuration'.length);
  const has = (name: string, value: string) => [document[name]].flat().includes(value);
  const rules: [boolean, string][] = [
    [answer.ok, `the discovery document was answered with status ${answer.status}`],
    [answer.headers.get('content-length') !== null, 'the discovery document has no Content-Length'],
    [document.issuer === issuer, `the issuer is not ${issuer}, which its address says`],
    [has('response_types_supported', 'id_token'), 'response_types_supported lacks id_token'],
    [has('response_modes_supported', 'form_post'), 'response_modes_supported lacks form_post'],
    [has('scopes_supported', 'openid'), 'scopes_supported lacks openid'],
    [has('id_token_signing_alg_values_supported', 'RS256'), 'the signing algorithms lack RS256'],
    [
      typeof document.jwks_uri === 'string' && !/[?#]/.test(document.jwks_uri),
      'jwks_uri is missing, or has a query or a fragment',
    ],
  ];
  return rules.find(([holds]) => !holds)?.[1] ?? null;
}

/** What is wrong with a published key; null: nothing. */
function keyProblem(key: Published, now: Date): string | null {
  const der = Buffer.from(key.x5c[0] ?? '', 'base64');
  const certificate = new X509Certificate(der);
  const { n, e } = certificate.publicKey.export({ format: 'jwk' });
  const thumbprint = createHash('sha1').update(der).digest('base64url');
  const rules: [boolean, string][] = [
    [key.kty === 'RSA' && key.use === 'sig', 'the key is no RSA key for signing'],
    [key.x5c.length === 1 && der.toString('base64') === key.x5c[0], 'x5c is not one certificate in base64'],
    [certificate.verify(certificate.publicKey), 'the certificate is not signed by its own key'],
    [n === key.n && e === key.e, 'the certificate is of another key'],
    [
      key.kid === thumbprint && key.x5t === thumbprint,
      'kid and x5t are not the thumbprint of the certificate',
    ],
    [certificate.validFromDate <= now && now < certificate.validToDate, 'the certificate is not valid now'],
  ];
  return rules.find(([holds]) => !holds)?.[1] ?? null;
}

function claimsProblem(claims: AnswerClaims, expected: Expected, issuer: string): string | null {
  const at = expected.now.getTime() / 1000;
  const { amr } = claims;
  const rules: [boolean, string][] = [
    [claims.iss === issuer, 'iss is not the issuer'],
    [claims.aud === expected.clientId, 'aud is not the client id'],
    [claims.sub === expected.subject, 'sub is not that of the hint'],
    [claims.nonce === expected.nonce, 'nonce is another one'],
    [typeof claims.acr === 'string' && expected.acr.includes(claims.acr), 'acr is none that was asked for'],
    [
      Array.isArray(amr) && amr.length === 1 && expected.amr.includes(amr[0] ?? ''),
      'amr is not exactly one that was asked for',
    ],
    [Math.abs(claims.iat - at) < 60 && claims.exp > at && claims.exp <= at + 300, 'its times are wrong'],
  ];
  return rules.find(([holds]) => !holds)?.[1] ?? null;
}

/** Reads an answer: discovery, keys and signature first, then what it says. */
export async function readAnswer(idToken: string, expected: Expected): Promise<ReadAnswer> {
  const failed = (problem: string): ReadAnswer => ({ claims: null, problem });
  const wrong = await discoveryProblem(expected.discoveryUrl);
  if (wrong !== null) return failed(wrong);
  const { issuer, jwks_uri } = (await (await fetch(expected.discoveryUrl)).json()) as Record<string, string>;
  const { keys } = (await (await fetch(jwks_uri ?? '')).json()) as { keys: Published[] };
  const [header = '', content = '', signature = ''] = idToken.split('.');
  const { alg, kid } = jsonAt(header);
  const key = keys.find((each) => each.kid === kid);
  if (alg !== 'RS256' || key === undefined)
    return failed('the answer is signed by none of the published keys');
  const ofKey = keyProblem(key, expected.now);
  if (ofKey !== null) return failed(ofKey);
  const { publicKey } = new X509Certificate(Buffer.from(key.x5c[0] ?? '', 'base64'));
  const isSigned = verify(
    'sha256',
    Buffer.from(`${header}.${content}`),
    publicKey,
    Buffer.from(signature, 'base64url'),
  );
  if (!isSigned) return failed('the signature of the answer is wrong');
  const claims = jsonAt(content) as AnswerClaims;
  return { claims, problem: claimsProblem(claims, expected, issuer ?? '') };
}
