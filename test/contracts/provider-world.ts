/**
 * A provider: the simulator in a provider's dialect, the real adapter with that provider's profile, and in between a
 * small web service that holds the dialogue of a call as the journey does.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { ServiceError } from '../../src/errors.ts';
import type { CallStep, Extension } from '../../src/providers/dialogue.ts';
import type { AnsweredBy, CallProgress, PlaceCallRequest, TrustedWebhook } from '../../src/providers/port.ts';
import type { SendTextRequest, TextProgress } from '../../src/providers/text-port.ts';
import { SIGNALWIRE, TWILIO } from '../../src/providers/twilio/profiles.ts';
import { createTwilioRest } from '../../src/providers/twilio/rest.ts';
import type { TwilioAccess } from '../../src/providers/twilio/twilio-client.ts';
import { createTwilioProvider } from '../../src/providers/twilio/twilio-provider.ts';
import { loadPrompts } from '../../src/providers/twilio/twiml/load-prompts.ts';
import { DIALECTS } from '../../src/simulator/dialect.ts';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import type { Script } from '../../src/simulator/script.ts';
import { createSimulator, type SimulatorOptions } from '../../src/simulator/simulator.ts';
import { type VirtualTime, virtualTime } from '../../src/simulator/time.ts';

/** The providers that the contract is shown for. */
export const PROVIDERS = ['twilio', 'signalwire'] as const;
export type ProviderName = (typeof PROVIDERS)[number];

export const FROM = '+12025550100';
export const TO = '+46812345678';
const START = new Date('2026-11-26T08:00:00Z');
const ACCOUNTS = { twilio: `AC${'7'.repeat(32)}`, signalwire: 'b3877c40-da60-4998-90ad-b792e98472af' };
const PROFILES = { twilio: TWILIO, signalwire: SIGNALWIRE };
const prompts = loadPrompts('twiml');

/** What a webhook said, in our words. */
export type Heard =
  | { kind: 'answer' | 'fallback'; callId: string; answeredBy: AnsweredBy | null }
  | { kind: 'digits' | 'silence'; callId: string; digits: string | null }
  | ({ kind: 'status' } & CallProgress)
  | { kind: 'machine'; callId: string; answeredBy: AnsweredBy }
  | ({ kind: 'text' } & TextProgress)
  | { kind: 'refused'; code: string };

export type ProviderWorld = Awaited<ReturnType<typeof openProvider>>;

/** Opens one until the end of the test. */
export async function openProvider(name: ProviderName, options: Partial<SimulatorOptions<VirtualTime>> = {}) {
  const time = virtualTime({ start: START });
  const keys = { authToken: `token-of-${name}`, signingKey: `signing-key-of-${name}` };
  const signingKey = name === 'twilio' ? keys.authToken : keys.signingKey;
  const accountSid = ACCOUNTS[name];
  const simulator = createSimulator({
    profile: name,
    accountSid,
    authToken: keys.authToken,
    signingKey,
    time,
    ...options,
  });
  await simulator.start();
  const heard: Heard[] = [];
  const dialogue = createDialogue();
  const server = createServer(async (request, response) => {
    const { status, contentType, body } = await answer({
      url: request.url ?? '',
      header: (header) => [request.headers[header.toLowerCase()]].flat()[0],
      body: await text(request),
    });
    response.writeHead(status, { 'content-type': contentType }).end(body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const apiBaseUrl = simulator.url + DIALECTS[name].basePath;
  const access: Omit<TwilioAccess, 'requestTimeoutMs'> = {
    accountSid,
    authToken: keys.authToken,
    apiKey: null,
    apiBaseUrl,
    maxPricePerMinute: null,
  };
  const clock = { now: () => new Date(time.now()) };
  const connect = (changes: Partial<typeof access> = {}) =>
    createTwilioProvider({
      name,
      profile: PROFILES[name],
      rest: createTwilioRest({
        ...access,
        ...changes,
        requestTimeoutMs: 10_000,
        profile: PROFILES[name],
        clock,
      }),
      webhooks: { publicUrl, authTokens: [signingKey] },
      prompts,
    });
  const provider = connect();

  async function answer(webhook: { url: string; header(name: string): string | undefined; body: string }) {
    try {
      const trusted = provider.readWebhook({ ...webhook, originalUrl: webhook.url });
      return respond(trusted, webhook.url);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      heard.push({ kind: 'refused', code: error.code });
      return { status: 403, contentType: 'text/plain', body: error.code };
    }
  }

  function respond(webhook: TrustedWebhook, url: string) {
    const kind = new URL(url, publicUrl).pathname.split('/').at(-1) as Exclude<Heard['kind'], 'refused'>;
    const said = read(webhook, kind);
    heard.push(said);
    const nothing = { contentType: 'text/plain', body: '' };
    if (kind === world.failing) return { status: 503, ...nothing };
    if (kind === 'status' || kind === 'machine' || kind === 'text') return { status: 204, ...nothing };
    return { status: 200, ...play(said) };
  }

  function play(said: Heard) {
    const answered = 'digits' in said ? said : null;
    return answered
      ? render(dialogue.next(answered.digits), null)
      : render(dialogue.first(), world.extension);
  }

  const render = (step: CallStep, extension: Extension | null) =>
    provider.renderStep({
      step,
      locale: 'en-US',
      tenantId: null,
      organisation: 'Contoso',
      extension,
      timeoutS: 5,
      digitsUrl: `${publicUrl}/a1/digits`,
      silenceUrl: `${publicUrl}/a1/silence`,
    });

  const world = {
    name,
    provider,
    connect,
    simulator,
    time,
    heard,
    publicUrl,
    signingKey,
    /** Dialed in the first document. */
    extension: null as Extension | null,
    /** The kind of webhooks that are answered with an error. */
    failing: null as Heard['kind'] | null,
    /** What was asked and said, step by step. */
    steps: dialogue.steps,
    said: <Kind extends Heard['kind']>(kind: Kind) =>
      heard.filter((each): each is Extract<Heard, { kind: Kind }> => each.kind === kind),
    request: (changes: Partial<PlaceCallRequest> = {}): PlaceCallRequest => ({
      attemptId: 'a1',
      to: TO,
      from: FROM,
      webhooks: {
        answer: `${publicUrl}/a1/answer`,
        fallback: `${publicUrl}/a1/fallback`,
        status: `${publicUrl}/a1/status`,
        machine: `${publicUrl}/a1/machine`,
      },
      ringTimeoutS: 20,
      timeLimitS: 120,
      detectMachine: false,
      sendDigits: null,
      ...changes,
    }),
    text: (changes: Partial<SendTextRequest> = {}): SendTextRequest => ({
      attemptId: 'a1',
      to: TO,
      from: FROM,
      body: 'Your Contoso code: 123456.',
      validityS: 600,
      statusUrl: `${publicUrl}/a1/text`,
      ...changes,
    }),
    /** Asks for a call to a phone that behaves as said. */
    place(phone: ScenarioName | Script, changes: Partial<PlaceCallRequest> = {}) {
      simulator.desk.script(changes.to ?? TO, phone);
      return provider.placeCall(world.request(changes));
    },
    /** The same, and lets it run to its end. Gives the name of the call. */
    async run(phone: ScenarioName | Script, changes: Partial<PlaceCallRequest> = {}): Promise<string> {
      const placed = await world.place(phone, changes);
      if (placed.kind !== 'accepted') throw new Error(`not accepted: ${placed.errorCode}`);
      await time.idle();
      return placed.callId;
    },
    /** Sends a webhook of the test's own making; resolves with the HTTP status. */
    async send(path: string, fields: [string, string][], headers: Record<string, string>): Promise<number> {
      const response = await fetch(publicUrl + path, {
        method: 'POST',
        headers,
        body: new URLSearchParams(fields),
      });
      return response.status;
    },
    /** Asks the REST API for a call in a form of the test's own. */
    rest: (form: [string, string][]) =>
      fetch(`${apiBaseUrl}/2010-04-01/Accounts/${accountSid}/Calls.json`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${accountSid}:${keys.authToken}`)}` },
        body: new URLSearchParams(form),
      }),
  };
  onTestFinished(async () => {
    simulator.faults.clear();
    await simulator.stop();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  return world;
}

function read(webhook: TrustedWebhook, kind: Exclude<Heard['kind'], 'refused'>): Heard {
  if (kind === 'status') return { kind, ...webhook.status() };
  if (kind === 'machine') return { kind, ...webhook.machine() };
  if (kind === 'text') return { kind, ...webhook.text() };
  if (kind === 'digits' || kind === 'silence') return { kind, ...webhook.digits() };
  return { kind, ...webhook.answer() };
}

/** The dialogue of a call, by the rules of the journey: `#` approves, `0` and `#` report fraud, three questions in all. */
function createDialogue() {
  const steps: CallStep[] = [];
  const isThird = (step: CallStep) => steps.filter((each) => each === step).length === 2;
  const answerTo = (digits: string | null): CallStep => {
    if (digits === '#') return 'approved';
    if (digits === '0') return 'report-fraud';
    if (digits === null) return isThird('silence') ? 'too-much-silence' : 'silence';
    return isThird('wrong-key') ? 'too-many-wrong-keys' : 'wrong-key';
  };
  const report = (digits: string | null): CallStep => (digits === '#' ? 'fraud-reported' : 'ask');
  const say = (step: CallStep) => {
    steps.push(step);
    return step;
  };
  return {
    steps,
    first: () => say('ask'),
    next: (digits: string | null) => say(steps.at(-1) === 'report-fraud' ? report(digits) : answerTo(digits)),
  };
}
