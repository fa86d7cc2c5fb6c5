import type { TenantPolicy } from '../domain/policy.ts';
import { ServiceError } from '../errors.ts';

/** The addresses that people may be led to, by the policy. */
export function returnUrlsOf(policy: TenantPolicy): readonly string[] {
  const { selfService } = policy as { selfService?: { returnUrls?: readonly string[] } };
  return selfService?.returnUrls ?? [];
}

/**
 * Refuses addresses that the policy does not name, character by character.
 * @param asked by the names of their fields; null: there is none
 * @throws ServiceError `policy.returnUrlRefused`
 */
export function assertReturnUrls(policy: TenantPolicy, asked: Readonly<Record<string, string | null>>): void {
  const allowed = returnUrlsOf(policy);
  const refused = Object.entries(asked).filter(([, url]) => url !== null && !allowed.includes(url));
  if (refused.length === 0) return;
  throw new ServiceError(
    'policy.returnUrlRefused',
    'The policy does not name this address. Add it to selfService.returnUrls, exactly as it is asked for.',
    {
      problems: refused.map(([field]) => ({
        field: `/${field}`,
        rule: 'This must be one of the addresses in selfService.returnUrls.',
      })),
    },
  );
}
