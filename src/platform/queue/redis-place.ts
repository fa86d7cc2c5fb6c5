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
