import { randomUUID } from 'node:crypto';
import { ServiceError } from '../../errors.ts';
import { type Clock, later } from '../../platform/clock.ts';
import type { Lines } from '../call/lines.ts';
import type { RulesOf, TenantRules, VerificationRequest } from '../ports.ts';
import type { NewVerification } from '../store/verifications.ts';
import type { ChooseChallenge } from './choose-challenge.ts';
import type { ChooseLocale } from './choose-locale.ts';
import type { FindDialPauses } from './dial-pauses.ts';
import type { CountRequest } from './limits.ts';
import type { NumberToCall } from './number-to-call.ts';

/** Turns a request into a verification that may be queued. Throws the `ServiceError` that says why it may not. */
export type MakeVerification = (
  request: VerificationRequest,
  requestHash: string,
) => Promise<NewVerification>;

/** Checks that cost nothing come first; a place on the line is taken last, when nothing else can refuse. */
export function createMakeVerification(deps: {
  rulesOf: RulesOf;
  numberToCall: NumberToCall;
  findDialPauses: FindDialPauses;
  /** Throws `user.blocked` when the user may not be verified. */
  assertNotBlocked: (user: { tenantId: string; userId: string }) => Promise<void>;
  /** Throws when the user may not be given another app password. */
  assertRoomForAppPassword: (user: { tenantId: string; userId: string }) => Promise<void>;
  chooseChallenge: ChooseChallenge;
  chooseLocale: ChooseLocale;
  /** The language that the user wants, or null. */
  localeOf: (user: { tenantId: string; userId: string }) => Promise<string | null>;
  countRequest: CountRequest;
  lines: Lines;
  clock: Clock;
}): MakeVerification {
  return async function makeVerification(request, requestHash) {
    const { tenantId, userId, purpose } = request;
    const rules = await deps.rulesOf(tenantId);
    assertOfficePhoneAllowed(rules);
    await deps.assertNotBlocked(request);
    const number = await deps.numberToCall(request, rules);
    const pauses = await deps.findDialPauses(request, number, rules);
    if (purpose === 'register' && rules.appPassword.issue) await deps.assertRoomForAppPassword(request);
    const challenge = await deps.chooseChallenge(request, rules);
    const locale = deps.chooseLocale({
      requested: request.locale,
      ofUser: await deps.localeOf(request),
      ofTenant: rules.locale,
      country: number.country,
    });
    await deps.countRequest({ tenantId, userId, phone: number }, rules.limits);
    const lineNumber = deps.lines.lineFor(number.country);
    const slotAt = await deps.lines.takeSlot({
      lineNumber,
      tenantId,
      patienceMs: Math.min(rules.patienceS, rules.expiresAfterS) * 1000,
    });
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
      locale,
      jobId: request.jobId ?? null,
      extension: number.extension,
      pauseBeforeS: pauses?.pauseBeforeS ?? null,
      pauseAfterS: pauses?.pauseAfterS ?? null,
      ...challenge,
      lineNumber,
      slotAt,
      idempotencyKey: request.idempotencyKey ?? null,
      requestHash: request.idempotencyKey === undefined ? null : requestHash,
      wakeAt: slotAt ?? now,
      createdAt: now,
      expiresAt: expiryOf(request, rules, now),
    };
  };
}

/** What waited in a queue for long is of no use any more: nobody sits at that desk and waits for the call. */
function expiryOf({ askedAt }: VerificationRequest, { expiresAfterS }: TenantRules, now: Date): Date {
  return later(askedAt ?? now, expiresAfterS * 1000);
}

/** Throws `policy.officePhoneRefused` when the policy allows no office phones. */
export function assertOfficePhoneAllowed(rules: Pick<TenantRules, 'officePhone'>): void {
  if (rules.officePhone.allowed) return;
  throw new ServiceError(
    'policy.officePhoneRefused',
    'The policy of this tenant does not allow office phones. Ask its administrator to allow them.',
  );
}
