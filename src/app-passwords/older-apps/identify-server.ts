import { actAs } from '../../domain/actor.ts';
import { ServiceError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { IncomingRequest } from '../../platform/http/route-set.ts';
import type { SignIn } from '../check/check.ts';
import { type AppServer, MAIL, provenServer, readServerSecret } from './app-servers.ts';
import type { ObservedCheck, TimedLook } from './observed-check.ts';

/** The header in which an app server sends its secret. */
const SECRET_HEADER = 'X-Poundkey-Secret';

/** The server that asks, and what was looked up for it; null: the registry cannot be asked, so nothing is known. */
export interface AskingServer {
  asked: { server: AppServer; looked: TimedLook } | null;
}

/**
 * Finds the server of a request by its secret, and in the same look-up what is known of the app password.
 * @param kind of the servers that may use this way
 * @param readSignIn what was typed, from the headers; null: nothing that is to be checked
 * @throws ServiceError `appServer.invalid` for a wrong secret, or one of a server of the other kind
 */
export function createIdentifyServer(
  { look }: Pick<ObservedCheck, 'look'>,
  sayHidden: SayHidden,
  kind: 'mail' | 'web',
  readSignIn: (header: IncomingRequest['header']) => SignIn | null,
) {
  return async ({ header }: IncomingRequest): Promise<AskingServer> => {
    const halves = readServerSecret(header(SECRET_HEADER) ?? '');
    if (halves === null) throw invalid(kind);
    const looked = await look(halves.id, readSignIn(header));
    if (looked === null) return { asked: null };
    const server = provenServer(halves.secret, looked.server);
    if (server === null || (server.service === MAIL) !== (kind === 'mail')) throw invalid(kind);
    if (looked.typed !== null && looked.typed.place === null) sayHidden(server, looked.address);
    return { asked: { server, looked } };
  };
}

/** Hears of a server whose clients have no address of their own. */
export type SayHidden = (server: Pick<AppServer, 'id' | 'name'>, address: string | null) => void;

/** Says so in the log, once for each server. */
export function createSayHidden(log: Pick<Logger, 'warn'>): SayHidden {
  const said = new Set<string>();
  return ({ id, name }, address) => {
    if (said.has(id)) return;
    said.add(id);
    log.warn(
      { appServerId: id, address },
      `the app server ${name} does not say where its clients are, so wrong app passwords are not counted by address; have what is in front of it speak the PROXY protocol`,
    );
  };
}

function invalid(kind: 'mail' | 'web'): ServiceError {
  return new ServiceError(
    'appServer.invalid',
    `${SECRET_HEADER} must be the secret of an app server for ${kind}, as create-app-server prints it.`,
  );
}

/** Audit events name the server, and where its client is. */
export function inNameOfServer<T>(
  { asked }: AskingServer,
  _request: unknown,
  work: () => Promise<T>,
): Promise<T> {
  if (asked === null) return work();
  const { server, looked } = asked;
  return actAs({ type: 'appServer', id: server.id, name: server.name, clientAddress: looked.address }, work);
}

/** What of a server stands in the log line of a request. */
export function loggedServer({ asked }: AskingServer): Record<string, string> {
  return asked === null ? {} : { appServerId: asked.server.id };
}
