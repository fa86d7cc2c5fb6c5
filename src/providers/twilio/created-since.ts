import { later } from '../../platform/clock.ts';

/** Dates have whole seconds, and the provider's clock is not ours. */
const CLOCK_SLACK_MS = 2000;

/** Those that were created at `since` or later, oldest first. */
export function createdSince<Created extends { createdAt: Date }>(all: Created[], since: Date): Created[] {
  const earliest = later(since, -CLOCK_SLACK_MS);
  return all
    .filter(({ createdAt }) => createdAt >= earliest)
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
}
