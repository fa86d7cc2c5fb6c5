import type { Caller } from '../api.ts';
import { ServiceError } from '../errors.ts';

/** @throws ServiceError `apiKey.scopeMissing` when the key of a request does not have the scope that the route needs */
export function requireScope({ scopes }: Caller, { scope }: { scope: string | null }): void {
  if (scope === null || scopes.some((had) => had === scope)) return;
  throw new ServiceError(
    'apiKey.scopeMissing',
    `This needs an API key with the scope ${scope}; this key has ${scopes.join(', ') || 'none'}. Use another key, or ask the operator for one: create-key with --scopes.`,
  );
}
