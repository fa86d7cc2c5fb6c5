import './platform/compile-cache.mjs';

// Loaded after the cache is there.
const [{ ConfigError, readConfig }, { startService }] = await Promise.all([
  import('./config.ts'),
  import('./service.ts'),
]);

/** Signals within this time are one: npm passes on what a terminal has sent to the process already. */
const ONE_SIGNAL_MS = 1_000;
const STOPPING =
  'stopping: no new requests, no new calls; live calls are answered until they end or the wait is over. Send the signal again to stop at once';

/** Reads the configuration, starts the service, and stops it at a signal. */
async function main(): Promise<void> {
  const config = readConfig();
  const starting = startService(config);
  let stoppingSince: number | null = null;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    const now = performance.now();
    // Whoever sends a second signal does not want to wait.
    if (stoppingSince !== null && now - stoppingSince > ONE_SIGNAL_MS) process.exit(1);
    if (stoppingSince !== null) return;
    stoppingSince = now;
    // Process 1 of a container ignores signals that nobody listens to, so we listen while we start, too.
    const service = await starting;
    service.log.info({ signal, waitsAtMostS: config.shutdownLimitMs / 1000 }, STOPPING);
    await service.stop();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => void stop(signal).catch(fail));
  const { url } = await starting;
  // The log is lines of JSON: whoever tries Poundkey out at a terminal looks for one address.
  if (config.sandbox && process.stdout.isTTY)
    process.stdout.write(`\nPoundkey runs. Open ${url ?? ''} to try it; Ctrl+C stops it.\n\n`);
}

/** Says why the process ends, with sysexits' codes: 78 the configuration is wrong, 70 something else. */
function fail(error: unknown): never {
  process.stderr.write(`${describe(error)}\n`);
  process.exit(error instanceof ConfigError ? 78 : 70);
}

/** Errors of these kinds are bugs; the messages of others say what an operator can do. */
const BUGS = [TypeError, RangeError, ReferenceError, SyntaxError];

function describe(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error)) return `Poundkey cannot start or continue: ${String(error)}`;
  const isBug = BUGS.some((kind) => error instanceof kind);
  return `Poundkey cannot start or continue: ${isBug ? error.stack : error.message}`;
}

main().catch(fail);
