import type { Clock } from '../platform/clock.ts';
import { createProviders } from '../providers/create-providers.ts';
import type { Line, Provider, Providers } from '../providers/port.ts';
import type { LineConfig, LinesConfig, ProviderConfig } from '../providers/settings.ts';
import { type Profile, SIGNALWIRE, TWILIO } from '../providers/twilio/profiles.ts';
import type { TwilioAccess } from '../providers/twilio/twilio-client.ts';
import { createTwilioProvider, type TwilioProviderOptions } from '../providers/twilio/twilio-provider.ts';
import { loadedWhenAsked } from './loaded-when-asked.ts';
import type { SimulatorAccess } from './start-simulator.ts';

/** What providers need besides their own settings. */
interface Ground {
  config: {
    providers: readonly [ProviderConfig, ...ProviderConfig[]];
    lines: LinesConfig;
    patience: { requestMs: number };
  };
  /** Where the simulator is and how it signs, if it runs. */
  simulator: SimulatorAccess | null;
  /** The address under which providers reach this service. */
  publicUrl: string;
  prompts: TwilioProviderOptions['prompts'];
  clock: Clock;
}

/** Connects the configured providers, each through the adapter of its kind. Throws if one of them cannot work at all. */
export async function connectProviders(ground: Ground): Promise<Providers> {
  const [first, ...others] = ground.config.providers;
  const connect = (provider: ProviderConfig) => connectProvider(provider, ground);
  const lines = linesFrom(ground.config.lines, first.kind);
  return createProviders([await connect(first), ...(await Promise.all(others.map(connect)))], lines);
}

/** Says whose line each is, for those that do not say it themselves. */
function linesFrom({ default: others, byCountry }: LinesConfig, first: string) {
  const own = ({ number, provider }: LineConfig): Line => ({ number, provider: provider ?? first });
  const owned = ([preferred, ...others]: [LineConfig, ...LineConfig[]]): [Line, ...Line[]] => [
    own(preferred),
    ...others.map(own),
  ];
  const countries = Object.entries(byCountry).map(([country, lines]) => [country, owned(lines)] as const);
  return { default: owned(others), byCountry: Object.fromEntries(countries) };
}

async function connectProvider(
  provider: ProviderConfig,
  { config, publicUrl, prompts, clock, ...ground }: Ground,
): Promise<Provider> {
  const { profile, access, ...keys } = accountOf(provider, ground.simulator);
  const load = async () => {
    const { createTwilioCalls } = await import('../providers/twilio/calls.ts');
    return createTwilioCalls({ ...access, requestTimeoutMs: config.patience.requestMs, profile, clock });
  };
  return createTwilioProvider({
    name: provider.kind,
    profile,
    // What is wrong with the access to a real provider shows at the start.
    calls: provider.kind === 'simulator' ? loadedWhenAsked(load) : await load(),
    webhooks: { publicUrl, ...keys },
    prompts,
  });
}

/** An account, and what signs the webhooks of its calls. */
interface Account {
  profile: Profile;
  access: Omit<TwilioAccess, 'requestTimeoutMs'>;
  authTokens: readonly string[];
  sharedKeys?: readonly string[];
}

function accountOf(provider: ProviderConfig, simulator: SimulatorAccess | null): Account {
  if (provider.kind === 'signalwire') {
    const { spaceUrl, projectId: accountSid, apiToken: authToken, maxPricePerMinute } = provider;
    const access = {
      accountSid,
      authToken,
      apiKey: null,
      apiBaseUrl: `${spaceUrl}/api/laml`,
      maxPricePerMinute,
    };
    return { profile: SIGNALWIRE, access, authTokens: provider.signingKeys };
  }
  const account = provider.kind === 'simulator' ? simulator : provider;
  if (!account) throw new Error('The simulator is configured but does not run');
  const { accountSid, authTokens, sharedKeys = [], apiKey, apiBaseUrl } = account;
  const access = { accountSid, authToken: authTokens[0], apiKey, apiBaseUrl, maxPricePerMinute: null };
  return { profile: TWILIO, access, authTokens, sharedKeys };
}
