import { createHash, randomUUID } from 'node:crypto';
import { ServiceError } from '../errors.ts';
import type { Events } from '../events.ts';
import { type Clock, later } from '../platform/clock.ts';
import type { ChooseLocale } from './choose-locale.ts';
import type { NumberToCall } from './number-to-call.ts';
import type { RulesOf, VerificationRequest } from './ports.ts';
import type { Verification } from './store/rows.ts';
import type { NewVerification, VerificationStore } from './store/verifications.ts';

/** What requesting needs. */
interface RequestDeps {
  verifications: VerificationStore;
  rulesOf: RulesOf;
  numberToCall: NumberToCall;
  /** Throws when the user may not be given another app password. */
  assertRoomForAppPassword: (user: { tenantId: string; userId: string }) => Promise<void>;
  chooseLocale: ChooseLocale;
  /** Adds the verification's job; failing is fine, the sweeper adds it later. */
  addJob: (verificationId: string) => void;
  clock: Clock;
  events: Events;
}

/**
 * Trigger: `POST /v1/verifications`. Checks what can be checked before anything is queued, writes the verification
 * as `queued` and adds its job. The same idempotency key with the same request gives the same verification again.
 */
export function createRequestVerification(deps: RequestDeps) {
  return async function requestVerification(
    request: VerificationRequest,
  ): Promise<{ verification: Verification; replayed: boolean }> {
    const requestHash = hashOf(request);
    const prior = await replay(request, requestHash);
    if (prior) return { verification: prior, replayed: true };
    const verification = await deps.verifications.insert(await newVerification(request, requestHash));
    if (!verification) {
      const winner = await replay(request, requestHash);
      if (winner) return { verification: winner, replayed: true };
      throw new Error('an idempotency key was taken and is gone; verifications are never deleted');
    }
    const { id, tenantId, purpose, country } = verification;
    deps.events.emit('verification.requested', { verificationId: id, tenantId, purpose, country });
    deps.addJob(id);
    return { verification, replayed: false };
  };

  async function replay({ tenantId, idempotencyKey }: VerificationRequest, requestHash: string) {
    if (idempotencyKey === undefined) return null;
    const prior = await deps.verifications.byIdempotencyKey(tenantId, idempotencyKey);
    if (prior && prior.requestHash !== requestHash) throw reusedKey();
    return prior;
  }

  async function newVerification(
    request: VerificationRequest,
    requestHash: string,
  ): Promise<NewVerification> {
    const { tenantId, userId, purpose } = request;
    const rules = await deps.rulesOf(tenantId);
    if (!rules.officePhone.allowed) throw officePhoneRefused();
    const number = await deps.numberToCall(request, rules);
    if (purpose === 'register' && rules.appPassword.issue) await deps.assertRoomForAppPassword(request);
    const now = deps.clock.now();
    return {
      id: randomUUID(),
      tenantId,
      userId,
      purpose,
      channel: 'call',
      phoneType: 'office',
      phoneNumber: number.e164,
      country: number.country,
      locale: deps.chooseLocale({
        requested: request.locale,
        ofTenant: rules.locale,
        country: number.country,
      }),
      jobId: null,
      extension: null,
      dialPauses: null,
      challenge: 'pound',
      challengeDigits: null,
      lineNumber: null,
      slotAt: null,
      idempotencyKey: request.idempotencyKey ?? null,
      requestHash: request.idempotencyKey === undefined ? null : requestHash,
      wakeAt: now,
      createdAt: now,
      expiresAt: later(now, rules.expiresAfterS * 1000),
    };
  }
}

function hashOf({ userId, purpose, number, country, locale }: VerificationRequest): string {
  const fields = [userId, purpose, number ?? null, country ?? null, locale ?? null];
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}

function reusedKey(): ServiceError {
  return new ServiceError(
    'idempotencyKey.reused',
    'This idempotency key belongs to a request with another body. Use a new key for a new request.',
    { problems: [{ field: 'Idempotency-Key', rule: 'must be new, or come with the same body as before' }] },
  );
}

function officePhoneRefused(): ServiceError {
  return new ServiceError(
    'policy.officePhoneRefused',
    'The policy of this tenant does not allow office phones. Ask its administrator to allow them.',
  );
}
