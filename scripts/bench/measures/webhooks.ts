/** How soon the answer webhook is answered, against a bare Express app that checks the signature. */
import { setTimeout as pause } from 'node:timers/promises';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { freePort } from '../../../test/support/processes.ts';
import { ACCOUNT, type Bench, CALLER_LINE } from '../bench.ts';
import { collectGarbage } from '../collect-garbage.ts';
import type { Contender } from '../contenders/contender.ts';
import { CONTENDERS, inTurn, withContender } from '../contenders/index.ts';
import { createHttpClient, formPost } from '../http-client.ts';
import { identityOf } from '../identity.ts';
import { atEvenDistances, closedLoop, requestVerification } from '../load.ts';
import { becomes, startProgram } from '../processes.ts';
import { quantile } from '../statistics.ts';
import { spread, type Table } from '../table.ts';
import type { HeldCall } from '../traces.ts';
import { fewerRounds, type Measure, progress, WARM_UP } from './measure.ts';

const PER_SECOND = 200;
const MOST_SECONDS = 5;
const PLACED_WITHIN_MS = 120_000;

const send = createHttpClient();
/** In ms; and how many were answered with anything but the question. */
type Latency = { p50: number; p99: number; withoutQuestion: number };

/** The three that are compared, by the heads of their columns. */
const COMPARED = {
  poundkey: (bench: Bench) =>
    withContender(bench, CONTENDERS.poundkey, (contender) => full(bench, contender), {
      environment: { LIVE_CALLS: `${2 * PER_SECOND * MOST_SECONDS}` },
    }),
  'bare Express': (bench: Bench) => bare(bench),
  'bare with one statement': withStatement,
};
type Compared = keyof typeof COMPARED;
type Round = Record<Compared, Latency>;

/** `webhooks`. */
export const webhooks: Measure = {
  name: 'webhooks',
  about:
    'answer webhook at 200 a second against bare Express with the signature check, without and with a statement (2 rounds: about 1 min)',
  async run(bench) {
    const rounds: Round[] = [];
    for (const round of fewerRounds(bench)) {
      const latencies: Partial<Round> = {};
      // Whoever is second finds another machine than who was first.
      for (const name of inTurn(Object.keys(COMPARED) as Compared[], round))
        latencies[name] = await COMPARED[name](bench);
      rounds.push(latencies as Round);
      const p99 = Object.entries(latencies).map(([name, each]) => `${name} ${each.p99.toFixed(1)} ms`);
      progress(`round ${round + 1}: p99 ${p99.join(', ')}`);
    }
    return { tables: [tableOf(rounds)], raw: rounds };
  },
};

function tableOf(rounds: Round[]): Table {
  const names = Object.keys(COMPARED) as Compared[];
  const columns = [
    ...['answer webhook, 200/s', ...names.map((name) => `${name} ms`)],
    ...['poundkey to bare', 'statement to bare'],
  ];
  const ratio = (name: Compared, q: 'p50' | 'p99') =>
    spread(
      rounds.map((each) => each[name][q] / each['bare Express'][q]),
      2,
    );
  const rows = (['p50', 'p99'] as const).map((q) => [
    q,
    ...names.map((name) =>
      spread(
        rounds.map((each) => each[name][q]),
        2,
      ),
    ),
    ...[ratio('poundkey', q), ratio('bare with one statement', q)],
  ]);
  const withoutQuestion = names.map((name) => spread(rounds.map((each) => each[name].withoutQuestion)));
  rows.push(['answered without the question', ...withoutQuestion, '', '']);
  return { id: 'webhooks', title: 'Webhooks', columns, rows };
}

function secondsOf(bench: Bench): number {
  return Math.min(bench.options.seconds, MOST_SECONDS);
}

/** Calls are placed and left ringing first; then each is answered once. */
async function full(bench: Bench, contender: Contender): Promise<Latency> {
  const count = PER_SECOND * secondsOf(bench);
  await closedLoop(bench, contender, WARM_UP);
  bench.holdCalls(true);
  try {
    let begun = 0;
    const loop = async () => {
      while (begun < count) {
        begun += 1;
        await requestVerification(contender, bench.traces.begin());
      }
    };
    await Promise.all(Array.from({ length: 10 }, loop));
    const deadline = performance.now() + PLACED_WITHIN_MS;
    while (bench.traces.held.length < count && performance.now() < deadline) await pause(50);
    if (bench.traces.held.length < count) throw new Error('Too few calls were placed in time.');
    await pause(1000);
    return await answered(bench.traces.held.slice(0, count), secondsOf(bench));
  } finally {
    bench.holdCalls(false);
  }
}

async function withStatement(bench: Bench): Promise<Latency> {
  const database = await bench.postgres.createDatabase();
  try {
    return await bare(bench, bench.postgres.urlOf(database));
  } finally {
    await bench.postgres.dropDatabase(database);
  }
}

async function bare(bench: Bench, ...databaseUrl: string[]): Promise<Latency> {
  const port = await freePort();
  const file = new URL('../programs/bare-webhook.ts', import.meta.url);
  const started = startProgram({
    file,
    args: [`${port}`, ACCOUNT.authToken, ...databaseUrl],
    logFile: bench.logFile('bare-webhook'),
  });
  const url = `http://127.0.0.1:${port}`;
  await becomes('bare-webhook', started, async () => (await send(`${url}/`)).status === 404);
  const warmUpSeconds = Math.ceil(WARM_UP.count / PER_SECOND);
  const calls = Array.from({ length: PER_SECOND * (warmUpSeconds + secondsOf(bench)) }, (_, n) => ({
    n,
    callId: `CA${n.toString(16).padStart(32, '0')}`,
    address: `${url}/webhooks/${crypto.randomUUID()}/answer?locale=en-US`,
  }));
  await answered(calls.splice(0, PER_SECOND * warmUpSeconds), warmUpSeconds);
  const latency = await answered(calls, secondsOf(bench));
  await started.stop();
  return latency;
}

async function answered(calls: HeldCall[], seconds: number): Promise<Latency> {
  const requests = calls.map(signedAnswer);
  const others: string[] = [];
  await collectGarbage();
  const sent = await atEvenDistances(requests.length / seconds, seconds, async (index) => {
    const startedAt = performance.now();
    const other = await post(requests[index]);
    if (other !== null) others.push(other);
    return performance.now() - startedAt;
  });
  const times = await Promise.all(sent);
  if (others[0])
    progress(`${others.length} webhooks were not answered with the question; one was: ${others[0]}`);
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99), withoutQuestion: others.length };
}

/** Null when the answer is the document that asks for a key, otherwise the answer. */
async function post(request: ReturnType<typeof signedAnswer> | undefined): Promise<string | null> {
  if (!request) return 'there were too few calls';
  try {
    const { status, body } = await send(request.url, request.options, request.body);
    return status === 200 && body.includes('<Gather') ? null : `${status} ${body}`;
  } catch (error) {
    return String(error);
  }
}

function signedAnswer({ n, address, callId }: HeldCall) {
  const url = address.split('#')[0] ?? '';
  const call = {
    CallSid: callId,
    AccountSid: ACCOUNT.accountSid,
    From: CALLER_LINE,
    To: identityOf(n).number,
  };
  const fields = { ...call, CallStatus: 'in-progress', Direction: 'outbound-api' };
  const signature = getExpectedTwilioSignature(ACCOUNT.authToken, url, fields);
  return { url, ...formPost(fields, { 'X-Twilio-Signature': signature }) };
}
