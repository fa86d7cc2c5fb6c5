/** Which Redis: one server, a master that sentinels watch, or a cluster. */

/** Where a server listens. */
export interface HostAndPort {
  host: string;
  port: number;
}

/** How to sign in to the servers of a group. `username` null: Redis' default user; `password` null: none is asked for. */
export interface RedisAccess {
  username: string | null;
  password: string | null;
  tls: boolean;
}

/** One server, with everything in its address, or a group of servers, of which some are named. */
export type RedisPlace =
  | {
      /** `redis://` or `rediss://`, user, password, host, port, database number. */
      url: string;
    }
  | {
      /** Sentinels know which server is the master; those named here know the others. */
      sentinels: HostAndPort[];
      /** What the sentinels call the master. */
      masterName: string;
      access: RedisAccess;
      /** The sentinels' own password, or null. */
      sentinelPassword: string | null;
    }
  | {
      /** Some nodes of a cluster; they know the others. */
      nodes: HostAndPort[];
      access: RedisAccess;
    };

/** What operators call it: hosts and ports, without user and password. */
export function nameOf(place: RedisPlace): string {
  if ('url' in place) return hostOf(place.url);
  if ('nodes' in place) return `cluster ${listOf(place.nodes)}`;
  return `${place.masterName} of sentinels ${listOf(place.sentinels)}`;
}

function hostOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname || 'localhost'}:${port || 6379}`;
}

const listOf = (servers: HostAndPort[]) => servers.map(({ host, port }) => `${host}:${port}`).join(', ');
