// `npm run demo -- --open`: Poundkey with its sandbox, until somebody presses Ctrl-C.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/log.ts';
import { startService } from '../../src/service.ts';

/** A number reserved for fiction in Sweden, so that the caller shows a number from there. */
const LINES = 'SE=+46846500400';

/** Runs it on an embedded store in `dataDir`, and prints one address. Resolves when it has stopped. */
export async function runSandbox(dataDir: string): Promise<void> {
  const ports = { PORT: '0', OPS_PORT: '0', SIMULATOR_PORT: '0' };
  const config = readConfig({ DATA_DIR: dataDir, CALLER_LINES: LINES, ...ports });
  const service = await startService(config, { log: createLogger({ level: 'silent' }) });
  const address = `${service.url}/`;
  console.log(`The sandbox is at ${address}\nPoundkey runs until you press Ctrl-C.`);
  if (process.stdout.isTTY) openBrowser(address);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await service.stop();
}

/** Where there is a program that opens addresses; where there is none, the address was printed. */
function openBrowser(address: string): void {
  const program = process.platform === 'darwin' ? 'open' : 'xdg-open';
  spawn(program, [address], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
