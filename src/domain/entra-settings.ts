/** The settings for Microsoft Entra, as they stand in the environment. */
import { z } from 'zod';
import { baseAddress } from '../platform/settings.ts';

/** Where metadata and keys of Entra are fetched from, by cloud, without a slash at the end. Null: from Microsoft. */
export interface EntraConfig {
  metadata: { global: string | null; usGovernment: string | null; china: string | null };
  /** The connection whose messages are taken at the address of Microsoft's sample, too. Null: none. */
  samplePathConnection?: string | null;
}

/** The variables, for the schema of the environment. */
export const ENTRA_VARIABLES = {
  ENTRA_METADATA_GLOBAL: baseAddress.optional(),
  ENTRA_METADATA_US_GOVERNMENT: baseAddress.optional(),
  ENTRA_METADATA_CHINA: baseAddress.optional(),
  ENTRA_SAMPLE_PATH_CONNECTION: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'must be the id of a connection')
    .optional(),
};

type Environment = z.infer<z.ZodObject<typeof ENTRA_VARIABLES>>;

const METADATA = ['ENTRA_METADATA_GLOBAL', 'ENTRA_METADATA_US_GOVERNMENT', 'ENTRA_METADATA_CHINA'] as const;

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Rules between the variables: keys that decide who is let in are fetched without TLS on one machine only, to try things out. */
export function entraProblems(env: Environment, production: boolean): string[] {
  return METADATA.flatMap((name) => {
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
    metadata: {
      global: env.ENTRA_METADATA_GLOBAL ?? null,
      usGovernment: env.ENTRA_METADATA_US_GOVERNMENT ?? null,
      china: env.ENTRA_METADATA_CHINA ?? null,
    },
    samplePathConnection: env.ENTRA_SAMPLE_PATH_CONNECTION ?? null,
  };
}
