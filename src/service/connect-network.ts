import { randomBytes } from 'node:crypto';
import type { Config, TwilioConfig } from '../config.ts';
import type { Logger } from '../log.ts';
import type { Clock } from '../platform/clock.ts';
import type { PhoneNetwork } from '../providers/port.ts';
import { createSimulator, type Simulator } from '../simulator/simulator.ts';
import { realTime, type SimulatorTime } from '../simulator/time.ts';
import { loadedWhenAsked } from './loaded-when-asked.ts';
import type { Undo } from './undo.ts';

/** The phone network, the tokens its webhooks are signed with, and the simulator if it is one. */
export interface ConnectedNetwork {
  network: PhoneNetwork;
  authTokens: string[];
  simulator: Simulator<SimulatorTime> | null;
}

/** Reaches the configured phone network; for the simulator, starts it first. Either way calls go through the one adapter. */
export async function connectNetwork(
  config: Config,
  clock: Clock,
  time: SimulatorTime | undefined,
  log: Logger,
  undo: Undo,
): Promise<ConnectedNetwork> {
  const simulated =
    config.network.kind === 'simulator' ? await startSimulator(config.network.port, time, log, undo) : null;
  const access = simulated?.access ?? (config.network as TwilioConfig);
  const { accountSid, apiKey, apiBaseUrl, authTokens } = access;
  const { requestMs: requestTimeoutMs } = config.patience;
  const load = async () => {
    const { createTwilioNetwork } = await import('../providers/twilio/twilio-network.ts');
    return createTwilioNetwork({
      accountSid,
      authToken: authTokens[0],
      apiKey,
      apiBaseUrl,
      requestTimeoutMs,
      clock,
    });
  };
  // What is wrong with the access to a real network shows at the start.
  const network = simulated ? loadedWhenAsked(load) : await load();
  return { network, authTokens, simulator: simulated?.simulator ?? null };
}

async function startSimulator(port: number, time: SimulatorTime = realTime(), log: Logger, undo: Undo) {
  const accountSid = `AC${randomBytes(16).toString('hex')}`;
  const authToken = randomBytes(16).toString('hex');
  const simulator = createSimulator({ accountSid, authToken, port, time, log: quieter(log) });
  try {
    await simulator.start();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The simulator cannot start: ${reason}. Choose another SIMULATOR_PORT.`, {
      cause: error,
    });
  }
  undo('simulator', () => simulator.stop());
  log.info({ url: simulator.url }, 'the simulator is the phone network; no real phone will ring');
  const access: TwilioConfig = {
    kind: 'twilio',
    accountSid,
    authTokens: [authToken],
    apiKey: null,
    apiBaseUrl: simulator.url,
  };
  return { simulator, access };
}

/** What the simulator says belongs to a developer looking closely, not between an operator's lines. */
function quieter(log: Logger): { info(fields: object, message: string): void } {
  return { info: (fields, message) => log.debug(fields, message) };
}
