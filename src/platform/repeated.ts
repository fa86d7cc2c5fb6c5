/**
 * Work of which one run serves all requests made before it began: requested while it runs, it runs
 * once more. The returned function resolves when no run is wanted any more, and rejects with what a run throws.
 */
export function repeated(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let wanted = false;

  async function run(): Promise<void> {
    try {
      do {
        wanted = false;
        await work();
      } while (wanted);
    } finally {
      // At once, not in a later turn: a request made now has to start a new run.
      running = null;
    }
  }

  return () => {
    wanted = true;
    running ??= run();
    return running;
  };
}
