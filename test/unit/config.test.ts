import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Config, ConfigError, readConfig, VARIABLES } from '../../src/config.ts';
import { NO_CEILING } from '../../src/domain/ceiling-settings.ts';
import { newKeyRingText } from '../../src/platform/secrets/key-ring.ts';
import { newSigningRingText } from '../../src/platform/secrets/signing-ring.ts';

type Environment = Record<string, string | undefined>;

const STORES = {
  DATABASE_URL: 'postgres://poundkey:db-password@db.example/poundkey',
  HASH_KEYS: newKeyRingText(),
  SEAL_KEYS: newKeyRingText(),
  SIGNING_KEYS: newSigningRingText(),
};
const TWILIO = {
  PHONE_NETWORK: 'twilio',
  PUBLIC_URL: 'https://pound.example/calls/',
  TWILIO_ACCOUNT_SID: `AC${'1f'.repeat(16)}`,
  TWILIO_AUTH_TOKEN: 'token-of-the-account',
  CALLER_LINE: '+46812345678',
};
const PRODUCTION = { NODE_ENV: 'production', ...STORES, ...TWILIO };

/** What is wrong with an environment: one line for each problem. */
function problemsOf(environment: Environment): string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const [, ...lines] = error.message.split('\n');
    return lines.map((line) => line.replace(/^ {2}- /, ''));
  }
}

/** The variables that are complained about, sorted. */
const complainedOf = (environment: Environment): string[] =>
  [...new Set(problemsOf(environment).map((line) => line.split(' ')[0] ?? ''))].sort();

describe('the configuration', () => {
  test('needs nothing for a first try: everything in one process, on loopback', () => {
    expect(readConfig({})).toMatchObject({
      production: false,
      role: 'all',
      http: { host: '127.0.0.1', publicUrl: null },
      database: { kind: 'embedded', dataDir: './data' },
      queue: { kind: 'database' },
      secrets: null,
      providers: [{ kind: 'simulator', port: 8085 }],
    } satisfies Partial<Record<keyof Config, unknown>>);
  });

  test('of a production installation is complete with the variables of the first group', () => {
    expect(readConfig(PRODUCTION)).toMatchObject({
      production: true,
      http: { publicUrl: 'https://pound.example/calls' },
      database: { kind: 'postgres', url: STORES.DATABASE_URL },
      secrets: { hashKeys: STORES.HASH_KEYS, sealKeys: STORES.SEAL_KEYS },
      signingKeys: STORES.SIGNING_KEYS,
      providers: [{ kind: 'twilio', authTokens: [TWILIO.TWILIO_AUTH_TOKEN], apiKey: null, apiBaseUrl: null }],
      lines: { default: [{ number: TWILIO.CALLER_LINE, provider: null }], byCountry: {} },
    });
  });

  test('takes the next token, an API key and another server along', () => {
    const more = {
      TWILIO_AUTH_TOKEN_NEXT: 'token-of-tomorrow',
      TWILIO_API_KEY_SID: `SK${'2c'.repeat(16)}`,
      TWILIO_API_KEY_SECRET: 'secret-of-the-key',
      TWILIO_API_BASE_URL: 'http://127.0.0.1:8085/',
      REDIS_URL: 'rediss://redis.example',
    };
    expect(readConfig({ ...PRODUCTION, ...more })).toMatchObject({
      queue: { kind: 'redis', url: 'rediss://redis.example', prefix: 'poundkey' },
      providers: [
        {
          authTokens: [TWILIO.TWILIO_AUTH_TOKEN, 'token-of-tomorrow'],
          apiKey: { sid: more.TWILIO_API_KEY_SID, secret: 'secret-of-the-key' },
          apiBaseUrl: 'http://127.0.0.1:8085',
        },
      ],
    });
  });

  test('knows a Redis behind sentinels, and one that is a cluster', () => {
    const access = { username: null, password: 'redis-password', tls: true };
    const secured = { REDIS_PASSWORD: access.password, REDIS_TLS: 'true' };
    const watched = { REDIS_SENTINELS: 'sentinel-1:26379, sentinel-2:26379', REDIS_SENTINEL_NAME: 'main' };
    expect(readConfig({ ...PRODUCTION, ...secured, ...watched }).queue).toEqual({
      kind: 'redis',
      prefix: 'poundkey',
      sentinels: [
        { host: 'sentinel-1', port: 26379 },
        { host: 'sentinel-2', port: 26379 },
      ],
      masterName: 'main',
      access,
      sentinelPassword: null,
    });
    expect(readConfig({ ...PRODUCTION, ...secured, REDIS_CLUSTER: '[::1]:7001,redis-2:7002' }).queue).toEqual(
      {
        kind: 'redis',
        prefix: 'poundkey',
        nodes: [
          { host: '::1', port: 7001 },
          { host: 'redis-2', port: 7002 },
        ],
        access,
      },
    );
  });

  test('takes an empty variable for none, and others than its own for nothing', () => {
    const empty = Object.fromEntries(VARIABLES.map((name) => [name, '']));
    expect(readConfig({ ...empty, PATH: '/bin', DATABASE_URI: 'x' })).toEqual(readConfig({}));
  });
});

describe('production', () => {
  test('without any settings is told at once what every installation needs', () => {
    expect(complainedOf({ NODE_ENV: 'production' })).toEqual([
      'DATABASE_URL',
      'HASH_KEYS',
      'PHONE_NETWORK',
      'SEAL_KEYS',
      'SIGNING_KEYS',
    ]);
  });
});

describe('production refuses', () => {
  test.each<[what: string, change: Environment, complaint: string]>([
    ['the simulator', { PHONE_NETWORK: 'simulator' }, 'PHONE_NETWORK must not be simulator in production'],
    ['the embedded store', { DATABASE_URL: '' }, 'DATABASE_URL is required in production'],
    ['no phone network', { PHONE_NETWORK: '' }, 'PHONE_NETWORK is required in production'],
    ['http', { PUBLIC_URL: 'http://pound.example' }, 'PUBLIC_URL must start with https:// in production'],
    ['no public address', { PUBLIC_URL: '' }, 'PUBLIC_URL is required with PHONE_NETWORK=twilio'],
    ['no hash keys', { HASH_KEYS: '' }, 'HASH_KEYS is required in production'],
    ['no seal keys', { SEAL_KEYS: '' }, 'SEAL_KEYS is required in production'],
    ['no signing keys', { SIGNING_KEYS: '' }, 'SIGNING_KEYS is required in production'],
    ['no token', { TWILIO_AUTH_TOKEN: '' }, 'TWILIO_AUTH_TOKEN is required with PHONE_NETWORK=twilio'],
    ['no account', { TWILIO_ACCOUNT_SID: '' }, 'TWILIO_ACCOUNT_SID is required with PHONE_NETWORK=twilio'],
    ['no caller line', { CALLER_LINE: '' }, 'CALLER_LINE is required with PHONE_NETWORK=twilio'],
  ])('%s', (_what, change, complaint) => {
    expect(problemsOf({ ...PRODUCTION, ...change })).toContainEqual(
      expect.stringMatching(new RegExp(`^${complaint}`)),
    );
  });
});

describe('variables that belong together', () => {
  test.each<[environment: Environment, complaints: string[]]>([
    [{ ROLE: 'web' }, ['DATABASE_URL', 'PHONE_NETWORK']],
    [{ ROLE: 'worker' }, ['DATABASE_URL', 'PHONE_NETWORK']],
    [{ ROLE: 'worker', ...STORES }, ['PHONE_NETWORK']],
    [{ REDIS_URL: 'redis://redis.example' }, ['DATABASE_URL']],
    [{ ...STORES, REDIS_URL: 'redis://redis.example', REDIS_CLUSTER: 'redis-1:6379' }, ['REDIS_CLUSTER']],
    [{ REDIS_CLUSTER: 'redis-1:6379', REDIS_USERNAME: 'poundkey' }, ['DATABASE_URL', 'REDIS_PASSWORD']],
    [{ ...STORES, REDIS_SENTINELS: 'sentinel-1:26379' }, ['REDIS_SENTINEL_NAME']],
    [{ ...STORES, REDIS_CLUSTER: 'redis-1:6379', REDIS_SENTINEL_NAME: 'main' }, ['REDIS_SENTINEL_NAME']],
    [
      { ...STORES, REDIS_URL: 'redis://redis.example', REDIS_PASSWORD: 'x', REDIS_TLS: 'true' },
      ['REDIS_PASSWORD', 'REDIS_TLS'],
    ],
    [{ DATABASE_URL: STORES.DATABASE_URL }, ['HASH_KEYS', 'SEAL_KEYS', 'SIGNING_KEYS']],
    [{ HASH_KEYS: STORES.HASH_KEYS }, ['SEAL_KEYS']],
    [{ SEAL_KEYS: STORES.SEAL_KEYS }, ['HASH_KEYS']],
    [{ ...TWILIO, TWILIO_API_KEY_SID: `SK${'2c'.repeat(16)}` }, ['TWILIO_API_KEY_SECRET']],
    [{ ...TWILIO, TWILIO_API_KEY_SECRET: 'secret-of-the-key' }, ['TWILIO_API_KEY_SID']],
    [{ PHONE_NETWORK: 'twilio' }, Object.keys(TWILIO).slice(1)],
  ])('are asked for when they are half set: %j', (environment, complaints) => {
    expect(complainedOf(environment)).toEqual([...complaints].sort());
  });
});

const SIGNALWIRE = {
  SIGNALWIRE_SPACE_URL: 'example.signalwire.com',
  SIGNALWIRE_PROJECT_ID: 'b3877c40-da60-4998-90ad-b792e98472af',
  SIGNALWIRE_API_TOKEN: 'token-of-the-project',
  SIGNALWIRE_SIGNING_KEY: 'key-of-the-project',
};
const { PHONE_NETWORK: _, TWILIO_ACCOUNT_SID: __, TWILIO_AUTH_TOKEN: ___, ...REACHED } = TWILIO;

describe('lines and their providers', () => {
  const line = (number: string, provider: string | null = null) => ({ number, provider });

  test('are in order of preference, each with the provider that it names or none', () => {
    const { lines } = readConfig({
      ...TWILIO,
      ...SIGNALWIRE,
      CALLER_LINE: '+46812345678, signalwire:+12025550123',
      CALLER_LINES: 'SE=+46812345678,NO=signalwire:+4721234567, SE=signalwire:+46812345670,',
    });
    expect(lines).toEqual({
      default: [line('+46812345678'), line('+12025550123', 'signalwire')],
      byCountry: {
        SE: [line('+46812345678'), line('+46812345670', 'signalwire')],
        NO: [line('+4721234567', 'signalwire')],
      },
      callsPerSecond: 1,
    });
  });

  test('are not who texts come from where a sender is named, whose case is kept', () => {
    const { lines } = readConfig({
      ...TWILIO,
      ...SIGNALWIRE,
      TEXT_SENDERS: 'ES=Contoso, GB=signalwire:Con 2,US=+12025550123,',
    });
    expect(lines.senders).toEqual({
      ES: line('Contoso'),
      GB: line('Con 2', 'signalwire'),
      US: line('+12025550123'),
    });
  });

  test.each([
    ['ES=A name too long', 'must be entries such as SE=Contoso'],
    ['ES=12345', 'must be entries such as SE=Contoso'],
    ['ES=Conto-so', 'must be entries such as SE=Contoso'],
    ['ES=Contoso,ES=Fabrikam', 'must name each country once: a text has one sender'],
    ['US=Contoso', 'must have numbers for US and CA, whose networks take no names'],
    ['ES=signalwire:Contoso', 'has a line of signalwire, but no account of signalwire is set'],
  ])('and no sender is %s', (senders, problem) => {
    expect(problemsOf({ ...TWILIO, TEXT_SENDERS: senders })).toEqual([
      expect.stringContaining(`TEXT_SENDERS ${problem}`),
    ]);
  });

  test('come with both accounts, first the one of lines that name none', () => {
    const kinds = (environment: Environment) => readConfig(environment).providers.map(({ kind }) => kind);
    expect(kinds({ ...TWILIO, ...SIGNALWIRE })).toEqual(['twilio', 'signalwire']);
    expect(kinds({ ...TWILIO, ...SIGNALWIRE, PHONE_NETWORK: 'signalwire' })).toEqual([
      'signalwire',
      'twilio',
    ]);
    const alone = { ...REACHED, ...SIGNALWIRE, PHONE_NETWORK: 'signalwire' };
    expect(readConfig({ ...alone, SIGNALWIRE_SIGNING_KEY_NEXT: 'key-of-tomorrow' }).providers).toEqual([
      {
        kind: 'signalwire',
        spaceUrl: 'https://example.signalwire.com',
        projectId: SIGNALWIRE.SIGNALWIRE_PROJECT_ID,
        apiToken: SIGNALWIRE.SIGNALWIRE_API_TOKEN,
        signingKeys: [SIGNALWIRE.SIGNALWIRE_SIGNING_KEY, 'key-of-tomorrow'],
        maxPricePerMinute: null,
      },
    ]);
  });

  test.each<[what: string, environment: Environment, problems: string[]]>([
    [
      'no account',
      { ...TWILIO, CALLER_LINES: 'SE=signalwire:+46812345670' },
      ['CALLER_LINES has a line of signalwire, but no account of signalwire is set'],
    ],
    [
      'half an account',
      { ...TWILIO, SIGNALWIRE_PROJECT_ID: SIGNALWIRE.SIGNALWIRE_PROJECT_ID },
      [
        'SIGNALWIRE_SPACE_URL is required with the other variables of signalwire',
        'SIGNALWIRE_API_TOKEN is required with the other variables of signalwire',
        'SIGNALWIRE_SIGNING_KEY is required with the other variables of signalwire',
      ],
    ],
    [
      'one number at two providers',
      { ...TWILIO, ...SIGNALWIRE, CALLER_LINES: `SE=signalwire:${TWILIO.CALLER_LINE}` },
      ['CALLER_LINES has a number at two providers, but a number belongs to one'],
    ],
    [
      'the simulator',
      { CALLER_LINE: 'twilio:+46812345678' },
      ['CALLER_LINE must not name a provider with PHONE_NETWORK=simulator'],
    ],
    [
      'a space over http in production',
      { ...PRODUCTION, ...SIGNALWIRE, SIGNALWIRE_SPACE_URL: 'http://space.example' },
      ['SIGNALWIRE_SPACE_URL must start with https:// in production, since requests carry the token'],
    ],
    [
      'SignalWire without an account',
      { ...REACHED, PHONE_NETWORK: 'signalwire' },
      Object.keys(SIGNALWIRE).map((name) => `${name} is required with PHONE_NETWORK=signalwire`),
    ],
  ])('are refused with %s', (_what, environment, problems) => {
    expect(problemsOf(environment)).toEqual(problems);
  });
});

describe('a variable of another form is refused', () => {
  test.each([
    ['NODE_ENV', 'prod'],
    ['ROLE', 'both'],
    ['LOG_LEVEL', 'verbose'],
    ['HOST', 'h'.repeat(256)],
    ['PORT', '65536'],
    ['PORT', '80.5'],
    ['PORT', '-1'],
    ['PORT', '8080 '],
    ['PORT', '٨٠٨٠'],
    ['PUBLIC_URL', 'pound.example'],
    ['PUBLIC_URL', 'ftp://pound.example'],
    ['DATABASE_URL', 'mysql://db.example'],
    ['DATABASE_POOL_SIZE', '3'],
    ['REDIS_URL', 'http://redis.example'],
    ['REDIS_SENTINELS', 'sentinel-1'],
    ['REDIS_SENTINELS', 'redis://sentinel-1:26379'],
    ['REDIS_CLUSTER', 'redis-1:6379,redis-2:0'],
    ['REDIS_CLUSTER', 'redis-1:6379,'],
    ['REDIS_TLS', 'yes'],
    ['REDIS_PREFIX', 'a b'],
    ['HASH_KEYS', 'swordfish'],
    ['HASH_KEYS', `k1:${'A'.repeat(42)}`],
    ['SEAL_KEYS', `${newKeyRingText()},${newKeyRingText()}`],
    ['SEAL_KEYS', `${newKeyRingText()},`],
    ['SIGNING_KEYS', newKeyRingText()],
    ['SIGNING_KEYS', `${newSigningRingText()},`],
    ['PHONE_NETWORK', 'Twilio'],
    ['TWILIO_ACCOUNT_SID', `SK${'1f'.repeat(16)}`],
    ['TWILIO_AUTH_TOKEN', 'short'],
    ['TWILIO_API_BASE_URL', 'localhost:8085'],
    ['CALLER_LINE', '08-12345678'],
    ['CALLER_LINE', ','],
    ['CALLER_LINE', 'vonage:+46812345678'],
    ['CALLER_LINES', 'SE=+46812345678;NO=+4721234567'],
    ['SIGNALWIRE_SPACE_URL', 'https://example.signalwire.com/api'],
    ['SIGNALWIRE_PROJECT_ID', 'example'],
    ['SIGNALWIRE_MAX_PRICE_PER_MINUTE', 'cheap'],
    ['SHUTDOWN_LIMIT_S', 'forever'],
  ])('%s=%s', (name, value) => {
    const problems = problemsOf({ [name]: value }).filter((line) => line.startsWith(`${name} `));
    expect(problems).toEqual([expect.stringMatching(/^\w+ (must|cannot) .{8,}/s)]);
  });

  test('however many there are: all are named at once, with what half-set groups lack', () => {
    const environment = { NODE_ENV: 'production', PORT: 'x', HASH_KEYS: 'x', SEAL_KEYS: 'x', ROLE: 'worker' };
    expect(complainedOf({ ...environment, TWILIO_API_KEY_SECRET: 'long-enough' })).toEqual([
      'DATABASE_URL',
      'HASH_KEYS',
      'PHONE_NETWORK',
      'PORT',
      'SEAL_KEYS',
      'SIGNING_KEYS',
      'TWILIO_API_KEY_SID',
    ]);
  });

  test('and is not called missing as well', () => {
    const wrong = { ...PRODUCTION, DATABASE_URL: 'mysql://db.example', CALLER_LINE: '08', ROLE: 'worker' };
    expect(problemsOf(wrong)).toHaveLength(2);
    expect(complainedOf(wrong)).toEqual(['CALLER_LINE', 'DATABASE_URL']);
  });

  test('without repeating its value', () => {
    const secret = 'hunter2-hunter2';
    const everything = Object.fromEntries(VARIABLES.map((name) => [name, secret]));
    expect(problemsOf(everything).length).toBeGreaterThan(10);
    expect(problemsOf(everything).join('\n')).not.toContain('hunter2');
    const rings = { HASH_KEYS: `k1:${secret}`, SEAL_KEYS: `${newKeyRingText()},${secret}:x` };
    const signing = { SIGNING_KEYS: `${newSigningRingText()},${secret}` };
    expect(complainedOf({ ...rings, ...signing })).toEqual(['HASH_KEYS', 'SEAL_KEYS', 'SIGNING_KEYS']);
    expect(problemsOf({ ...PRODUCTION, ...rings, ...signing }).join('\n')).not.toContain('hunter2');
  });
});

describe("the operator's ceiling", () => {
  test('is none unless it is set', () => {
    expect(readConfig({}).ceiling).toEqual(NO_CEILING);
  });

  test('is read from its variables', () => {
    const environment = {
      CEILING_COUNTRIES: 'SE, NO',
      CEILING_REFUSED_NUMBER_TYPES: 'VOIP,NON_GEOGRAPHIC,PREMIUM_RATE',
      CEILING_CALL_TIME_LIMIT_S: '90',
      CEILING_CALLS_PER_DAY: '5000',
      CEILING_TEXTS_PER_DAY: '4000',
      CEILING_MONEY_PER_DAY: '99.50',
    };
    expect(readConfig(environment).ceiling).toEqual({
      countries: ['SE', 'NO'],
      refusedNumberTypes: ['VOIP', 'PREMIUM_RATE'],
      nonGeographicRefused: true,
      callTimeLimitS: 90,
      callsPerDay: 5000,
      textsPerDay: 4000,
      moneyPerDay: 99.5,
    });
  });

  test.each([
    ['CEILING_COUNTRIES', 'SE,ZZ'],
    ['CEILING_COUNTRIES', 'se'],
    ['CEILING_COUNTRIES', 'SE,'],
    ['CEILING_REFUSED_NUMBER_TYPES', 'SATELLITE'],
    ['CEILING_CALL_TIME_LIMIT_S', '29'],
    ['CEILING_CALL_TIME_LIMIT_S', '601'],
    ['CEILING_CALLS_PER_DAY', '0'],
    ['CEILING_CALLS_PER_DAY', 'many'],
  ])('is refused with %s=%s', (name, value) => {
    expect(complainedOf({ [name]: value })).toEqual([name]);
  });
});

describe('.env.example', () => {
  const lines = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8').split('\n');

  test('has every variable once, and no other', () => {
    const named = lines.flatMap((line) => /^([A-Z_]+)=/.exec(line)?.[1] ?? []);
    expect(named.sort()).toEqual([...VARIABLES].sort());
  });

  test('explains each, and sets none', () => {
    for (const [index, line] of lines.entries()) {
      if (!/^[A-Z_]+=/.test(line)) continue;
      expect(line).toMatch(/^[A-Z_]+=$/);
      expect(lines[index - 1]).toMatch(/^#|^[A-Z_]+=$/);
    }
  });
});

describe("Twilio's regions and edge locations", () => {
  const addressWith = (changes: Environment) => {
    const [twilio] = readConfig({ ...PRODUCTION, ...changes } as Environment).providers;
    return twilio.kind === 'twilio' ? twilio.apiBaseUrl : undefined;
  };

  test.each([
    [{}, null],
    [{ TWILIO_EDGE: 'dublin', TWILIO_REGION: 'ie1' }, 'https://api.dublin.ie1.twilio.com'],
    [{ TWILIO_EDGE: 'sao-paulo' }, 'https://api.sao-paulo.us1.twilio.com'],
  ])('%j make up the address', (changes, address) => {
    expect(addressWith(changes)).toBe(address);
  });

  test.each([
    [{ TWILIO_REGION: 'ie1' }, /TWILIO_EDGE is required with TWILIO_REGION/],
    [{ TWILIO_REGION: 'Ireland', TWILIO_EDGE: 'dublin' }, /TWILIO_REGION must be a region such as ie1/],
    [{ TWILIO_REGION: 'ie1', TWILIO_EDGE: 'dublin.evil.example/' }, /TWILIO_EDGE must be an edge location/],
    [
      { TWILIO_EDGE: 'dublin', TWILIO_API_BASE_URL: 'https://api.example' },
      /TWILIO_EDGE must be absent with TWILIO_API_BASE_URL/,
    ],
  ])('%j are refused with what to do', (changes, problem) => {
    expect(() => addressWith(changes)).toThrow(problem);
  });
});
