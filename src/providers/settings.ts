/** The settings of providers and lines, as they stand in an environment: read, checked together, grouped. */
import { z } from 'zod';
import { baseAddress, isLoopback, oneOf, secret, whole } from '../platform/settings.ts';
import { SENDER_VARIABLES, type SendersConfig, senderProblems, sendersOf } from './text-senders.ts';

/** The simulator, in this process. */
interface SimulatorConfig {
  kind: 'simulator';
  port: number;
}

/** Twilio, or a server that speaks its REST API. */
export interface TwilioConfig {
  kind: 'twilio';
  accountSid: string;
  /** The tokens that webhooks may be signed with: the present one, and the next during a rotation. */
  authTokens: [string, ...string[]];
  /** The keys of webhooks that a shared key signs. */
  sharedKeys?: string[];
  apiKey: { sid: string; secret: string } | null;
  apiBaseUrl: string | null;
}

/** A space and project at SignalWire. */
interface SignalWireConfig {
  kind: 'signalwire';
  /** The address of the space, without a path. */
  spaceUrl: string;
  projectId: string;
  apiToken: string;
  /** The keys that webhooks may be signed with: the present one, and the next during a rotation. */
  signingKeys: [string, ...string[]];
  /** US dollars; null: no limit is asked for. */
  maxPricePerMinute: number | null;
}

/** Whoever places calls. */
export type ProviderConfig = SimulatorConfig | TwilioConfig | SignalWireConfig;

/** The numbers that calls come from, E.164, in order of preference; `provider` null: the first provider. */
export interface LineConfig {
  number: string;
  provider: 'twilio' | 'signalwire' | null;
}

/** The lines by country (ISO 3166-1 alpha-2), and how many calls each may start in a second (0: any number). */
export interface LinesConfig {
  default: [LineConfig, ...LineConfig[]];
  byCountry: Readonly<Record<string, [LineConfig, ...LineConfig[]]>>;
  callsPerSecond: number;
  /** Who texts come from where it is no line. */
  senders?: SendersConfig;
}

const sid = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}[0-9a-fA-F]{32}$`), `must be ${prefix} and 32 hexadecimal digits`);

const LINE = String.raw`(?:(twilio|signalwire):)?(\+[1-9]\d{6,14})`;

/** Entries separated by commas, each of one form. */
const entries = (form: string, message: string) =>
  z
    .string()
    .transform((text) => text.split(',').map((entry) => entry.trim()))
    .transform((all) => all.filter((entry) => entry !== ''))
    .refine((all) => all.length > 0 && all.every((entry) => new RegExp(`^${form}$`).test(entry)), message);

/** The variables. */
export const PROVIDER_VARIABLES = {
  PHONE_NETWORK: oneOf('simulator', 'twilio', 'signalwire').optional(),
  SIMULATOR_PORT: whole(0, 65_535, 8085),
  TWILIO_ACCOUNT_SID: sid('AC').optional(),
  TWILIO_AUTH_TOKEN: secret.optional(),
  TWILIO_AUTH_TOKEN_NEXT: secret.optional(),
  TWILIO_SHARED_KEY: secret.optional(),
  TWILIO_SHARED_KEY_NEXT: secret.optional(),
  TWILIO_API_KEY_SID: sid('SK').optional(),
  TWILIO_API_KEY_SECRET: secret.optional(),
  TWILIO_API_BASE_URL: baseAddress.optional(),
  TWILIO_REGION: z
    .string()
    .regex(/^[a-z]{2}\d{1,2}$/, 'must be a region such as ie1')
    .optional(),
  TWILIO_EDGE: z
    .string()
    .regex(/^[a-z]+(?:-[a-z]+)*$/, 'must be an edge location such as dublin')
    .optional(),
  SIGNALWIRE_SPACE_URL: z
    .string()
    .transform((text) => (text.includes('://') ? text : `https://${text}`))
    .pipe(baseAddress)
    .refine(isOrigin, 'must be the address of a space, such as example.signalwire.com')
    .optional(),
  SIGNALWIRE_PROJECT_ID: z.uuid('must be a UUID').optional(),
  SIGNALWIRE_API_TOKEN: secret.optional(),
  SIGNALWIRE_SIGNING_KEY: secret.optional(),
  SIGNALWIRE_SIGNING_KEY_NEXT: secret.optional(),
  SIGNALWIRE_MAX_PRICE_PER_MINUTE: z
    .string()
    .regex(/^\d{1,2}(\.\d{1,4})?$/, 'must be US dollars such as 0.05')
    .transform(Number)
    .optional(),
  CALLER_LINE: entries(LINE, 'must be a number in E.164, such as +46812345678').optional(),
  CALLER_LINES: entries(
    `[A-Z]{2}=${LINE}`,
    'must be entries such as SE=+46812345678, separated by commas',
  ).optional(),
  CALLS_PER_SECOND: whole(0, 1000, 1),
  ...SENDER_VARIABLES,
};

function isOrigin(text: string): boolean {
  return new URL(text).pathname === '/';
}

const Variables = z.object(PROVIDER_VARIABLES);

/** What the variables hold, with those of others that have to fit. */
type ProviderEnvironment = z.infer<typeof Variables> & {
  NODE_ENV: string;
  ROLE: string;
  PUBLIC_URL?: string | undefined;
};

/** The providers: first the one of lines that name none. `providerProblems` has found nothing. */
export function providersOf(env: ProviderEnvironment): [ProviderConfig, ...ProviderConfig[]] {
  const twilio = env.TWILIO_ACCOUNT_SID === undefined ? [] : [twilioOf(env)];
  const signalWire = env.SIGNALWIRE_PROJECT_ID === undefined ? [] : [signalWireOf(env)];
  const all: ProviderConfig[] = [...twilio, ...signalWire];
  const first = all.find(({ kind }) => kind === env.PHONE_NETWORK);
  if (!first) return [{ kind: 'simulator', port: env.SIMULATOR_PORT }];
  return [first, ...all.filter((other) => other !== first)];
}

function twilioOf(env: ProviderEnvironment): TwilioConfig {
  const { TWILIO_API_KEY_SID: keySid, TWILIO_API_KEY_SECRET: keySecret } = env;
  return {
    kind: 'twilio',
    accountSid: env.TWILIO_ACCOUNT_SID ?? '',
    authTokens: present(env.TWILIO_AUTH_TOKEN, env.TWILIO_AUTH_TOKEN_NEXT),
    sharedKeys: [env.TWILIO_SHARED_KEY, env.TWILIO_SHARED_KEY_NEXT].filter((key) => key !== undefined),
    apiKey: keySid && keySecret ? { sid: keySid, secret: keySecret } : null,
    apiBaseUrl: env.TWILIO_API_BASE_URL ?? regionalAddress(env),
  };
}

/** Twilio, Global infrastructure: without a region an edge leads to us1. Null: Twilio's usual address. */
function regionalAddress({ TWILIO_EDGE: edge, TWILIO_REGION: region }: ProviderEnvironment): string | null {
  if (edge === undefined) return null;
  return `https://api.${edge}.${region ?? 'us1'}.twilio.com`;
}

/** A region is reached through an edge; an address of one's own has both in it. Without an account nothing is called. */
function regionProblems(env: ProviderEnvironment): string[] {
  if (env.TWILIO_ACCOUNT_SID === undefined) return [];
  const given = (['TWILIO_REGION', 'TWILIO_EDGE'] as const).filter((name) => env[name] !== undefined);
  if (env.TWILIO_API_BASE_URL !== undefined)
    return given.map((name) => `${name} must be absent with TWILIO_API_BASE_URL, which is the whole address`);
  if (env.TWILIO_REGION === undefined || env.TWILIO_EDGE !== undefined) return [];
  return [
    'TWILIO_EDGE is required with TWILIO_REGION: the edge location nearest to this server, such as dublin',
  ];
}

function signalWireOf(env: ProviderEnvironment): SignalWireConfig {
  return {
    kind: 'signalwire',
    spaceUrl: env.SIGNALWIRE_SPACE_URL ?? '',
    projectId: env.SIGNALWIRE_PROJECT_ID ?? '',
    apiToken: env.SIGNALWIRE_API_TOKEN ?? '',
    signingKeys: present(env.SIGNALWIRE_SIGNING_KEY, env.SIGNALWIRE_SIGNING_KEY_NEXT),
    maxPricePerMinute: env.SIGNALWIRE_MAX_PRICE_PER_MINUTE ?? null,
  };
}

function present(key = '', next?: string): [string, ...string[]] {
  return next === undefined ? [key] : [key, next];
}

/** A number reserved for fiction (North American Numbering Plan, 555-0100 to 555-0199). */
const SIMULATED_LINE: LineConfig = { number: '+12025550100', provider: null };

/** Whether the simulator shows the sandbox: in development, on the embedded store. */
export function showsSandbox(env: ProviderEnvironment & { DATABASE_URL?: string | undefined }): boolean {
  const isSimulated = env.PHONE_NETWORK === undefined || env.PHONE_NETWORK === 'simulator';
  return env.NODE_ENV === 'development' && env.DATABASE_URL === undefined && isSimulated;
}

/** The lines. */
export function linesOf(env: ProviderEnvironment): LinesConfig {
  const byCountry: Record<string, [LineConfig, ...LineConfig[]]> = {};
  for (const entry of env.CALLER_LINES ?? []) {
    const [country = '', line = ''] = entry.split('=');
    const before = byCountry[country];
    byCountry[country] = before ? [...before, lineOf(line)] : [lineOf(line)];
  }
  const [first = SIMULATED_LINE, ...others] = (env.CALLER_LINE ?? []).map(lineOf);
  const senders = env.TEXT_SENDERS === undefined ? {} : { senders: sendersOf(env.TEXT_SENDERS) };
  return { default: [first, ...others], byCountry, callsPerSecond: env.CALLS_PER_SECOND, ...senders };
}

function lineOf(entry: string): LineConfig {
  const [, provider = null, number = ''] = new RegExp(`^${LINE}$`).exec(entry) ?? [];
  return { number, provider: provider as LineConfig['provider'] };
}

/** Rules between these variables, and between them and others: one sentence for each that is broken, without values. */
export function providerProblems(env: ProviderEnvironment): string[] {
  const needed = (condition: boolean, reason: string, ...names: (keyof ProviderEnvironment)[]) =>
    names.flatMap((name) => (condition && env[name] === undefined ? [`${name} is required ${reason}`] : []));
  const kind = env.PHONE_NETWORK ?? 'simulator';
  const real = kind !== 'simulator';
  return [
    ...needed(real, `with PHONE_NETWORK=${kind}`, 'PUBLIC_URL', 'CALLER_LINE'),
    ...needed(kind === 'twilio', 'with PHONE_NETWORK=twilio', ...TWILIO_ACCOUNT),
    ...needed(kind === 'signalwire', 'with PHONE_NETWORK=signalwire', ...SIGNALWIRE_ACCOUNT),
    ...halfSetAccounts(env),
    ...productionProblems(env, real),
    ...(env.ROLE !== 'all' && !real
      ? [
          `PHONE_NETWORK must be twilio or signalwire with ROLE=${env.ROLE}: the simulator lives in one process`,
        ]
      : []),
    ...regionProblems(env),
    ...needed(env.TWILIO_API_KEY_SID !== undefined, 'with TWILIO_API_KEY_SID', 'TWILIO_API_KEY_SECRET'),
    ...needed(env.TWILIO_API_KEY_SECRET !== undefined, 'with TWILIO_API_KEY_SECRET', 'TWILIO_API_KEY_SID'),
    ...lineProblems(env, kind),
    ...senderProblems(env.TEXT_SENDERS),
  ];
}

const TWILIO_ACCOUNT = ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN'] as const;
const SIGNALWIRE_ACCOUNT = [
  'SIGNALWIRE_SPACE_URL',
  'SIGNALWIRE_PROJECT_ID',
  'SIGNALWIRE_API_TOKEN',
  'SIGNALWIRE_SIGNING_KEY',
] as const;

/** An account beside that of PHONE_NETWORK is set whole or not at all. */
function halfSetAccounts(env: ProviderEnvironment): string[] {
  const accounts = { twilio: TWILIO_ACCOUNT, signalwire: SIGNALWIRE_ACCOUNT };
  return Object.entries(accounts).flatMap(([kind, names]) => {
    const missing = names.filter((name) => env[name] === undefined);
    if (env.PHONE_NETWORK === kind || missing.length === names.length) return [];
    return missing.map((name) => `${name} is required with the other variables of ${kind}`);
  });
}

function productionProblems(env: ProviderEnvironment, real: boolean): string[] {
  if (env.NODE_ENV !== 'production') return [];
  return [
    ...(env.PHONE_NETWORK === 'simulator' ? ['PHONE_NETWORK must not be simulator in production'] : []),
    ...(real && env.PUBLIC_URL?.startsWith('http:')
      ? ['PUBLIC_URL must start with https:// in production, since webhooks carry what people press']
      : []),
    ...(['TWILIO_API_BASE_URL', 'SIGNALWIRE_SPACE_URL'] as const).flatMap((name) =>
      isOpenToNetwork(env[name])
        ? [`${name} must start with https:// in production, since requests carry the token`]
        : [],
    ),
  ];
}

/** A proxy on this machine may be asked by http: it carries requests on by https. */
function isOpenToNetwork(address: string | undefined): boolean {
  return address?.startsWith('http:') === true && !isLoopback(address);
}

/** Each line belongs to one provider, and that one has an account. */
function lineProblems(env: ProviderEnvironment, kind: string): string[] {
  const lines = linesOf(env);
  const variables = {
    CALLER_LINE: lines.default,
    CALLER_LINES: Object.values(lines.byCountry).flat(),
    TEXT_SENDERS: Object.values(lines.senders ?? {}),
  };
  const owners = new Map<string, string>();
  return Object.entries(variables).flatMap(([name, given]) => {
    const problems = given.flatMap(({ number, provider: named }) => {
      const owner = owners.get(number) ?? named ?? kind;
      owners.set(number, owner);
      return lineProblem(env, { kind, named, isOwned: owner === (named ?? kind) });
    });
    return [...new Set(problems)].map((problem) => `${name} ${problem}`);
  });
}

function lineProblem(
  env: ProviderEnvironment,
  line: { kind: string; named: LineConfig['provider']; isOwned: boolean },
): string[] {
  const { kind, named, isOwned } = line;
  if (!isOwned) return ['has a number at two providers, but a number belongs to one'];
  if (named === null || named === kind) return [];
  if (kind === 'simulator') return ['must not name a provider with PHONE_NETWORK=simulator'];
  const account = { twilio: env.TWILIO_ACCOUNT_SID, signalwire: env.SIGNALWIRE_PROJECT_ID }[named];
  return account === undefined ? [`has a line of ${named}, but no account of ${named} is set`] : [];
}
