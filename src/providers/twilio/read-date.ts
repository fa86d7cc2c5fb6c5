import type { Clock } from '../../platform/clock.ts';
import { badAnswer } from './provider-error.ts';

/**
 * A creation date. What still waits may have none yet; it counts as created at this moment. The package hands over a
 * date it cannot read as it came; SignalWire's documents write `Sept`. Throws `ProviderError` if it is no date.
 */
export function readDate(date: unknown, clock: Clock): Date {
  if (date === null || date === undefined || date === '') return clock.now();
  const read = typeof date === 'string' ? new Date(date) : date;
  if (read instanceof Date && !Number.isNaN(read.getTime())) return read;
  throw badAnswer('an RFC 2822 creation date');
}
