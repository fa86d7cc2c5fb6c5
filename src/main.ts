import { ConfigError, readConfig } from './config.ts';
import { startService } from './service.ts';

/** The process: configuration in, service up, signal, service down. */
async function main(): Promise<void> {
  const starting = startService(readConfig());
  let stopping = false;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    // A second signal means: now.
    if (stopping) process.exit(1);
    stopping = true;
    // Process 1 of a container ignores signals that nobody listens to, so we listen while we start, too.
    const service = await starting;
    service.log.info({ signal }, 'stopping: no new requests, no new calls; live calls are still answered');
    await service.stop();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => void stop(signal).catch(fail));
  await starting;
}

/** Says why the process ends, with sysexits' codes: 78 the configuration is wrong, 70 something else. */
function fail(error: unknown): never {
  process.stderr.write(`${describe(error)}\n`);
  process.exit(error instanceof ConfigError ? 78 : 70);
}

/** A plain Error says itself what an operator can do; of anything else the place is needed, too. */
function describe(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error)) return `Poundkey cannot go on: ${String(error)}`;
  return `Poundkey cannot go on: ${error.name === 'Error' ? error.message : error.stack}`;
}

main().catch(fail);
