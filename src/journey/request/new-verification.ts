import { randomUUIDv7 } from 'node:crypto';
import { NO_REQUEST_KEY, type RequestKey } from '../../domain/idempotency.ts';
import type { ParsedNumber } from '../../domain/number.ts';
import { later } from '../../platform/clock.ts';
import type { VerificationRequest } from '../ports.ts';
import type { NewVerification } from '../store/insertion.ts';
import type { CheckInput } from './checks.ts';
import { chooseChallenge } from './choose-challenge.ts';
import { phoneTypeOf } from './number-to-call.ts';

/** A request that passed all checks. */
export type AdmissibleRequest = CheckInput & { number: ParsedNumber; locale: string };

/** The row of a verification that may be requested. */
export function newVerification(
  request: VerificationRequest,
  { policy, facts, number, pauses, locale }: AdmissibleRequest,
  given: {
    key: RequestKey | null;
    lineNumber: string;
    traceParent: string | null;
    phoneHashes: string[];
    /** What the code of a text message follows from. */
    newSeed: () => string;
    now: Date;
  },
): NewVerification {
  const { tenantId, userId, purpose, channel } = request;
  const { key, lineNumber, traceParent, phoneHashes, now } = given;
  return {
    ...{ id: randomUUIDv7(), tenantId, userId, purpose, channel, phoneType: phoneTypeOf(request) },
    ...{ phoneNumber: number.e164, country: number.country, extension: number.extension },
    ...{ locale, lineNumber, traceParent, phoneHashes, policyVersion: facts.policyVersion },
    ...chooseChallenge(request, policy),
    codeSeed: channel === 'sms' ? given.newSeed() : null,
    codeHost: request.codeHost ?? null,
    withoutAppPassword: request.withoutAppPassword ?? false,
    jobId: request.jobId ?? null,
    pauseBeforeS: pauses?.pauseBeforeS ?? null,
    pauseAfterS: pauses?.pauseAfterS ?? null,
    ...(key ?? NO_REQUEST_KEY),
    createdAt: now,
    // A request that waited in a queue for long has expired: the person no longer waits for the call.
    expiresAt: earlier(later(request.askedAt ?? now, policy.expiresAfterS * 1000), request.notAfter),
  };
}

const earlier = (one: Date, other: Date | undefined): Date =>
  other !== undefined && other < one ? other : one;
