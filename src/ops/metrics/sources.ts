/** The sources that are read at each scrape. Every process reports the same about the shared stores: take the maximum over them. */
import type { Queue } from 'bullmq';
import type { Kysely } from 'kysely';
import type { Registry as MetricsRegistry } from 'prom-client';
import type { Clock } from '../../platform/clock.ts';
import type { ProviderAccess } from '../../providers/port.ts';
import type { Registry } from '../../registry/schema.ts';
import { type Check, runChecks } from '../readiness.ts';
import { createOutcomeSource } from './outcome-source.ts';
import { createRegistryState } from './registry-state.ts';
import { type GaugeSpec, gaugeSource, type Reading, type Source } from './source.ts';

/** What there is to ask. */
export interface SourceDeps {
  registry: MetricsRegistry;
  db: Kysely<Registry>;
  clock: Clock;
  queues: Queue[];
  checkAccess: () => Promise<ProviderAccess>;
  /** Those that each scrape repeats. */
  checks: Check[];
  takeFinished: (most: number) => string[];
  giveBack: (ids: string[]) => void;
}

/** All sources. */
export function createSources(deps: SourceDeps): Source[] {
  const state = createRegistryState(deps.db, deps.clock);
  const gauges: GaugeSpec[] = [
    {
      name: 'poundkey_verifications_open',
      help: 'Verifications that are not finished, by state',
      labelNames: ['state'],
      read: state.openByState,
    },
    {
      name: 'poundkey_verification_overdue_seconds',
      help: 'How long the open verification that has waited longest for its next step is overdue, in seconds',
      labelNames: [],
      read: state.overdue,
    },
    {
      name: 'poundkey_line_wait_seconds',
      help: 'How long a call requested now would wait for its caller line, in seconds',
      labelNames: ['line'],
      read: state.waitPerLine,
    },
    {
      name: 'poundkey_outbox_messages',
      help: 'Messages to tenants: waiting to be delivered, or dead because all attempts failed',
      labelNames: ['state'],
      read: state.outboxMessages,
    },
    {
      name: 'poundkey_outbox_waiting_age_seconds',
      help: 'Age of the oldest message to a tenant that is still to be delivered, in seconds',
      labelNames: [],
      read: state.outboxAge,
    },
    {
      name: 'poundkey_entra_certificate_expiry_timestamp_seconds',
      help: 'When the first certificate for this use (answers to Entra, messages from Entra) expires, in seconds since 1970',
      labelNames: ['use'],
      read: state.entraCertificates,
    },
    {
      name: 'poundkey_jobs',
      help: 'Jobs by queue and state',
      labelNames: ['queue', 'state'],
      read: () => readJobs(deps.queues),
    },
    {
      name: 'poundkey_check_ok',
      help: '1 if the check of this name passes (GET /readyz), otherwise 0',
      labelNames: ['check'],
      read: () => readChecks(deps.checks),
    },
    {
      name: 'poundkey_phone_network_access',
      help: '1 for the result of the last check of access to the provider: granted, refused (credentials, account), unreachable',
      labelNames: ['access'],
      read: () => readAccess(deps.checkAccess),
    },
  ];
  return [...gauges.map((spec) => gaugeSource(deps.registry, spec)), createOutcomeSource(deps)];
}

const JOB_STATES = ['waiting', 'active', 'delayed', 'prioritized', 'failed'] as const;

async function readJobs(queues: Queue[]): Promise<Reading[]> {
  const counts = await Promise.all(queues.map((queue) => queue.getJobCounts(...JOB_STATES)));
  return queues.flatMap(({ name }, index) =>
    JOB_STATES.map((state) => ({ labels: { queue: name, state }, value: counts[index]?.[state] ?? 0 })),
  );
}

async function readChecks(checks: Check[]): Promise<Reading[]> {
  const results = Object.entries(await runChecks(checks));
  return results.map(([check, { status }]) => ({ labels: { check }, value: status === 'ok' ? 1 : 0 }));
}

const ACCESS = ['granted', 'refused', 'unreachable'] as const;

async function readAccess(checkAccess: () => Promise<ProviderAccess>): Promise<Reading[]> {
  const { access: seen } = await checkAccess();
  return ACCESS.map((access) => ({ labels: { access }, value: access === seen ? 1 : 0 }));
}
