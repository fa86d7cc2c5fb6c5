/** Calls `run` every `ms` milliseconds until the returned function is called. Tests pass one that they trigger themselves. */
export type Ticker = (ms: number, run: () => void) => () => void;

/** Ticks by the machine's own time. */
export const systemTicker: Ticker = (ms, run) => {
  const timer = setInterval(run, ms);
  return () => clearInterval(timer);
};
