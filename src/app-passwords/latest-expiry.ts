import type { TenantPolicy } from '../domain/policy.ts';
import { DAY_MS, later } from '../platform/clock.ts';

/** How long an app password that is made now opens anything, by default and at most; null: it has no end. */
export function latestExpiry(
  { expiresAfterDays: days }: Pick<TenantPolicy['appPassword'], 'expiresAfterDays'>,
  now: Date,
): Date | null {
  return days === null ? null : later(now, days * DAY_MS);
}
