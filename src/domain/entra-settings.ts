/** The settings for Microsoft Entra, as they stand in the environment. */
import { z } from 'zod';
import { baseAddress } from '../platform/settings.ts';

/** An address for each cloud, without a slash at the end. Null, or none: Microsoft's own. */
type ByCloud = Partial<Record<'global' | 'usGovernment' | 'china', string | null>>;

/** Where Entra is reached. */
export interface EntraConfig {
  /** Where metadata and keys are fetched from. */
  metadata: ByCloud;
  /** Where tokens for Microsoft Graph are asked for. */
  login?: ByCloud;
  /** Where Microsoft Graph is. */
  graph?: ByCloud;
  /** The connection whose messages are taken at the address of Microsoft's sample, too. Null: none. */
  samplePathConnection?: string | null;
}

/** The variables, for the schema of the environment. */
export const ENTRA_VARIABLES = {
  ENTRA_METADATA_GLOBAL: baseAddress.optional(),
  ENTRA_METADATA_US_GOVERNMENT: baseAddress.optional(),
  ENTRA_METADATA_CHINA: baseAddress.optional(),
  ENTRA_LOGIN_GLOBAL: baseAddress.optional(),
  ENTRA_LOGIN_US_GOVERNMENT: baseAddress.optional(),
  ENTRA_LOGIN_CHINA: baseAddress.optional(),
  ENTRA_GRAPH_GLOBAL: baseAddress.optional(),
  ENTRA_GRAPH_US_GOVERNMENT: baseAddress.optional(),
  ENTRA_GRAPH_CHINA: baseAddress.optional(),
  ENTRA_SAMPLE_PATH_CONNECTION: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'must be the id of a connection')
    .optional(),
};

type Environment = z.infer<z.ZodObject<typeof ENTRA_VARIABLES>>;

const ADDRESSES = (['METADATA', 'LOGIN', 'GRAPH'] as const).flatMap((of) =>
  (['GLOBAL', 'US_GOVERNMENT', 'CHINA'] as const).map((cloud) => `ENTRA_${of}_${cloud}` as const),
);

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Rules between the variables: keys that decide who is let in, and secrets, go without TLS on one machine only, to try things out. */
export function entraProblems(env: Environment, production: boolean): string[] {
  return ADDRESSES.flatMap((name) => {
    const given = env[name];
    if (given === undefined || given.startsWith('https:')) return [];
    return !production && LOOPBACK.test(new URL(given).hostname)
      ? []
      : [`${name} must begin with https://; http:// is for 127.0.0.1 and outside production`];
  });
}

/** The settings, grouped. */
export function entraOf(env: Environment): EntraConfig {
  return {
    ...{ metadata: byCloud(env, 'METADATA'), login: byCloud(env, 'LOGIN'), graph: byCloud(env, 'GRAPH') },
    samplePathConnection: env.ENTRA_SAMPLE_PATH_CONNECTION ?? null,
  };
}

function byCloud(env: Environment, of: 'METADATA' | 'LOGIN' | 'GRAPH'): ByCloud {
  return {
    global: env[`ENTRA_${of}_GLOBAL`] ?? null,
    usGovernment: env[`ENTRA_${of}_US_GOVERNMENT`] ?? null,
    china: env[`ENTRA_${of}_CHINA`] ?? null,
  };
}
