import { randomBytes } from 'node:crypto';
import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';
import type { OnStop } from '../platform/shutdown.ts';
import type { TwilioConfig } from '../providers/settings.ts';
import type { Simulator } from '../simulator/simulator.ts';
import type { SimulatorTime } from '../simulator/time.ts';
import type { ApiKeys } from '../tenants/api-keys.ts';
import { openSandboxTenant } from '../tenants/embedded-tenant.ts';
import type { Tenants } from '../tenants/tenants.ts';

/** How the simulator is reached, and the token that it signs with. */
export type SimulatorAccess = Omit<TwilioConfig, 'kind'>;

/**
 * A running simulator; null where another provider is configured. `sandboxUrl` is where it shows the sandbox, if it does,
 * and `receiver` where the sandbox receives outcome webhooks.
 */
type Simulated =
  | {
      simulator: Simulator<SimulatorTime>;
      access: SimulatorAccess;
      sandboxUrl: string | null;
      receiver: string | null;
    }
  | { simulator: null; access: null; sandboxUrl: null; receiver: null };

/**
 * Starts the simulator if it is a configured provider. Its code is loaded only here and only then: it is no part of the
 * production image.
 */
export async function startSimulator(
  { providers, sandbox = false }: Config,
  time: SimulatorTime | undefined,
  log: Logger,
  onStop: OnStop,
): Promise<Simulated> {
  const config = providers.find(({ kind }) => kind === 'simulator');
  if (config?.kind !== 'simulator')
    return { simulator: null, access: null, sandboxUrl: null, receiver: null };
  const { createSimulator, realTime } = await loadSimulator();
  const accountSid = `AC${randomBytes(16).toString('hex')}`;
  const authToken = randomBytes(16).toString('hex');
  const { port } = config;
  const simulator = createSimulator({
    accountSid,
    authToken,
    port,
    time: time ?? realTime(),
    log: logAtDebug(log),
  });
  try {
    await simulator.start();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The simulator cannot start: ${reason}. Choose another SIMULATOR_PORT.`, {
      cause: error,
    });
  }
  onStop('simulator', () => simulator.stop());
  log.info({ url: simulator.url }, 'the simulator places the calls; no real phone will ring');
  const access = { accountSid, authTokens: [authToken] as [string], apiKey: null, apiBaseUrl: simulator.url };
  const sandboxUrl = sandbox ? `${simulator.url}/` : null;
  const receiver = sandbox ? `${simulator.url}/hooks/poundkey` : null;
  return { simulator, access, sandboxUrl, receiver };
}

/** Has the simulator show the sandbox, if it does at all: with a key of a tenant of its own, made when somebody opens it. */
export function offerSandbox(
  { simulator, sandboxUrl }: Simulated,
  apiUrl: string | null,
  deps: { tenants: Tenants; apiKeys: ApiKeys; log: Logger },
): void {
  if (sandboxUrl === null || apiUrl === null) return;
  simulator?.offerSandbox(async () => ({ apiUrl, apiKey: await openSandboxTenant(deps) }));
  deps.log.info({ url: apiUrl }, `the sandbox, a desk phone to try Poundkey with, is at ${apiUrl}/`);
}

async function loadSimulator() {
  try {
    const { createSimulator } = await import('../simulator/simulator.ts');
    const { realTime } = await import('../simulator/time.ts');
    return { createSimulator, realTime };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error(
      'The simulator is not part of this installation. Set PHONE_NETWORK to a provider, or run the simulator from a checkout',
      { cause: error },
    );
  }
}

/** The simulator's lines are for developers, not for operators. */
function logAtDebug(log: Logger): { info(fields: object, message: string): void } {
  return { info: (fields, message) => log.debug(fields, message) };
}
