import { z } from 'zod';

/** How long things are kept where a policy does not say, days. `purge_audit_events` knows the last one, too. */
export const KEPT_DAYS = { verificationDays: 90, messageDays: 30, auditEventDays: 365 } as const;

const LONGEST_DAYS = 3650;

const days = (field: keyof typeof KEPT_DAYS, least: number, description: string) =>
  z.int().min(least).max(LONGEST_DAYS).default(KEPT_DAYS[field]).meta({ description });

/** How long things are kept, a part of the policy. */
export const retentionSchema = z
  .strictObject({
    verificationDays: days(
      'verificationDays',
      7,
      'How long finished verifications are kept with their calls and events, days. Their idempotency keys go with them',
    ),
    messageDays: days('messageDays', 2, 'How long delivered outcome webhooks are kept, days'),
    auditEventDays: days(
      'auditEventDays',
      90,
      'How long audit events are kept, days. Not less than 90, so that whoever steals a key cannot soon remove the traces',
    ),
  })
  .prefault({})
  .meta({ description: 'How long things are kept' });
