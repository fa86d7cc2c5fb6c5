/**
 * How verifications end and how long they take. The event says which one finished; the registry knows the rest, and
 * is asked for many at a time, at the scrape. So finishing costs nothing, and it does not matter which process heard
 * the call.
 */
import type { Kysely } from 'kysely';
import { Counter, Histogram, type Registry as MetricsRegistry } from 'prom-client';
import { maskLine } from '../../domain/mask-number.ts';
import type { Registry } from '../../registry/schema.ts';
import type { Source } from './source.ts';

/** How many verifications one question is about. */
const PAGE = 500;
/** From a second to the ten minutes after which a verification expires by default. */
const BUCKETS = [1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600];
/** Outcomes that a person decided by pressing keys. */
const BY_KEY: readonly (string | null)[] = ['approved', 'fraudReported', 'wrongDigits'];

/** @param deps.takeFinished verifications that finished in this process and are to be looked up */
export function createOutcomeSource(deps: {
  registry: MetricsRegistry;
  db: Kysely<Registry>;
  takeFinished: (most: number) => string[];
  giveBack: (ids: string[]) => void;
}): Source {
  const observe = createInstruments(deps.registry);
  return {
    name: 'outcomes',
    forget: () => undefined,
    async read() {
      for (let ids = deps.takeFinished(PAGE); ids.length > 0; ids = deps.takeFinished(PAGE)) {
        const rows = await lookUp(deps.db, ids).catch((error: unknown) => {
          deps.giveBack(ids);
          throw error;
        });
        rows.forEach(observe);
      }
    },
  };
}

type Ended = Awaited<ReturnType<typeof lookUp>>[number];

function lookUp(db: Kysely<Registry>, ids: string[]) {
  return db
    .selectFrom('verification as v')
    .select([
      'v.purpose',
      'v.outcome',
      'v.country',
      'v.createdAt',
      'v.decidedAt',
      'v.finishedAt',
      'v.lineNumber',
      'v.answeredAt',
    ])
    .where('v.id', 'in', ids)
    .execute();
}

function createInstruments(registry: MetricsRegistry): (ended: Ended) => void {
  const registers = [registry];
  const outcomes = new Counter({
    name: 'poundkey_verification_outcomes_total',
    help: 'Verifications that reached an outcome, by outcome, country of the called number and caller line',
    labelNames: ['outcome', 'country', 'line'],
    registers,
  });
  const times = new Histogram({
    name: 'poundkey_verification_duration_seconds',
    help: 'Time from the request until somebody answered, a key decided, or the phone was registered, in seconds',
    labelNames: ['until'],
    buckets: BUCKETS,
    registers,
  });
  return (ended) => {
    const line = ended.lineNumber;
    outcomes.inc({
      outcome: ended.outcome ?? 'none',
      country: ended.country,
      line: line === null ? 'none' : maskLine(line),
    });
    for (const [until, instant] of Object.entries(milestones(ended)))
      if (instant)
        times.observe({ until }, Math.max(0, (instant.getTime() - ended.createdAt.getTime()) / 1000));
  };
}

/** The end of each stage; null for what did not happen. */
function milestones({
  outcome,
  purpose,
  answeredAt,
  decidedAt,
  finishedAt,
}: Ended): Record<string, Date | null> {
  return {
    answer: answeredAt,
    key: BY_KEY.includes(outcome) ? decidedAt : null,
    registered: outcome === 'approved' && purpose === 'register' ? finishedAt : null,
  };
}
