import type { Logger } from '../../log.ts';
import { inTime } from '../../platform/in-time.ts';
import type { OutageLog } from '../../platform/outage-log.ts';
import type { Check, Checked, SignIn } from '../check/check.ts';

/** The way in which an older app asks. */
export type Way = 'basic' | 'mail';

/** Counts a check. `failed`: the registry could not be asked. */
export type CountCheck = (way: Way, result: Checked['result'] | 'failed', seconds: number) => void;

/** How long a check may take, ms: nginx waits 5 s in the sample configuration. */
const LONGEST_CHECK_MS = 3_000;

/** What the observed check needs. */
export interface ObservedCheckDeps {
  check: Check;
  count: CountCheck;
  outages: OutageLog;
  log: Pick<Logger, 'info'>;
}

/**
 * The check, counted and with one log line for each refusal: never the password, nor what stood in the place of the user
 * name, where people type passwords too. The returned function resolves to null when the registry cannot be asked in time.
 */
export function createObservedCheck({ check, count, outages, log }: ObservedCheckDeps, way: Way) {
  return async (signIn: SignIn): Promise<Checked | null> => {
    const started = performance.now();
    const counted = (result: Parameters<CountCheck>[1]) =>
      count(way, result, (performance.now() - started) / 1000);
    try {
      const checked = await inTime(check(signIn), LONGEST_CHECK_MS);
      counted(checked.result);
      if (checked.result !== 'right') {
        const { result, tenantId, appPasswordId } = checked;
        const { service, address } = signIn;
        const line = { event: 'appPassword.refused', way, result, tenantId, appPasswordId, service, address };
        log.info(line, 'appPassword.refused');
      }
      outages.recovered(SUBJECT);
      return checked;
    } catch (error) {
      counted('failed');
      outages(SUBJECT, error);
      return null;
    }
  };
}

const SUBJECT = 'checking app passwords';
