import { ConfigError, readConfig } from './config.ts';
import { startService } from './service.ts';

/** The process: configuration in, service up, signal, service down. */
async function main(): Promise<void> {
  const service = await startService(readConfig());
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    // A second signal means: now.
    if (stopping) process.exit(1);
    stopping = true;
    service.log.info({ signal }, 'stopping: no new requests, no new calls; live calls are still answered');
    void service.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

main().catch((error: unknown) => {
  const expected = error instanceof ConfigError;
  process.stderr.write(
    `${expected ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  );
  // sysexits: 78 is a configuration error, 70 an internal one.
  process.exit(expected ? 78 : 70);
});
