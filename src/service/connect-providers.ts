import type { Clock } from '../platform/clock.ts';
import { createProviders, createRoutes } from '../providers/create-providers.ts';
import type { Line, Provider, Providers } from '../providers/port.ts';
import type { LineConfig, LinesConfig, ProviderConfig } from '../providers/settings.ts';
import { loadAtFirstUse } from '../providers/twilio/load-at-first-use.ts';
import { type Profile, SIGNALWIRE, TWILIO } from '../providers/twilio/profiles.ts';
import type { TwilioAccess } from '../providers/twilio/twilio-client.ts';
import { createTwilioProvider, type TwilioProviderOptions } from '../providers/twilio/twilio-provider.ts';
import type { SimulatorAccess } from './start-simulator.ts';

/** What providers need besides their own settings. */
interface ConnectionDeps {
  config: {
    providers: readonly [ProviderConfig, ...ProviderConfig[]];
    lines: LinesConfig;
    timeouts: { requestMs: number };
  };
  /** Where the simulator is and how it signs, if it runs. */
  simulator: SimulatorAccess | null;
  /** The address under which providers reach this service. */
  publicUrl: string;
  prompts: TwilioProviderOptions['prompts'];
  clock: Clock;
}

/** Connects the configured providers, each through the adapter of its kind. Throws if one of them cannot work at all. */
export async function connectProviders(deps: ConnectionDeps): Promise<Providers> {
  const [first, ...others] = deps.config.providers;
  const connect = (provider: ProviderConfig) => connectProvider(provider, deps);
  const lines = linesFrom(deps.config.lines, first.kind);
  return createProviders([await connect(first), ...(await Promise.all(others.map(connect)))], lines);
}

/** Who calls and texts a country, without connecting any provider. */
export function routesIn({
  lines,
  providers: [first],
}: Pick<ConnectionDeps['config'], 'lines' | 'providers'>): Pick<Providers, 'linesFor' | 'senderFor'> {
  return createRoutes(linesFrom(lines, first.kind));
}

/** The configured lines; one that names no provider belongs to the first. */
function linesFrom({ default: others, byCountry, senders = {} }: LinesConfig, first: string) {
  const own = ({ number, provider }: LineConfig): Line => ({ number, provider: provider ?? first });
  const owned = ([preferred, ...others]: [LineConfig, ...LineConfig[]]): [Line, ...Line[]] => [
    own(preferred),
    ...others.map(own),
  ];
  const countries = Object.entries(byCountry).map(([country, lines]) => [country, owned(lines)] as const);
  const named = Object.entries(senders).map(([country, sender]) => [country, own(sender)] as const);
  return {
    default: owned(others),
    byCountry: Object.fromEntries(countries),
    senders: Object.fromEntries(named),
  };
}

async function connectProvider(
  provider: ProviderConfig,
  { config, simulator, publicUrl, prompts, clock }: ConnectionDeps,
): Promise<Provider> {
  const { profile, access: account, ...keys } = accountOf(provider, simulator);
  const access = { ...account, requestTimeoutMs: config.timeouts.requestMs };
  const load = async () => {
    const { createTwilioRest } = await import('../providers/twilio/rest.ts');
    return createTwilioRest({ ...access, profile, clock });
  };
  return createTwilioProvider({
    name: provider.kind,
    profile,
    // Wrong access data of a real provider must be found at the start.
    rest: provider.kind === 'simulator' ? loadAtFirstUse(access, load) : await load(),
    webhooks: { publicUrl, accountSid: access.accountSid, ...keys },
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
