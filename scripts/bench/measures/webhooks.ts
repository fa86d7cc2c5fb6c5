/** How soon the answer webhook is answered, against a bare Express app that checks the signature. */
import { setTimeout as pause } from 'node:timers/promises';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { freePort } from '../../../test/support/processes.ts';
import { ACCOUNT, type Bench, CALLER_LINE } from '../bench.ts';
import type { Contender } from '../contenders/contender.ts';
import { CONTENDERS, withContender } from '../contenders/index.ts';
import { createHttpClient, formPost } from '../http-client.ts';
import { identityOf } from '../identity.ts';
import { atEvenDistances, closedLoop, requestVerification } from '../load.ts';
import { becomes, startProgram } from '../processes.ts';
import { quantile } from '../statistics.ts';
import { spread } from '../table.ts';
import type { HeldCall } from '../traces.ts';
import { fewerRounds, type Measure, progress, WARM_UP } from './measure.ts';

const PER_SECOND = 200;
const MOST_SECONDS = 5;
const PLACED_WITHIN_MS = 120_000;

const send = createHttpClient();
/** In ms; and how many were answered with anything but the question. */
type Latency = { p50: number; p99: number; withoutQuestion: number };

/** `webhooks`. */
export const webhooks: Measure = {
  name: 'webhooks',
  about:
    'answer webhook at 200 a second against bare Express with the signature check (2 rounds: about 2 min)',
  async run(bench) {
    const rounds: { poundkey: Latency; bare: Latency }[] = [];
    for (const round of fewerRounds(bench)) {
      // Whoever is second finds another machine than who was first.
      const bareFirst = round % 2 === 0 ? await bare(bench) : null;
      const poundkey = await withContender(
        bench,
        CONTENDERS.poundkey,
        (contender) => full(bench, contender),
        { environment: { LIVE_CALLS: `${2 * PER_SECOND * MOST_SECONDS}` } },
      );
      rounds.push({ poundkey, bare: bareFirst ?? (await bare(bench)) });
      progress(
        `round ${round + 1}: p99 ${poundkey.p99.toFixed(1)} ms, bare ${rounds.at(-1)?.bare.p99.toFixed(1)} ms`,
      );
    }
    const rows: string[][] = (['p50', 'p99'] as const).map((q) => [
      q,
      spread(
        rounds.map(({ poundkey }) => poundkey[q]),
        2,
      ),
      spread(
        rounds.map((each) => each.bare[q]),
        2,
      ),
      spread(
        rounds.map((each) => each.poundkey[q] / each.bare[q]),
        2,
      ),
    ]);
    const count = (own: (round: (typeof rounds)[0]) => Latency) =>
      spread(rounds.map((each) => own(each).withoutQuestion));
    rows.push([
      'answered without the question',
      count((each) => each.poundkey),
      count((each) => each.bare),
      '',
    ]);
    const columns = ['answer webhook, 200/s', 'poundkey ms', 'bare Express ms', 'ratio'];
    return { tables: [{ id: 'webhooks', title: 'Webhooks', columns, rows }], raw: rounds };
  },
};

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

async function bare(bench: Bench): Promise<Latency> {
  const port = await freePort();
  const file = new URL('../programs/bare-webhook.ts', import.meta.url);
  const started = startProgram({
    file,
    args: [`${port}`, ACCOUNT.authToken],
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
