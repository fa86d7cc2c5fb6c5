/**
 * Asks once and remembers the answer: everybody who asks meanwhile, and until the answer is too old, gets the same.
 * @param ask must not throw
 * @param ageMs how old this answer may get, ms
 * @param now milliseconds of a clock that only goes forward
 */
export function remembered<T>(
  ask: () => Promise<T>,
  ageMs: (answer: T) => number,
  now: () => number = () => performance.now(),
): () => Promise<T> {
  let running: Promise<T> | null = null;
  let last: { answer: T; until: number } | null = null;

  async function askAgain(): Promise<T> {
    try {
      const answer = await ask();
      last = { answer, until: now() + ageMs(answer) };
      return answer;
    } finally {
      running = null;
    }
  }

  return async () => {
    if (last && now() < last.until) return last.answer;
    running ??= askAgain();
    return running;
  };
}
