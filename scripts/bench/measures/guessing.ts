/**
 * Whether numbers that are user names can be told from others: of so many pairs one number is a user name and the other is
 * nobody's, and the same is asked of both, one after the other. Answers must be the same; times are compared.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Contender } from '../contenders/contender.ts';
import { CONTENDERS, withContender } from '../contenders/index.ts';
import { createHttpClient } from '../http-client.ts';
import { expireCodes, seedSigners } from '../seed.ts';
import { median } from '../statistics.ts';
import { number, type Table } from '../table.ts';
import { type Measure, progress } from './measure.ts';

/** Pairs before those that are measured, since a process that has just started compiles while it works. */
const WARM_UP = 100;
/** After an answer, for what is done about it in the background, ms: whoever guesses learns nothing from the next number. */
const SETTLE_MS = 25;
const WRONG = '000000';
const MOST_CHECKS = 5;
const send = createHttpClient();

/** What was asked of the two numbers of a pair. */
interface Pair {
  known: string;
  unknown: string;
}
type Ids = Record<keyof Pair, string>;

/** How long the answers of one step took, ms, pair by pair. */
type Times = Record<keyof Pair, number[]>;

/** `guessing`. */
export const guessing: Measure = {
  name: 'guessing',
  about:
    'whether times tell numbers that are user names from others: --verifications pairs of them (about 5 min)',
  async run(bench) {
    const results = new Map<string, Times>();
    const pairs = pairsOf(WARM_UP + bench.options.verifications);
    await withContender(bench, CONTENDERS.poundkey, async (contender) => {
      await seedSigners(
        contender.databaseUrl,
        pairs.map(({ known }) => known),
      );
      await guessInParts({ contender, results: new Map() }, pairs.slice(0, WARM_UP));
      await guessInParts({ contender, results }, pairs.slice(WARM_UP));
    });
    return { tables: [tableOf(results)], raw: Object.fromEntries(results) };
  },
};

/** Swedish mobiles that no other measure has: even ones are user names. */
function pairsOf(count: number): Pair[] {
  const mobile = (n: number) => `+46702${100_000 + n}`;
  return Array.from({ length: count }, (_, n) => ({ known: mobile(2 * n), unknown: mobile(2 * n + 1) }));
}

/** Who is asked, and what was measured. */
interface Asker {
  contender: Contender;
  results: Map<string, Times>;
}

/** Pairs that are asked about together: the codes of all are guessed at before one of them expires. */
const PART = 50;

async function guessInParts(asker: Asker, pairs: readonly Pair[]): Promise<void> {
  for (let start = 0; start < pairs.length; start += PART)
    await guessAll(asker, pairs.slice(start, start + PART));
}

/** Three sign-ins of each number: one is guessed at until it ends, one is canceled, one expires. */
async function guessAll(asker: Asker, pairs: readonly Pair[]): Promise<void> {
  progress(`${pairs.length} pairs: asking`);
  const [guessed, canceled, expired] = [
    await askAll(asker, pairs),
    await askAll(asker, pairs),
    await askAll(asker, pairs),
  ];
  progress('wrong codes');
  for (let n = 1; n <= MOST_CHECKS; n += 1)
    await step(asker, n === MOST_CHECKS ? 'the last wrong code' : 'a wrong code', guessed, check);
  await step(asker, 'reading what wrong codes ended', guessed, read);
  await step(asker, 'a code after that', guessed, check);
  progress('canceling');
  await step(asker, 'canceling', canceled, cancel);
  await step(asker, 'reading what was canceled', canceled, read);
  await step(asker, 'a code after canceling', canceled, check);
  progress('expiry');
  await expireCodes(
    asker.contender.databaseUrl,
    expired.flatMap(({ known, unknown }) => [known, unknown]),
  );
  await step(asker, 'reading what has expired', expired, read);
  await step(asker, 'a code after expiry', expired, check);
}

type Request = (id: string) => [method: string, path: string, body?: object];
const read: Request = (id) => ['GET', `/v1/sign-ins/${id}`];
const check: Request = (id) => ['POST', `/v1/sign-ins/${id}/check`, { code: WRONG }];
const cancel: Request = (id) => ['POST', `/v1/sign-ins/${id}/cancel`];

/** Asks for a sign-in of every number, and reads each at once, while its text is being sent. */
async function askAll(asker: Asker, pairs: readonly Pair[]): Promise<Ids[]> {
  const all: Ids[] = [];
  for (const [n, pair] of pairs.entries()) {
    const ids = { known: '', unknown: '' };
    const told = { known: '', unknown: '' };
    for (const kind of inTurn(n)) {
      const body = { number: pair[kind], nonce: 'n-1' };
      const asked = await timed(asker, 'asking', kind, ['POST', '/v1/sign-ins', body]);
      ids[kind] = JSON.parse(asked.body).id;
      const followed = await timed(asker, 'reading at once after asking', kind, read(ids[kind]));
      told[kind] = withoutOwn(asked) + withoutOwn(followed);
      await pause(SETTLE_MS);
    }
    mustBeSame('asking', told);
    all.push(ids);
  }
  return all;
}

async function step(asker: Asker, name: string, all: readonly Ids[], request: Request): Promise<void> {
  for (const [n, ids] of all.entries()) {
    const told = { known: '', unknown: '' };
    for (const kind of inTurn(n)) told[kind] = withoutOwn(await timed(asker, name, kind, request(ids[kind])));
    mustBeSame(name, told);
  }
  await pause(SETTLE_MS);
}

/** So that none of the two always comes second. */
const inTurn = (n: number) =>
  n % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const);

async function timed(
  { contender, results }: Asker,
  name: string,
  kind: keyof Pair,
  [method, path, body]: ReturnType<Request>,
) {
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${contender.apiKey}` };
  const startedAt = performance.now();
  const answer = await send(`${contender.url}${path}`, { method, headers }, body && JSON.stringify(body));
  const times = results.get(name) ?? { known: [], unknown: [] };
  times[kind].push(performance.now() - startedAt);
  results.set(name, times);
  return answer;
}

/** An answer without what is different each time: ids and times. */
function withoutOwn({ status, body }: { status: number; body: string }): string {
  return `${status} ${body
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')}`;
}

function mustBeSame(name: string, { known, unknown }: Record<keyof Pair, string>): void {
  if (known !== unknown)
    throw new Error(`${name}: a number that is a user name is answered ${known}, another one ${unknown}`);
}

/** Where nothing can be told, the number that is a user name is the slower one in half of the pairs. */
function tableOf(results: Map<string, Times>): Table {
  const rows = [...results].map(([name, { known, unknown }]) => {
    const slower = known.filter((ms, n) => ms > (unknown[n] ?? Number.NaN)).length;
    const [ofKnown, ofUnknown] = [median(known), median(unknown)];
    return [
      ...[
        name,
        number(known.length),
        number(ofKnown, 2),
        number(ofUnknown, 2),
        number(ofKnown / ofUnknown, 3),
      ],
      number((100 * slower) / known.length, 1),
    ];
  });
  const columns = [
    '',
    'pairs',
    'a user name, median ms',
    'nobody’s, median ms',
    'ratio',
    'user name slower, % of pairs',
  ];
  return { id: 'guessing', title: 'Numbers that are user names, and others', columns, rows };
}
