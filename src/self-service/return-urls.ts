import type { TenantPolicy } from '../domain/policy.ts';
import { ServiceError } from '../errors.ts';

/**
 * Refuses addresses that the policy does not name, character by character.
 * @param asked by the names of their fields; null: there is none
 * @throws ServiceError `policy.returnUrlRefused`
 */
export function assertReturnUrls(
  policy: Pick<TenantPolicy, 'selfService'>,
  asked: Readonly<Record<string, string | null>>,
): void {
  const allowed = policy.selfService.returnUrls;
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
