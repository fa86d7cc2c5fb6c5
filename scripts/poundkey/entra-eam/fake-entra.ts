// An Entra for tests, the demo and `entra-eam doctor`: it has keys, signs hints, and reads answers as Entra does. It speaks
// HTTP on this machine only, and imports nothing that makes answers.
import { createHash, type KeyObject, randomUUID, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CLOUDS, type Cloud, redirectUriOf } from '../../../src/entra/clouds.ts';
import { createFakeGraph, type FakeGraph } from './fake-graph.ts';
import { createFakeKeys, type FakeKeys } from './fake-keys.ts';

/** One that runs. */
export type FakeEntra = Awaited<ReturnType<typeof openFakeEntra>>;

/** What Entra is told of a method when an administrator adds it. */
interface KnownMethod {
  clientId: string;
  applicationId: string;
}

/** The signed form of claims (RFC 7515), whatever they say. */
export function signed(header: object, claims: object, privateKey: KeyObject): string {
  const input = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
}

/** Answers what is asked over HTTP: of the keys, or of the directory. */
function serve(keys: FakeKeys, graph: FakeGraph) {
  return createServer(async (req, res) => {
    const answer = (await graph.answer(req)) ?? keys.answer(req);
    res.writeHead(answer.status, { 'Content-Type': 'application/json' });
    res.end(JSON.stringify(answer.body));
  });
}

/**
 * Starts one on a free port of 127.0.0.1.
 * @param now the time that hints are issued at
 */
export async function openFakeEntra({ cloud = 'global' as Cloud, now: given = () => new Date() } = {}) {
  let now = given;
  const keys = createFakeKeys(cloud);
  const directoryId = randomUUID();
  const graph = createFakeGraph({ cloud, directoryId, now: () => now() });
  const server = serve(keys, graph);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  /** As Entra issues them: expired a second before. */
  function claimsFor(method: Pick<KnownMethod, 'applicationId'>, objectId: string) {
    const iat = Math.floor(now().getTime() / 1000);
    return {
      ...{ aud: method.applicationId, iss: `${CLOUDS[cloud].login}/${directoryId}/v2.0` },
      ...{ iat, nbf: iat, exp: iat - 1, name: 'Anna Berg', oid: objectId, tid: directoryId },
      ...{ preferred_username: 'anna@contoso.example', ver: '2.0' },
      sub: createHash('sha256').update(`${method.applicationId} ${objectId}`).digest('base64url'),
    };
  }

  function hintFor(
    method: Pick<KnownMethod, 'applicationId'>,
    objectId: string,
    changed: { claims?: object; header?: object; privateKey?: KeyObject } = {},
  ): string {
    const header = { typ: 'JWT', alg: 'RS256', kid: keys.current().kid, ...changed.header };
    return signed(
      header,
      { ...claimsFor(method, objectId), ...changed.claims },
      changed.privateKey ?? keys.current().privateKey,
    );
  }

  return {
    /** Where metadata and keys are: a place as ENTRA_METADATA_GLOBAL names it. */
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    directoryId,
    /** Tokens and people, at the same address: a place as ENTRA_LOGIN_GLOBAL and ENTRA_GRAPH_GLOBAL name it. */
    graph,
    /** Sets the time that hints are issued at from now on. */
    at(clock: () => Date): void {
      now = clock;
    },
    hintFor,
    keys,

    /** The form that the person's browser brings. */
    requestFor(method: KnownMethod, objectId: string, changed: Record<string, string | undefined> = {}) {
      const fields: Record<string, string | undefined> = {
        ...{ scope: 'openid', response_mode: 'form_post', response_type: 'Id_token' },
        ...{ client_id: method.clientId, redirect_uri: redirectUriOf(cloud) },
        ...{ claims: claimsWanted(), nonce: `n.${randomUUID()}`, state: `s.${randomUUID()}=&+ å` },
        id_token_hint: changed.id_token_hint ?? hintFor(method, objectId),
        'client-request-id': randomUUID(),
        ...changed,
      };
      return Object.fromEntries(
        Object.entries(fields).filter((each): each is [string, string] => each[1] !== undefined),
      );
    },

    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What Entra wants to have proved. */
export function claimsWanted(acr = ['possessionorinherence'], amr: string[] = ALL_AMR): string {
  return JSON.stringify({
    id_token: { acr: { essential: true, values: acr }, amr: { essential: true, values: amr } },
  });
}

const ALL_AMR = [
  'face',
  'fido',
  'fpt',
  'hwk',
  'iris',
  'otp',
  'tel',
  'pop',
  'retina',
  'sc',
  'sms',
  'swk',
  'vbm',
];
