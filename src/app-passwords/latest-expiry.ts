import type { TenantPolicy } from '../domain/policy.ts';
import { later } from '../platform/clock.ts';

const DAY_MS = 86_400_000;

/** How long an app password that is made now opens anything, by default and at most; null: it has no end. */
export function latestExpiry(
  { expiresAfterDays: days }: Pick<TenantPolicy['appPassword'], 'expiresAfterDays'>,
  now: Date,
): Date | null {
  return days === null ? null : later(now, days * DAY_MS);
}
