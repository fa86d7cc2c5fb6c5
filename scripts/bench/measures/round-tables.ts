/** The tables of whole verifications. */
import { number, spread, type Table } from '../table.ts';
import type { Round } from './rounds.ts';

/** How many a second, and what they cost next to the floors that ran. @param prefix of the ids of all tables */
export function rateTable(rounds: Map<string, Round[]>, prefix = ''): Table {
  const ratios = (own: Round[], floor: string, value: (round: Round) => number, decimals = 2) =>
    spread(
      (rounds.get(floor) ?? []).map((round, index) => {
        const mine = own[index];
        return mine ? value(mine) / value(round) : Number.NaN;
      }),
      decimals,
    );
  const rate = (round: Round) => round.perSecond;
  const rows = [...rounds].map(([name, own]) => [
    name,
    spread(own.map(rate), 1),
    ratios(own, 'naive', rate),
    ratios(own, 'lean', rate),
    ratios(own, 'naive', ({ cpu }) => cpu.node),
    ratios(own, 'naive', ({ cpu }) => cpu.postgres),
    number(own.reduce((sum, { lost }) => sum + lost, 0)),
  ]);
  const columns = [
    '',
    'verifications/s',
    'to naive',
    'to lean',
    'Node CPU to naive',
    'PostgreSQL CPU to naive',
    'lost',
  ];
  return { id: `${prefix}rate`, title: 'Verifications from request to outcome webhook', columns, rows };
}

/** What one costs. */
export function workTable(rounds: Map<string, Round[]>, prefix = ''): Table {
  const rows = [...rounds].map(([name, own]) => [
    name,
    spread(
      own.map(({ cpu }) => cpu.node),
      1,
    ),
    spread(
      own.map(({ cpu }) => cpu.postgres),
      1,
    ),
    spread(
      own.map(({ cpu }) => cpu.redis),
      2,
    ),
    `${spread(
      own.map(({ sql }) => sql.statements),
      1,
    )} (${spread(
      own.map(({ sql }) => sql.writes),
      1,
    )})`,
    spread(
      own.map(({ sql }) => sql.transactions),
      1,
    ),
    spread(
      own.map(({ sql }) => sql.walBytes / 1024),
      1,
    ),
    spread(
      own.map(({ sql }) => sql.executionMs),
      1,
    ),
    spread(
      own.map(({ scripts }) => scripts),
      1,
    ),
  ]);
  const columns = [
    'for one verification',
    'Node CPU ms',
    'PostgreSQL CPU ms',
    'Redis CPU ms',
    'statements (writing)',
    'writing transactions',
    'WAL kB',
    'execution and lock waits ms',
    'queue scripts',
  ];
  return { id: `${prefix}work`, title: 'What one verification costs', columns, rows };
}

/** How long people wait. @param last what they do last: the key, or the code */
export function latencyTable(rounds: Map<string, Round[]>, prefix = '', last = '#'): Table {
  const rows = [...rounds].map(([name, own]) => [
    name,
    ...(['request', 'finished', 'outcome'] as const).flatMap((kind) => [
      spread(own.map(({ latencies }) => latencies[kind].p50)),
      spread(own.map(({ latencies }) => latencies[kind].p99)),
    ]),
  ]);
  const pair = (what: string) => [`${what} p50`, 'p99'];
  const columns = [
    'ms',
    ...pair('request'),
    ...pair(`${last} → finished`),
    ...pair(`${last} → outcome webhook`),
  ];
  return { id: `${prefix}latency-in-flight`, title: 'Latencies at full load', columns, rows };
}
