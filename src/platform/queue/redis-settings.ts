/** The environment variables that say which Redis; the configuration reads them together with its own. */
import { z } from 'zod';
import { addressProblem } from '../address-problem.ts';
import { checked } from '../settings.ts';
import type { HostAndPort, RedisPlace } from './redis-place.ts';

/** `host:port` or `[IPv6]:port`. */
const SERVER = /^(?:\[(?<ipv6>[\da-fA-F:.]+)\]|(?<host>[^\s:,@/[\]]+)):(?<port>\d{1,5})$/;

const servers = z
  .string()
  .transform((text) => text.split(',').map((entry) => readServer(entry.trim())))
  .refine(
    (found) => found.every((server) => server !== null),
    'must be servers such as redis-1:6379, separated by commas',
  )
  .transform((found) => found.filter((server) => server !== null));

function readServer(entry: string): HostAndPort | null {
  const { ipv6, host = ipv6, port } = SERVER.exec(entry)?.groups ?? {};
  return host !== undefined && Number(port) > 0 && Number(port) <= 65_535
    ? { host, port: Number(port) }
    : null;
}

function redisUrlProblem(text: string): string | null {
  if (!/^rediss?:\/\//i.test(text)) return 'must be an address that starts with redis:// or rediss://';
  const form = 'cannot be read: it must have the form redis://user:password@host:6379/0';
  return addressProblem(text) ?? (URL.canParse(text) ? null : form);
}

/** The variables, for the schema of the environment. */
export const REDIS_VARIABLES = {
  REDIS_URL: checked(redisUrlProblem).optional(),
  REDIS_SENTINELS: servers.optional(),
  REDIS_SENTINEL_NAME: z
    .string()
    .regex(/^[\w.-]{1,100}$/, 'must be 1 to 100 letters, digits, ".", "_" or "-"')
    .optional(),
  REDIS_SENTINEL_PASSWORD: z.string().optional(),
  REDIS_CLUSTER: servers.optional(),
  REDIS_USERNAME: z.string().optional(),
  REDIS_PASSWORD: z.string().optional(),
  REDIS_TLS: z.enum(['true', 'false'], 'must be one of true, false').optional(),
};

const Variables = z.object(REDIS_VARIABLES);
/** The variables as they were read. */
export type RedisSettings = z.infer<typeof Variables>;

/** What is wrong with them together: a line for each problem, which begins with a variable's name and holds no value. */
export function redisProblems(env: RedisSettings): string[] {
  const given = (['REDIS_URL', 'REDIS_SENTINELS', 'REDIS_CLUSTER'] as const).filter((name) => env[name]);
  const [first, ...others] = given;
  const isGroup = env.REDIS_SENTINELS !== undefined || env.REDIS_CLUSTER !== undefined;
  return [
    ...others.map((name) => `${name} must be absent with ${first}: the queue is in one Redis`),
    ...(env.REDIS_SENTINELS && !env.REDIS_SENTINEL_NAME
      ? ['REDIS_SENTINEL_NAME is required with REDIS_SENTINELS']
      : []),
    ...only(env, env.REDIS_SENTINELS !== undefined, 'it goes with REDIS_SENTINELS', [
      'REDIS_SENTINEL_NAME',
      'REDIS_SENTINEL_PASSWORD',
    ]),
    ...only(
      env,
      isGroup,
      'it goes with REDIS_SENTINELS or REDIS_CLUSTER; REDIS_URL has user, password and rediss:// itself',
      ['REDIS_USERNAME', 'REDIS_PASSWORD', 'REDIS_TLS'],
    ),
    ...(env.REDIS_USERNAME && !env.REDIS_PASSWORD ? ['REDIS_PASSWORD is required with REDIS_USERNAME'] : []),
  ];
}

/** Variables that would be overlooked in silence. */
function only(
  env: RedisSettings,
  condition: boolean,
  reason: string,
  names: (keyof RedisSettings)[],
): string[] {
  if (condition) return [];
  return names.flatMap((name) => (env[name] === undefined ? [] : [`${name} must be absent: ${reason}`]));
}

/** The Redis that they name, or null if they name none. `redisProblems` has found nothing. */
export function redisPlace(env: RedisSettings): RedisPlace | null {
  const access = {
    username: env.REDIS_USERNAME ?? null,
    password: env.REDIS_PASSWORD ?? null,
    tls: env.REDIS_TLS === 'true',
  };
  if (env.REDIS_URL) return { url: env.REDIS_URL };
  if (env.REDIS_CLUSTER) return { nodes: env.REDIS_CLUSTER, access };
  if (!env.REDIS_SENTINELS) return null;
  const { REDIS_SENTINEL_NAME: masterName = '', REDIS_SENTINEL_PASSWORD: sentinelPassword = null } = env;
  return { sentinels: env.REDIS_SENTINELS, masterName, access, sentinelPassword };
}
