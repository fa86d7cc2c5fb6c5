/** Requests as they are admitted, for tests of the statements. */
import { randomUUID, randomUUIDv7 } from 'node:crypto';
import type { AskedAdmission, Counter } from '../../src/journey/store/admission.ts';
import type { NewVerification } from '../../src/journey/store/insertion.ts';
import { later } from '../../src/platform/clock.ts';

/** Later than anything that the world looks for. */
export const NOW = new Date('2026-11-22T09:00:00Z');
const NO_PACE = { intervalMs: 0, furthest: later(NOW, 60_000) };

let numbers = 0;

/** A request that may be admitted, with counters of its own and one of all. */
export function asked(of: Partial<NewVerification> = {}, more: Partial<AskedAdmission> = {}): AskedAdmission {
  const id = randomUUIDv7();
  const phoneNumber = `+4684${String(numbers++).padStart(7, '0')}`;
  const row: NewVerification = {
    ...{ id, tenantId: 'contoso', userId: `user "${id}" \u00e5\\`, purpose: 'register', channel: 'call' },
    ...{ phoneType: 'office', phoneNumber, country: 'SE', locale: 'sv-SE', lineNumber: '+46850000000' },
    ...{ phoneHashes: [`key.${phoneNumber}`], policyVersion: 1, traceParent: null, jobId: null },
    ...{ extension: '42', pauseBeforeS: 1.5, pauseAfterS: null, challenge: 'pound', challengeDigits: null },
    ...{ codeSeed: null, codeHost: null, withoutAppPassword: false, idempotencyKey: randomUUID() },
    ...{ requestHash: 'hash', createdAt: NOW, expiresAt: later(NOW, 300_000) },
    ...of,
  };
  return { row, counters: countersOf(row), slot: NO_PACE, ...more };
}

export function countersOf({ tenantId, userId, phoneNumber }: NewVerification, most = 1_000): Counter[] {
  const counter = (name: string, key: string) => ({
    name,
    key,
    most,
    endsAt: later(NOW, 60_000).toISOString(),
  });
  return [
    counter('user', `user ${tenantId} ${userId}`),
    counter('number', `phone ${phoneNumber}`),
    counter('tenant', `tenant ${tenantId} ${most}`),
  ];
}
