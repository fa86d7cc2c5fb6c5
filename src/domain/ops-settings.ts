/** The settings of the operators' port, as they stand in the environment. */
import { z } from 'zod';
import { hostNames, whole } from '../platform/settings.ts';

/**
 * The operators' port. `allowedHosts`: names by which it may be asked, besides localhost, addresses and `host`. `board`
 * null: nobody can sign in to the queue board, so it is read-only.
 */
export interface OpsConfig {
  host: string;
  port: number;
  allowedHosts?: readonly string[];
  board: { user: string; password: string } | null;
}

/** The variables, for the schema of the environment. */
export const OPS_VARIABLES = {
  OPS_HOST: z.string().max(255, 'must have at most 255 characters').default('127.0.0.1'),
  OPS_PORT: whole(0, 65_535, 9090),
  OPS_ALLOWED_HOSTS: hostNames.optional(),
  OPS_USER: z
    .string()
    .regex(/^[\x21-\x39\x3b-\x7e]{1,64}$/, 'must be 1 to 64 visible ASCII characters without ":"')
    .optional(),
  OPS_PASSWORD: z.string().min(12, 'must have at least 12 characters').max(200).optional(),
};

type Environment = z.infer<z.ZodObject<typeof OPS_VARIABLES>>;

/** Groups the variables. */
export function opsOf(env: Environment): OpsConfig {
  return {
    host: env.OPS_HOST,
    port: env.OPS_PORT,
    allowedHosts: env.OPS_ALLOWED_HOSTS ?? [],
    board: env.OPS_USER && env.OPS_PASSWORD ? { user: env.OPS_USER, password: env.OPS_PASSWORD } : null,
  };
}
