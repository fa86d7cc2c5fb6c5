// Tokens for an application, and the people of a directory, as Microsoft's login and Microsoft Graph answer them. It imports
// nothing that asks for them.
import { constants, createHash, createVerify, randomUUID, X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { CLOUDS, type Cloud } from '../../../src/entra/clouds.ts';

/** What stands in the directory. */
interface DirectoryUser {
  businessPhones: string[];
  mobilePhone: string | null;
  usageLocation?: string;
}

/** An application, and what it may show who it is by. */
interface Application {
  secret?: string;
  certificatePem?: string;
  /** Whether it has User.Read.All, with consent. Left out: it has. */
  mayReadUsers?: boolean;
}

interface Answer {
  status: number;
  body: object;
}

/** One directory. */
export type FakeGraph = ReturnType<typeof createFakeGraph>;

/** @param now the time that assertions and tokens are judged at */
export function createFakeGraph(of: { cloud: Cloud; directoryId: string; now: () => Date }) {
  const applications = new Map<string, Application>();
  const people = new Map<string, DirectoryUser>();
  const tokens = new Map<string, { clientId: string; until: number }>();
  const asked = { tokens: 0, users: 0 };

  function answerToken(fields: URLSearchParams): Answer {
    asked.tokens += 1;
    const clientId = fields.get('client_id') ?? '';
    const application = applications.get(clientId);
    if (fields.get('grant_type') !== 'client_credentials') return refused('unsupported_grant_type', 70003);
    if (fields.get('scope') !== `${CLOUDS[of.cloud].graph}/.default`) return refused('invalid_scope', 70011);
    if (application === undefined) return refused('unauthorized_client', 700016);
    if (!isProved(application, clientId, fields)) return refused('invalid_client', 7000215);
    const token = randomUUID();
    tokens.set(token, { clientId, until: of.now().getTime() + 3_599_000 });
    return { status: 200, body: { token_type: 'Bearer', expires_in: 3599, access_token: token } };
  }

  function isProved(application: Application, clientId: string, fields: URLSearchParams): boolean {
    if (fields.has('client_secret')) return fields.get('client_secret') === application.secret;
    const audience = `${CLOUDS[of.cloud].login}/${of.directoryId}/oauth2/v2.0/token`;
    const { certificatePem } = application;
    return (
      certificatePem !== undefined &&
      fields.get('client_assertion_type') === 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' &&
      isSigned(fields.get('client_assertion') ?? '', certificatePem, { audience, clientId, now: of.now() })
    );
  }

  function answerUser(objectId: string, authorization: string): Answer {
    asked.users += 1;
    const token = tokens.get(authorization.replace(/^Bearer /, ''));
    if (token === undefined || token.until <= of.now().getTime())
      return problem(401, 'InvalidAuthenticationToken');
    if (applications.get(token.clientId)?.mayReadUsers === false)
      return problem(403, 'Authorization_RequestDenied');
    const user = people.get(objectId);
    return user === undefined ? problem(404, 'Request_ResourceNotFound') : { status: 200, body: user };
  }

  return {
    applications,
    people,
    /** How often each was asked. */
    asked,
    /** Every token that was given is worth nothing any more. */
    revokeTokens: () => tokens.clear(),

    /** @returns null when the request is not for it */
    async answer(req: IncomingMessage): Promise<Answer | null> {
      const { pathname } = new URL(req.url ?? '', 'http://localhost');
      if (req.method === 'POST' && pathname === `/${of.directoryId}/oauth2/v2.0/token`)
        return answerToken(new URLSearchParams(await textOf(req)));
      const objectId = /^\/v1\.0\/users\/([^/]+)$/.exec(pathname)?.[1];
      if (req.method !== 'GET' || objectId === undefined) return null;
      return answerUser(decodeURIComponent(objectId), req.headers.authorization ?? '');
    },
  };
}

/** Whether an assertion is signed with the certificate's key, for this audience, by this application, and not over. */
function isSigned(
  assertion: string,
  certificatePem: string,
  wanted: { audience: string; clientId: string; now: Date },
): boolean {
  const [head = '', claims = '', signature = ''] = assertion.split('.');
  const certificate = new X509Certificate(certificatePem);
  const thumbprint = createHash('sha256').update(certificate.raw).digest('base64url');
  const verified = createVerify('sha256')
    .update(`${head}.${claims}`)
    .verify(
      { key: certificate.publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
      signature,
      'base64url',
    );
  const { alg, 'x5t#S256': named } = read(head);
  const { aud, iss, sub, nbf, exp } = read(claims);
  const at = wanted.now.getTime() / 1000;
  const isFor = aud === wanted.audience && iss === wanted.clientId && sub === wanted.clientId;
  const isNow = Number(nbf) <= at && at < Number(exp);
  return verified && alg === 'PS256' && named === thumbprint && isFor && isNow;
}

function read(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString() || '{}');
}

async function textOf(req: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of req) text += chunk;
  return text;
}

const refused = (error: string, code: number): Answer => ({
  status: error === 'invalid_client' ? 401 : 400,
  body: { error, error_description: `AADSTS${code}: no token.`, error_codes: [code] },
});

const problem = (status: number, code: string): Answer => ({
  status,
  body: { error: { code, message: code } },
});
