/**
 * How long each of many things waits for its turn: `setupMs`, and where they are more than `perSecond` (null: no limit)
 * until those before it are through. The result takes the present instant; all are milliseconds.
 */
export function createPace(perSecond: number | null, setupMs: number): (now: number) => number {
  let nextFreeMoment = 0;
  return (now) => {
    if (perSecond === null) return setupMs;
    const moment = Math.max(now, nextFreeMoment);
    nextFreeMoment = moment + 1_000 / perSecond;
    return moment - now + setupMs;
  };
}
