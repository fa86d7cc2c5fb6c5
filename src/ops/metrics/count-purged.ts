import { Counter, type Registry } from 'prom-client';

/** Kinds of rows that are removed, so that each is there, at 0, before any is: an increase needs a start. */
const KINDS = [
  ...(['verification', 'callAttempt', 'webhookMessage', 'auditEvent', 'refusal'] as const),
  ...(['selfServiceLink', 'selfServiceSession', 'signInPage', 'entraAttempt', 'enrolmentCode'] as const),
] as const;

/** Counts rows that were removed since they were old. */
export function countPurged(registry: Registry): (kind: (typeof KINDS)[number], count: number) => void {
  const purged = new Counter({
    name: 'poundkey_purged_rows_total',
    help: 'Rows that this process removed since they were older than a policy keeps them, by kind',
    labelNames: ['kind'],
    registers: [registry],
  });
  for (const kind of KINDS) purged.inc({ kind }, 0);
  return (kind, count) => purged.inc({ kind }, count);
}
