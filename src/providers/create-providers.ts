import { ServiceError } from '../errors.ts';
import {
  type IncomingWebhook,
  type Line,
  type Provider,
  type ProviderAccess,
  ProviderError,
  type Providers,
  type ProvidersAccess,
  type TrustedWebhook,
} from './port.ts';

/** Lines in order of preference, for the countries (ISO 3166-1 alpha-2) that have lines of their own, and for all others. */
interface Lines {
  default: readonly [Line, ...Line[]];
  byCountry: Readonly<Record<string, readonly [Line, ...Line[]]>>;
  /** Who texts come from, where it is no line. */
  senders?: Readonly<Record<string, Line>>;
}

/**
 * Puts providers together behind their lines.
 * @param all the first is asked about lines that nobody knows, if it is the only one
 */
export function createProviders(all: readonly [Provider, ...Provider[]], lines: Lines): Providers {
  const providerOf = createRouter(all, lines);
  return {
    ...createRoutes(lines),
    placeCall: async (request) => providerOf(request.from)?.placeCall(request) ?? UNKNOWN_LINE,
    fetchCall: async (call) => orThrow(providerOf(call.lineNumber)).fetchCall(call),
    findCalls: async (search) => orThrow(providerOf(search.from)).findCalls(search),
    endCall: async (call) => orThrow(providerOf(call.lineNumber)).endCall(call),
    sendText: async (request) => providerOf(request.from)?.sendText(request) ?? UNKNOWN_LINE,
    findTexts: async (search) => orThrow(providerOf(search.from)).findTexts(search),
    readWebhook: (webhook) => withLines(readWebhook(all, webhook), all, lines),
    renderStep: (provider, step) => named(all, provider).renderStep(step),
    checkAccess: () => checkAccess(all),
  };
}

/** Who calls which country: its own lines, or those for all others. Who texts it: its own sender, or the preferred line. */
export function createRoutes(lines: Lines): Pick<Providers, 'linesFor' | 'senderFor'> {
  const { senders = {} } = lines;
  const linesFor = (country: string) => ownLines(lines, country) ?? lines.default;
  const ownSender = (country: string) => (Object.hasOwn(senders, country) ? senders[country] : undefined);
  return { linesFor, senderFor: (country) => ownSender(country) ?? linesFor(country)[0] };
}

const allOf = ({ default: others, byCountry, senders = {} }: Lines): Line[] => [
  ...others,
  ...Object.values(byCountry).flat(),
  ...Object.values(senders),
];

function ownLines({ byCountry }: Lines, country: string) {
  return Object.hasOwn(byCountry, country) ? byCountry[country] : undefined;
}

/** Nothing was asked of anybody. */
const UNKNOWN_LINE = {
  kind: 'refused',
  outcome: 'providerError',
  errorCode: 'unknownLine',
  alarm: true,
} as const;

function createRouter(all: readonly [Provider, ...Provider[]], lines: Lines) {
  const byNumber = new Map(allOf(lines).map(({ number, provider }) => [number, named(all, provider)]));
  return (number: string): Provider | undefined => (all.length === 1 ? all[0] : byNumber.get(number));
}

/** Asking the wrong provider about a call or text would say that there is none, and lead to a second one. */
function orThrow(provider: Provider | undefined): Provider {
  if (provider) return provider;
  throw new ProviderError(
    'No provider is configured for the line of this call or text. Keep a line in CALLER_LINE or CALLER_LINES, and a sender in TEXT_SENDERS, until its last call and text have ended',
    'unknownLine',
  );
}

function named(all: readonly Provider[], name: string): Provider {
  const provider = all.find((each) => each.name === name);
  if (provider) return provider;
  throw new Error(`There is no provider ${name}; configured are ${all.map((each) => each.name).join(', ')}`);
}

/** The kind of signature says whose webhook it is. Should two providers have the same kind, either may have signed. */
function readWebhook(all: readonly [Provider, ...Provider[]], webhook: IncomingWebhook): TrustedWebhook {
  const addressed = all.filter((provider) => provider.isAddressedBy(webhook));
  for (const provider of addressed.slice(0, -1)) {
    try {
      return provider.readWebhook(webhook);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
    }
  }
  return (addressed.at(-1) ?? all[0]).readWebhook(webhook);
}

/** With one provider all calls are its own, also those of lines that have been taken out of the settings. */
function withLines(webhook: TrustedWebhook, all: readonly Provider[], lines: Lines): TrustedWebhook {
  if (all.length === 1) return webhook;
  const own = allOf(lines)
    .filter(({ provider }) => provider === webhook.provider)
    .map(({ number }) => number);
  return { ...webhook, sender: { ...webhook.sender, lines: own } };
}

const WORST_FIRST = ['refused', 'unreachable', 'granted'] as const;

async function checkAccess(all: readonly Provider[]): Promise<ProvidersAccess> {
  const seen = await Promise.all(
    all.map(async (provider) => withName(provider, await provider.checkAccess())),
  );
  const worst = WORST_FIRST.map((access) => seen.find((each) => each.access === access)).find(Boolean);
  return {
    usable: seen.some(({ access }) => access === 'granted'),
    worst: worst ?? { access: 'granted' },
  };
}

function withName({ name }: Provider, seen: ProviderAccess): ProviderAccess {
  return seen.access === 'granted' ? seen : { ...seen, reason: `${name}: ${seen.reason}` };
}
