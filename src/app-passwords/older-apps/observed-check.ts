import type { Logger } from '../../log.ts';
import { inTime } from '../../platform/in-time.ts';
import type { OutageLog } from '../../platform/outage-log.ts';
import type { Check, Checked, Looked, SignIn } from '../check/check.ts';

/** The way in which an older app asks. */
export type Way = 'basic' | 'mail';

/** Counts a check. `failed`: the registry could not be asked. */
export type CountCheck = (way: Way, result: Checked['result'] | 'failed', seconds: number) => void;

/** How long the two parts of a check may take, ms: nginx waits 5 s for both in the sample configuration. */
const LONGEST_LOOK_MS = 2_000;
const LONGEST_DECISION_MS = 1_500;

/** What the observed check needs. */
export interface ObservedCheckDeps {
  check: Check;
  count: CountCheck;
  outages: OutageLog;
  log: Pick<Logger, 'info'>;
}

/** The check in its two parts; each resolves to null when the registry cannot be asked in time. */
export type ObservedCheck = ReturnType<typeof createObservedCheck>;

/**
 * The check, counted and with one log line for each refusal: never the password, nor what stood in the place of the user
 * name, where people type passwords too.
 */
export function createObservedCheck({ check, count, outages, log }: ObservedCheckDeps, way: Way) {
  const failed = (error: unknown) => {
    outages(SUBJECT, error);
    return null;
  };
  return {
    /** See `look` of the check. A failure is counted where something was typed. */
    async look(serverId: string, signIn: SignIn | null): Promise<TimedLook | null> {
      const startedAt = performance.now();
      try {
        return { ...(await inTime(check.look(serverId, signIn), LONGEST_LOOK_MS)), startedAt };
      } catch (error) {
        if (signIn !== null) count(way, 'failed', secondsSince(startedAt));
        return failed(error);
      }
    },

    /** See `decide` of the check. */
    async decide(looked: TimedLook, service: string): Promise<Checked | null> {
      try {
        const checked = await inTime(check.decide(looked, service), LONGEST_DECISION_MS);
        count(way, checked.result, secondsSince(looked.startedAt));
        if (checked.result !== 'right') {
          const { result, tenantId, appPasswordId } = checked;
          const line = { event: 'appPassword.refused', way, result, tenantId, appPasswordId, service };
          log.info({ ...line, address: looked.address }, 'appPassword.refused');
        }
        outages.recovered(SUBJECT);
        return checked;
      } catch (error) {
        count(way, 'failed', secondsSince(looked.startedAt));
        return failed(error);
      }
    },
  };
}

/** What was looked up, and when that began, ms on the clock of `performance`. */
export interface TimedLook extends Looked {
  startedAt: number;
}

const secondsSince = (startedAt: number) => (performance.now() - startedAt) / 1000;

const SUBJECT = 'checking app passwords';
