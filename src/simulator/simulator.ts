/** A phone network in a process: the REST API of Twilio or SignalWire, signed webhooks and scripted desk phones that take calls and texts, on loopback. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { createControlRoutes } from './control-routes.ts';
import { createWebhookDelivery } from './deliver-webhook.ts';
import { createDesk, type Desk } from './desk.ts';
import { createDialCall } from './dial-call.ts';
import { DIALECTS } from './dialect.ts';
import { createEndCall } from './end-call.ts';
import { createEventLog, type Listener, type SimulatorLog } from './events.ts';
import { createExchange, type Exchange } from './exchange.ts';
import { createFaults, type Faults } from './faults.ts';
import { createHands, type Hands } from './hands.ts';
import { createCallPlayer } from './play-call.ts';
import { type CallReport, countPerNumber, reportCall } from './report-calls.ts';
import { reportText, type TextReport } from './report-texts.ts';
import { createRestRoutes } from './rest-routes.ts';
import type { BackendAccess } from './sandbox/backend.ts';
import type { Network } from './sandbox/network.ts';
import type { ScenarioName } from './scenarios.ts';
import type { Script } from './script.ts';
import { createSendText } from './send-text.ts';
import { createWebhookSender } from './send-webhook.ts';
import { serveSandbox } from './serve-sandbox.ts';
import { CallOver, DEFAULT_SETTINGS, type Settings, type Stage } from './stage.ts';
import { createStatusCallbacks } from './status-callbacks.ts';
import { type AnswerText, createStopList } from './stop-list.ts';
import { createTextCallbacks } from './text-callbacks.ts';
import { createTextExchange, type TextExchange } from './text-exchange.ts';
import type { SimulatorTime } from './time.ts';
import { createTimers } from './timers.ts';

/** How to build a simulator. */
export interface SimulatorOptions<T extends SimulatorTime> {
  /** The provider it stands for; `twilio` unless given. */
  profile?: keyof typeof DIALECTS;
  /** `AC` and 32 hexadecimal digits; SignalWire: the project's UUID. */
  accountSid: string;
  /** Password of the REST API. */
  authToken: string;
  /** Key of the webhooks' signatures; the token unless given. */
  signingKey?: string;
  /** API keys: SID to secret; they open the REST API but sign nothing. */
  apiKeys?: Record<string, string>;
  /** The only numbers (E.164) that may call and send texts; all, unless given. */
  callerIds?: readonly string[];
  time: T;
  /** Port on 127.0.0.1; 0 (the default) picks a free one. */
  port?: number;
  /** What phones do that nobody scripted; `press-pound` unless given. */
  defaultScript?: Script | ScenarioName;
  settings?: Partial<Settings>;
  log?: SimulatorLog;
}

/** A simulator. */
export interface Simulator<T extends SimulatorTime> {
  /** `http://127.0.0.1:port`; throws before `start()`. */
  readonly url: string;
  /** Opens the port. Rejects when it is taken. */
  start(): Promise<void>;
  /** Stops the simulator: calls and texts stop where they are, without callbacks; nothing is left running. */
  stop(): Promise<void>;
  readonly desk: Desk;
  /** The phones that are operated by hand. */
  readonly hands: Hands;
  readonly faults: Faults;
  readonly time: T;
  /** What happened in each call, oldest first. */
  calls(): CallReport[];
  /** How many calls were created to each number (E.164). */
  createdPerNumber(): Record<string, number>;
  /** What became of each text, oldest first. */
  texts(): TextReport[];
  /** A phone answers a text: STOP and START, as bare words, count. Throws `DeskError` for a sender that is a name. */
  answerText(answer: AnswerText): void;
  /**
   * Shows the sandbox from now on, at `/`: a page to try a service with, by hand. `access` is asked when somebody opens it.
   */
  offerSandbox(access: () => Promise<BackendAccess>): void;
  /** Hears of everything that happens until the returned function is called. */
  on(listener: Listener): () => void;
}

/** Builds a simulator; it listens after `start()`. Throws `DeskError` when the default script is none. */
export function createSimulator<T extends SimulatorTime>(options: SimulatorOptions<T>): Simulator<T> {
  const { time, accountSid, authToken } = options;
  const stopped = new AbortController();
  const timers = createTimers(time);
  const eventLog = createEventLog({ now: time.now, log: options.log });
  const dialect = DIALECTS[options.profile ?? 'twilio'];
  const stage: Stage = {
    timers,
    eventLog,
    settings: { ...DEFAULT_SETTINGS, ...options.settings },
    dialect,
  };
  const desk = createDesk(options.defaultScript ?? 'press-pound');
  const faults = createFaults();
  const send = createWebhookSender({
    key: options.signingKey ?? authToken,
    dialect,
    stopped: stopped.signal,
  });
  const deliver = createWebhookDelivery({ send, time, timers, faults, eventLog });
  const callbacks = createStatusCallbacks({ deliver, faults, dialect, now: time.now });
  const endCall = createEndCall({ stage, callbacks });
  const playCall = createCallPlayer({ stage, deliver });
  const hands = createHands({ stage, endCall });
  const dial = createDialCall({ stage, desk, hands, callbacks, deliver, endCall, playCall });
  const callerIds = options.callerIds ?? null;
  const exchange = createExchange({ stage, accountSid, callerIds, dial, endCall });
  const stopList = createStopList();
  const fire = createTextCallbacks({ deliver, faults, dialect });
  const sendText = createSendText({ stage, desk, fire });
  const texts = createTextExchange({ stage, accountSid, callerIds, desk, stopList, send: sendText });
  const credentials = new Map([[accountSid, authToken], ...Object.entries(options.apiKeys ?? {})]);

  const parts = { desk, hands, faults, exchange, texts, stopList };
  const sandbox = serveSandbox(networkOf(stage, parts), () => urlOf(server));
  const rest = createRestRoutes({ accountSid, credentials, exchange, texts, dialect, faults, time, timers });
  const app = express().disable('x-powered-by').disable('etag');
  const server = createServer(app.use(sandbox.handle, createControlRoutes(parts), rest));

  return {
    get url() {
      return urlOf(server);
    },
    start: () => listen(server, options.port ?? 0),
    async stop() {
      stopped.abort();
      for (const call of [...exchange.all(), ...texts.all()])
        call.over.abort(new CallOver('the simulator stopped'));
      timers.withdrawAll();
      await sandbox.close();
      await close(server);
    },
    desk,
    hands,
    faults,
    time,
    calls: () => exchange.all().map(reportCall),
    createdPerNumber: () => countPerNumber(exchange.all()),
    texts: () => texts.all().map(reportText),
    answerText: stopList.hear,
    offerSandbox: sandbox.connect,
    on: eventLog.on,
  };
}

/** What the sandbox sees and moves. */
function networkOf(
  { timers, eventLog, settings }: Stage,
  parts: Pick<Network, 'desk' | 'hands' | 'faults' | 'stopList'> & {
    exchange: Exchange;
    texts: TextExchange;
  },
): Network {
  const { exchange, texts, ...rest } = parts;
  const { now, after } = timers;
  return {
    ...rest,
    ...{ now, after, charactersPerSecond: settings.charactersPerSecond, on: eventLog.on },
    ...{ findCall: exchange.find, texts: texts.all, answerText: parts.stopList.hear },
  };
}

function urlOf(server: Server): string {
  const address = server.address() as AddressInfo | null;
  if (!address) throw new Error('The simulator is not listening; call start() first.');
  return `http://127.0.0.1:${address.port}`;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  if (!server.listening) return Promise.resolve();
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
