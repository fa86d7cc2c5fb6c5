/** In which rhythm phones ring, by country (ITU, "Various tones used in national networks"). */

/** Seconds on and off, in turn. */
const RHYTHMS: Record<string, readonly number[]> = {
  SE: [1, 5],
  US: [2, 4],
  CA: [2, 4],
  GB: [0.4, 0.2, 0.4, 2],
  DE: [1, 4],
};
const ANYWHERE = [1, 4];

/** The bursts of one round, and how long a round takes, seconds. */
function roundOf(country: string) {
  const rhythm = RHYTHMS[country] ?? ANYWHERE;
  let from = 0;
  const bursts: { from: number; to: number }[] = [];
  for (const [place, seconds] of rhythm.entries()) {
    if (place % 2 === 0) bursts.push({ from, to: from + seconds });
    from += seconds;
  }
  return { bursts, length: from };
}

/** Whether the bell sounds `seconds` after the phone began to ring. */
export function soundsAt(country: string, seconds: number): boolean {
  const { bursts, length } = roundOf(country);
  const within = seconds % length;
  return bursts.some(({ from, to }) => within >= from && within < to);
}

/** The bursts of the `lasting` seconds after the first `passed`, in seconds from then. */
export function burstsAfter(
  country: string,
  passed: number,
  lasting: number,
): { from: number; to: number }[] {
  const { bursts, length } = roundOf(country);
  const rounds = Math.ceil((passed + lasting) / length);
  return Array.from({ length: rounds }, (_, round) =>
    bursts.map(({ from, to }) => ({
      from: from + round * length - passed,
      to: to + round * length - passed,
    })),
  )
    .flat()
    .filter(({ from, to }) => to > 0 && from < lasting)
    .map(({ from, to }) => ({ from: Math.max(0, from), to }));
}
