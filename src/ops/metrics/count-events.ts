/** Counters of what happened in this process, fed by its events. */
import { Counter, type Registry } from 'prom-client';
import type { Events, VerificationEvent, VerificationEventName } from '../../events.ts';

/** Ids of finished verifications that are kept until the registry is asked about them; more are dropped. */
const MOST_KEPT = 20_000;
/** What the sweeper may do, so that its counters are there, at 0, before it does: an increase needs a start. */
const REPAIRS = ['added', 'retried', 'replaced', 'promoted'];
/** Likewise the daily limits. */
const LIMITS = ['tenant', 'installation'].flatMap((who) =>
  ['calls', 'texts', 'money'].map((what) => `${who}.${what}`),
);
const ALARMS_AT = [50, 80];
/** Likewise what may look like toll fraud. */
const SUSPICIONS = ['sequence', 'prefix', 'unanswered', 'shortCalls', 'newCountry'];
/** Events that may be alarms, for the same reason. */
const ALARMS = [
  ...['verification.fraudReported', 'call.noWebhook', 'call.refused', 'call.postponed'],
  ...['text.refused', 'text.postponed', 'text.undelivered', 'text.held'],
];
/** Names of errors that are ours and short; anything else would be a label without bounds. */
const CODE = /^(\d{3,6}|[A-Za-z_]{1,40})$/;
const MOST_CODES = 100;

/** Counts events. `takeFinished` returns the finished verifications that were not taken yet. */
export function countEvents(registry: Registry, events: Events) {
  const count = createCounters(registry);
  let finished: string[] = [];
  const stop = events.listen((name, event) => {
    count(name, event);
    if (name === 'verification.finished' && finished.length < MOST_KEPT) finished.push(event.verificationId);
  });
  return {
    stop,
    /** At most `most` of them, oldest first. */
    takeFinished: (most: number): string[] => finished.splice(0, most),
    /** Returns ids that could not be looked up. */
    giveBack(ids: string[]): void {
      finished = [...ids, ...finished].slice(0, MOST_KEPT);
    },
  };
}

function createCounters(registry: Registry) {
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers: [registry] });
  const requested = counter('poundkey_verifications_requested_total', 'Verifications that were requested');
  const finished = counter('poundkey_verifications_finished_total', 'Verifications that reached an outcome');
  const repairs = counter(
    'poundkey_sweeper_repairs_total',
    'Overdue verifications whose job the sweeper repaired, by how',
    'repair',
  );
  const errors = counter(
    'poundkey_provider_errors_total',
    'Calls and text messages that the provider refused, deferred or did not answer for, by its error code',
    'code',
    'result',
  );
  const thresholds = counter(
    'poundkey_spending_thresholds_total',
    'Daily limits of which a part was reached: of a tenant or the installation, of calls, texts or money',
    'limit',
    'percent',
  );
  for (const limit of LIMITS) for (const percent of ALARMS_AT) thresholds.inc({ limit, percent }, 0);
  const suspicions = counter(
    'poundkey_toll_fraud_suspicions_total',
    'What looked like toll fraud, once for each tenant, subject and day; nothing was refused',
    'kind',
  );
  for (const kind of SUSPICIONS) suspicions.inc({ kind }, 0);
  const alarms = counter('poundkey_alarms_total', 'Events that an operator must act on', 'event');
  for (const event of ALARMS) alarms.inc({ event }, 0);
  for (const repair of REPAIRS) repairs.inc({ repair }, 0);
  const assertions = counter(
    'poundkey_assertions_total',
    'Assertions about sign-ins that were issued, and redeemed',
    'event',
  );
  for (const event of ['issued', 'redeemed']) assertions.inc({ event }, 0);
  const counted: Partial<Record<VerificationEventName, (event: VerificationEvent) => void>> = {
    'verification.requested': () => requested.inc(),
    'verification.finished': () => finished.inc(),
    ...countSignIns(registry),
    'verification.swept': ({ repair }) => repairs.inc({ repair: String(repair) }),
    'spending.thresholdReached': ({ limit, percent }) =>
      thresholds.inc({ limit: String(limit), percent: String(percent) }),
    'assertion.issued': () => assertions.inc({ event: 'issued' }),
    'assertion.redeemed': () => assertions.inc({ event: 'redeemed' }),
    'tollFraud.suspected': ({ kind }) => suspicions.inc({ kind: String(kind) }),
  };
  const codes = new Set<string>();
  return (name: VerificationEventName, event: VerificationEvent): void => {
    if (event.alarm) alarms.inc({ event: name });
    counted[name]?.(event);
    const result = FAILURES[name];
    if (result && event.errorCode) errors.inc({ code: boundedCode(codes, event.errorCode), result });
  };
}

/** Sign-ins by number, which are none of the verifications of users. */
function countSignIns(
  registry: Registry,
): Partial<Record<VerificationEventName, (event: VerificationEvent) => void>> {
  const registers = [registry];
  const requested = new Counter({
    ...{ name: 'poundkey_sign_ins_requested_total', registers },
    help: 'Sign-ins by number that were requested, those that nobody gets a text of included',
  });
  const decoys = new Counter({
    ...{ name: 'poundkey_sign_in_decoys_total', labelNames: ['reason'], registers },
    help: 'Sign-ins by number of which nobody gets a text, by why; those who asked are not told',
  });
  const finished = new Counter({
    ...{ name: 'poundkey_sign_ins_finished_total', labelNames: ['outcome'], registers },
    help: 'Sign-ins by number that came to an end, by how',
  });
  return {
    'signIn.requested': () => requested.inc(),
    'signIn.unknownNumber': ({ reason }) => decoys.inc({ reason: String(reason) }),
    'signIn.finished': ({ outcome }) => finished.inc({ outcome: String(outcome) }),
  };
}

/** What happened to the call or the text when the provider answered with an error. */
const FAILURES: Partial<Record<VerificationEventName, string>> = {
  'call.refused': 'refused',
  'call.postponed': 'postponed',
  'call.lost': 'lost',
  'text.refused': 'refused',
  'text.postponed': 'postponed',
  'text.lost': 'lost',
  'text.undelivered': 'undelivered',
};

function boundedCode(codes: Set<string>, code: string): string {
  if (!CODE.test(code) || (codes.size >= MOST_CODES && !codes.has(code))) return 'other';
  codes.add(code);
  return code;
}
