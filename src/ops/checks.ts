import type { ProvidersAccess } from '../providers/port.ts';
import { probePublicUrl } from './probe-public-url.ts';
import type { Check } from './readiness.ts';
import { remembered } from './remembered.ts';

/** How long one check may take, ms. */
const STORE_LIMIT_MS = 2_000;
const NETWORK_LIMIT_MS = 5_000;

/** What can be checked, by the one name that `/readyz`, the metrics and `poundkey check` have for it. */
export type CheckName = 'registry' | 'keys' | 'queue' | 'prompts' | 'providers' | 'publicUrl';
type NamedCheck = Check & { name: CheckName };

/** Checks that ask others, who may take longer than a scrape of the metrics may: `/readyz` has them, the metrics do not. */
export const ASKS_OTHERS: readonly CheckName[] = ['providers', 'publicUrl'];

/** What is looked at. */
interface Checked {
  stores: { database: { check(): Promise<void> }; queues: { ping(): Promise<void> } };
  checkAccess: () => Promise<ProvidersAccess>;
  /** Throws an Error when there is nothing to say on calls. */
  checkPrompts: () => void;
}

/**
 * What `/readyz` looks at. A load balancer sends no requests and no webhooks to a process that is not ready, so only what a
 * role cannot work without is required: without the queue requests are taken and live calls go on, since the sweeper adds
 * the jobs later; without a provider webhooks of live calls still come.
 */
export function createChecks(
  { role, http: { publicUrl } }: { role: string; http: { publicUrl: string | null } },
  { stores, checkAccess, checkPrompts }: Checked,
): NamedCheck[] {
  const speaks = role !== 'worker';
  return [
    { name: 'registry', required: true, limitMs: STORE_LIMIT_MS, run: () => stores.database.check() },
    { name: 'queue', required: !speaks, limitMs: STORE_LIMIT_MS, run: () => stores.queues.ping() },
    {
      name: 'providers',
      required: false,
      limitMs: NETWORK_LIMIT_MS,
      async run() {
        const { usable, worst } = await checkAccess();
        if (!usable) throw new Error(worst.access === 'granted' ? 'no provider' : worst.reason);
      },
    },
    ...(publicUrl === null ? [] : [leadsHere(publicUrl)]),
    { name: 'prompts', required: speaks, limitMs: STORE_LIMIT_MS, run: async () => checkPrompts() },
  ];
}

/** How long what the own address answered is used, ms. */
const ADDRESS_COUNTS_MS = 60_000;

/** Whether providers can reach this service, as far as it can tell itself. For people to look at: calls go on meanwhile. */
function leadsHere(publicUrl: string): NamedCheck {
  const probe = remembered(
    () => probePublicUrl(publicUrl, NETWORK_LIMIT_MS),
    () => ADDRESS_COUNTS_MS,
  );
  return {
    name: 'publicUrl',
    required: false,
    limitMs: NETWORK_LIMIT_MS + 500,
    async run() {
      const problem = await probe();
      if (problem !== null) throw new Error(problem);
    },
  };
}
