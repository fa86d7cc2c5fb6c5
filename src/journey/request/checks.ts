import { MOST_APP_PASSWORDS } from '../../domain/app-password-limit.ts';
import { type ParsedNumber, refuseExtension as refuseExtensionOf } from '../../domain/number.ts';
import type { Pauses } from '../../domain/pauses.ts';
import {
  notAllowed,
  refuseNoMobile as refuseNoMobileOf,
  refusePhoneType,
} from '../../domain/phone-refusal.ts';
import type { TenantPolicy } from '../../domain/policy.ts';
import { ServiceError } from '../../errors.ts';
import { secondsUntil } from '../../platform/clock.ts';
import type { VerificationRequest } from '../ports.ts';
import type { UserFacts } from '../store/facts.ts';
import { challengeOf } from './choose-challenge.ts';
import { phoneTypeOf } from './number-to-call.ts';
import { refusePauses } from './pauses.ts';

/** A request for a verification, or one that might be made, as far as the checks need it. */
export type RequestToCheck = Omit<VerificationRequest, 'idempotencyKey' | 'jobId' | 'askedAt'>;

/** Everything that the checks need. */
export interface CheckInput {
  request: RequestToCheck;
  policy: TenantPolicy;
  facts: UserFacts;
  /** The number to call, the error that says why there is none, or null where no number was asked about. */
  number: ParsedNumber | ServiceError | null;
  /** The pauses around the extension; null without one. */
  pauses: Pauses | null;
  /** Errors for limits that are reached; empty where the statement that writes the verification counts. */
  limits: ServiceError[];
  /** The language of the prompts, or the error that says why there are none in the one asked for. */
  locale: string | ServiceError;
}

/** One reason for which a verification may be refused. */
interface Check {
  /** The errors that a request is refused with; empty: it is allowed. */
  refuse(input: CheckInput): ServiceError[];
  /** Whether it is checked again before a call is placed. */
  beforeDialing: boolean;
}

/**
 * Every check there is, in their order: a request is refused by the first that fails, capabilities name them all, and
 * before a call is placed those that may have changed are looked at again. A new check is a new line.
 */
const CHECKS: readonly Check[] = [
  { refuse: refuseByPolicy, beforeDialing: true },
  { refuse: refuseBlocked, beforeDialing: true },
  { refuse: ({ number }) => errorIn(number), beforeDialing: true },
  { refuse: refuseNoMobile, beforeDialing: true },
  { refuse: refuseMissingMobile, beforeDialing: true },
  { refuse: refuseSuppressed, beforeDialing: true },
  { refuse: refuseExtension, beforeDialing: false },
  { refuse: refuseManyAppPasswords, beforeDialing: false },
  { refuse: refuseMissingPin, beforeDialing: false },
  { refuse: refuseLockedChallenge, beforeDialing: true },
  { refuse: ({ locale }) => errorIn(locale), beforeDialing: false },
  { refuse: ({ limits }) => limits, beforeDialing: false },
];

/** The error that a request is refused with, or null. */
export function firstRefusal(input: CheckInput): ServiceError | null {
  for (const { refuse } of CHECKS) {
    const [first] = refuse(input);
    if (first) return first;
  }
  return null;
}

/** All refusals of a request, in the order of the checks. */
export function allRefusals(input: CheckInput): ServiceError[] {
  return CHECKS.flatMap(({ refuse }) => refuse(input));
}

/** Whether a call that was asked for may still be placed. */
export function mayStillCall(input: CheckInput): boolean {
  return CHECKS.every(({ refuse, beforeDialing }) => !beforeDialing || refuse(input).length === 0);
}

function errorIn(found: unknown): ServiceError[] {
  return found instanceof ServiceError ? [found] : [];
}

function refuseByPolicy({ request, policy }: CheckInput): ServiceError[] {
  const refused = refusePhoneType(phoneTypeOf(request), policy);
  if (refused) return [refused];
  if (request.channel === 'call' || policy.textMessage.allowed) return [];
  return [new ServiceError('policy.textMessageRefused', notAllowed('text messages'))];
}

/** What is surely a landline is refused before a text is paid for. */
function refuseNoMobile({ request, number }: CheckInput): ServiceError[] {
  if (number === null || number instanceof ServiceError) return [];
  return errorIn(refuseNoMobileOf(number, phoneTypeOf(request), request.channel));
}

/** Also when the phone is registered: see `HAS_MOBILE_BESIDE`. */
function refuseMissingMobile({ request, facts }: CheckInput): ServiceError[] {
  const isAlternate = request.purpose === 'register' && phoneTypeOf(request) === 'alternateMobile';
  if (!isAlternate || facts.hasMobile) return [];
  const detail =
    'The user has no mobile, and an alternate mobile needs one beside it. Register the mobile first.';
  return [new ServiceError('phoneMethod.mobileFirst', detail)];
}

function refuseBlocked({ facts: { blocked, blockedUntil } }: CheckInput): ServiceError[] {
  if (!blocked) return [];
  const until = blockedUntil ? ` until ${blockedUntil.toISOString()}` : '';
  const detail = `The user is blocked${until}. Ask an administrator to unblock the user.`;
  return [new ServiceError('user.blocked', detail)];
}

/** Of requests, the statement that writes the verification refuses it: only there the number is known. */
function refuseSuppressed({ facts: { numberSuppressed } }: CheckInput): ServiceError[] {
  return numberSuppressed ? [suppressed()] : [];
}

/** The error for a phone that must not be called. */
export function suppressed(): ServiceError {
  return new ServiceError(
    'number.suppressed',
    'Somebody who answered this number was called by mistake and asked for no more calls. Check the number; if it is right, the operator can allow it again.',
  );
}

function refuseExtension({ request, number, pauses }: CheckInput): ServiceError[] {
  if (number === null || number instanceof ServiceError) return [];
  const refused = refuseExtensionOf(number, phoneTypeOf(request));
  if (refused) return [refused];
  return refusePauses(request, number.extension, pauses);
}

function refuseManyAppPasswords({ request, policy, facts }: CheckInput): ServiceError[] {
  if (request.purpose !== 'register' || !policy.appPassword.issue || request.withoutAppPassword) return [];
  if (facts.appPasswords < MOST_APP_PASSWORDS) return [];
  return [
    new ServiceError(
      'appPassword.limitReached',
      `The user has ${MOST_APP_PASSWORDS} app passwords, which is the maximum. Revoke one before registering again.`,
    ),
  ];
}

/** A test grants nothing, and who is about to set a phone up may not have a PIN yet. */
function refuseMissingPin({ request, policy, facts }: CheckInput): ServiceError[] {
  if (challengeOf(request, policy) !== 'pin' || facts.hasPin) return [];
  return [
    new ServiceError(
      'pin.notSet',
      "The policy requires a PIN, and the user has none. Set one in the user's profile first.",
    ),
  ];
}

/** Guessing must not go on from one verification to the next. */
function refuseLockedChallenge({ request, policy, facts }: CheckInput): ServiceError[] {
  const until = facts.lockedChallenges[challengeOf(request, policy)];
  if (until === undefined) return [];
  const detail =
    'Too many verifications of this user in a row had wrong answers. Wait, or ask an administrator to unblock the user.';
  return [
    new ServiceError('challenge.locked', detail, {
      retryAfterS: secondsUntil(new Date(until), facts.readAt),
    }),
  ];
}
