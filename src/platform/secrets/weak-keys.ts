import { hasWeakKey } from './key-ring.ts';

/**
 * A key that can be guessed protects nothing. Behind another it may stay, so that it can be replaced.
 * @param env key rings as text
 * @returns one line for each ring that begins with such a key
 */
export function weakKeyProblems(env: {
  HASH_KEYS?: string | undefined;
  SEAL_KEYS?: string | undefined;
}): string[] {
  return (['HASH_KEYS', 'SEAL_KEYS'] as const).flatMap((name) =>
    env[name] !== undefined && hasWeakKey(env[name])
      ? [
          `${name} begins with a key that is not random, such as 32 times the same byte: make one with openssl rand -base64 32`,
        ]
      : [],
  );
}
