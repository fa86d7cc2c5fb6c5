/** An instant to the second, UTC. */
export const timeOf = (at: Date): string => at.toISOString().slice(0, 19).replace('T', ' ');

/** A duration in one unit that suits it. */
export function durationOf(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 120) return `${s} s`;
  if (s < 7_200) return `${Math.round(s / 60)} minutes`;
  return s < 172_800 ? `${Math.round(s / 3_600)} hours` : `${Math.round(s / 86_400)} days`;
}
