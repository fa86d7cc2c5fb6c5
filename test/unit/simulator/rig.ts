/** A simulator with virtual time and a small web service that it calls back; no part of Poundkey. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SimulatorEvent } from '../../../src/simulator/events.ts';
import { createSimulator, type SimulatorOptions } from '../../../src/simulator/simulator.ts';
import { type VirtualTime, virtualTime } from '../../../src/simulator/time.ts';

export const ACCOUNT = `AC${'0'.repeat(31)}1`;
export const TOKEN = 'token-of-the-test';
export const FROM = '+442079460999';
export const TO = '+442079460123';
export const START = Date.UTC(2026, 10, 21, 8, 0, 0);

/** A webhook as it arrived. `at` is the simulator's time, in ms since the start. */
export interface Received {
  at: number;
  path: string;
  /** Address as it was requested, with the query. */
  url: string;
  method: string;
  headers: IncomingHttpHeaders;
  /** Form fields. */
  params: Record<string, string>;
  /** Query fields. */
  query: Record<string, string>;
}

/** Answers a webhook: TwiML as text, or by hand. */
type Handler = string | ((received: Received, res: ServerResponse) => string | undefined);

export type Rig = Awaited<ReturnType<typeof startRig>>;

/** Starts both; `stop()` ends both. */
export async function startRig(options: Partial<SimulatorOptions<VirtualTime>> = {}) {
  const time = virtualTime({ start: START });
  const simulator = createSimulator({ accountSid: ACCOUNT, authToken: TOKEN, time, ...options });
  const events: SimulatorEvent[] = [];
  simulator.on((event) => events.push(event));
  const received: Received[] = [];
  const handlers = new Map<string, Handler>();

  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    const url = `http://${req.headers.host}${req.url}`;
    const { pathname, searchParams } = new URL(url);
    const one: Received = {
      at: time.now() - START,
      path: pathname,
      url,
      method: req.method ?? '',
      headers: req.headers,
      params: Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString('utf8'))),
      query: Object.fromEntries(searchParams),
    };
    received.push(one);
    const handler = handlers.get(pathname) ?? '<Response/>';
    const twiml = typeof handler === 'string' ? handler : handler(one, res);
    if (twiml !== undefined) res.setHeader('Content-Type', 'text/xml').end(twiml);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await simulator.start();

  const rest = async (
    path: string,
    form?: Record<string, string | string[]>,
    auth = `${ACCOUNT}:${TOKEN}`,
  ) => {
    const body =
      form && new URLSearchParams(Object.entries(form).flatMap(([k, v]) => [v].flat().map((x) => [k, x])));
    return await fetch(`${simulator.url}/2010-04-01/Accounts/${ACCOUNT}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { Authorization: `Basic ${Buffer.from(auth).toString('base64')}` },
      ...(body ? { body } : {}),
    });
  };

  const rig = {
    simulator,
    time,
    events,
    received,
    /** The address of a path of the web service. */
    at: (path: string) => base + path,
    /** From now on `path` answers with this. */
    answers: (path: string, handler: Handler) => void handlers.set(path, handler),
    /** A REST request: POST when there is a form. */
    rest,
    /** Asks for a call to TO whose first document is at /answer; resolves with the body of the answer. */
    async place(form: Record<string, string | string[]> = {}) {
      const all = { To: TO, From: FROM, Url: `${base}/answer`, ...form };
      const response = await rest('/Calls.json', all);
      return (await response.json()) as Record<string, string>;
    },
    /** Places a call and lets it run to its end. */
    async run(form: Record<string, string | string[]> = {}) {
      const call = await rig.place(form);
      await time.idle();
      return call;
    },
    /** The webhooks a path got. */
    to: (path: string) => received.filter((one) => one.path === path),
    /** What was spoken in the last call. */
    spoken: () =>
      simulator
        .calls()
        .at(-1)!
        .transcript.flatMap((entry) => ('text' in entry ? [entry.text] : [])),
    /** The only call's status. */
    status: () => simulator.calls().at(-1)!.status,
    async stop() {
      await simulator.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return rig;
}

/** All four events and where to send them. */
export const allEvents = (rig: Rig) => ({
  StatusCallback: rig.at('/status'),
  StatusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
});

/** A phone that picks up at once, then presses `keys`, each at its instant (ms) into the prompt it belongs to. */
export const presses = (...keys: [on: 'prompt' | 'promptEnd', afterMs: number, press: string][]) => ({
  pickUp: { kind: 'answer' as const, afterMs: 0, by: 'human' as const },
  reactions: keys.map(([on, afterMs, press]) => ({ on, afterMs, press })),
});
