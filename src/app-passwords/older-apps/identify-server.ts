import { ServiceError } from '../../errors.ts';
import type { IncomingRequest } from '../../platform/http/route-set.ts';
import { inTime } from '../../platform/in-time.ts';
import type { OutageLog } from '../../platform/outage-log.ts';
import { type AppServer, type AppServers, MAIL } from './app-servers.ts';

/** The header in which an app server sends its secret. */
const SECRET_HEADER = 'X-Poundkey-Secret';
/** How long the look-up may take, ms; the check that follows may take twice as long, and nginx waits 5 s for both. */
const LONGEST_LOOK_MS = 1_500;

/** The server that asks; null: the registry cannot be asked, so nothing is known. */
export interface AskingServer {
  server: AppServer | null;
}

/**
 * Finds the server of a request by its secret.
 * @param kind of the servers that may use this way
 * @throws ServiceError `appServer.invalid` for a wrong secret, or one of a server of the other kind
 */
export function createIdentifyServer(
  { appServers, outages }: { appServers: Pick<AppServers, 'find'>; outages: OutageLog },
  kind: 'mail' | 'web',
) {
  return async ({ header }: IncomingRequest): Promise<AskingServer> => {
    const secret = header(SECRET_HEADER) ?? '';
    const server = await inTime(appServers.find(secret), LONGEST_LOOK_MS).catch((error: unknown) => {
      outages('app servers', error);
      return undefined;
    });
    if (server === undefined) return { server: null };
    outages.recovered('app servers');
    if (server !== null && (server.service === MAIL) === (kind === 'mail')) return { server };
    throw new ServiceError(
      'appServer.invalid',
      `${SECRET_HEADER} must be the secret of an app server for ${kind === 'mail' ? 'mail' : 'web'}, as create-app-server prints it.`,
    );
  };
}
