import { timingSafeEqual } from 'node:crypto';

/** Whether two texts are the same, in a time that tells nothing but their lengths: one of them is a secret. */
export function isSameText(given: string, right: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}
