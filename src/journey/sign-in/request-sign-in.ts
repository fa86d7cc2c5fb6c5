import { randomUUIDv7 } from 'node:crypto';
import { assertAudience } from '../../domain/assertion-policy.ts';
import { NO_REQUEST_KEY, type RequestKey, requestKeyOf } from '../../domain/idempotency.ts';
import type { ParsedNumber } from '../../domain/number.ts';
import type { TenantPolicy } from '../../domain/policy.ts';
import { parseSignInNumber } from '../../domain/sign-in-number.ts';
import { isRefusal } from '../../errors.ts';
import type { Events } from '../../events.ts';
import { type Clock, later } from '../../platform/clock.ts';
import type { TraceContext } from '../../platform/trace-context.ts';
import type { Lines } from '../place/lines.ts';
import type { PolicyAt } from '../ports.ts';
import type { ChooseLocale } from '../request/choose-locale.ts';
import { createFindRepeated, type FindRepeatedDeps } from '../request/find-repeated.ts';
import { patienceMs, toCounter } from '../request/limits.ts';
import type { NoteRefusal } from '../request/note-refusal.ts';
import { CODE_LIFE_MS } from '../store/begin-attempt.ts';
import type { NewVerification } from '../store/insertion.ts';
import type { FoundSigner, SignInAdmission, SignInStore } from '../store/sign-ins.ts';
import type { Codes } from '../text/code.ts';
import type { Budgets, CountedSignIn } from './budgets.ts';
import type { DeviceTokens } from './device-token.ts';
import { refusePolicy, whyDecoy } from './may-sign-in.ts';
import type { ToldSignIn } from './schemas.ts';

/** What a backend asks for. `number` and `country` are as typed. */
interface SignInRequest {
  tenantId: string;
  /** The version of the tenant's policy that counts. */
  policyVersion: number;
  number: string;
  country?: string | undefined;
  nonce: string;
  audience?: string | undefined;
  deviceToken?: string | undefined;
  clientAddress?: string | undefined;
  locale?: string | undefined;
  /** The host of the page on which the code is typed; left out: the one of the policy. */
  codeHost?: string | undefined;
  /** The same key with the same request gives the same sign-in again. */
  idempotencyKey?: string | undefined;
}

/** Asks for a sign-in by number. `replayed`: the same was requested before. */
export type RequestSignIn = (request: SignInRequest) => Promise<{ signIn: ToldSignIn; replayed: boolean }>;

/** What requesting needs. */
interface RequestDeps extends FindRepeatedDeps {
  signIns: Pick<SignInStore, 'find' | 'admit'>;
  budgets: Budgets;
  deviceTokens: Pick<DeviceTokens, 'proves'>;
  policyAt: PolicyAt;
  chooseLocale: ChooseLocale;
  lines: Pick<Lines, 'lineFor' | 'slotWithin' | 'tooBusy'>;
  codes: Pick<Codes, 'newSeed'>;
  /** Hears of requests that are refused. */
  noteRefusal: NoteRefusal;
  traces: Pick<TraceContext, 'current'>;
  clock: Clock;
  events: Events;
}

/**
 * Trigger: `POST /v1/sign-ins`. What is wrong with the request itself is refused. Whatever is known of the number, or is
 * not, the same statements run and the answer is the same: where nobody is to get a text, the sign-in is a decoy.
 */
export function createRequestSignIn(deps: RequestDeps): RequestSignIn {
  const findRepeated = createFindRepeated(deps);
  return async (request) => {
    const key = requestKeyOf(request.idempotencyKey, fieldsOf(request));
    try {
      const before = await findRepeated(request.tenantId, key);
      if (before) return { signIn: before, replayed: true };
      const signIn = await checkAndAdmit(deps, request, key);
      if (!(signIn instanceof Error)) return { signIn, replayed: false };
      // The same at once may have been admitted, and have taken the last place.
      const other = await findRepeated(request.tenantId, key);
      if (!other) throw signIn;
      return { signIn: other, replayed: true };
    } catch (error) {
      const { tenantId, number, country } = request;
      if (isRefusal(error)) deps.noteRefusal({ tenantId, userId: '', number, country }, error);
      throw error;
    }
  };
}

/** @returns why the registry does not admit it, if it does not @throws ServiceError what is wrong with the request */
async function checkAndAdmit(
  deps: RequestDeps,
  request: SignInRequest,
  key: RequestKey | null,
): Promise<ToldSignIn | Error> {
  const { tenantId, clientAddress, audience = null, nonce } = request;
  const policy = await deps.policyAt(tenantId, request.policyVersion);
  const refusal = refusePolicy(policy);
  if (refusal) throw refusal;
  const number = parseSignInNumber(request, policy);
  assertAudience(policy, tenantId, audience);
  const chosen = { requested: request.locale, ofTenant: policy.locale, country: number.country };
  deps.chooseLocale({ ...chosen, ofUser: null });
  const now = deps.clock.now();
  const asStranger = {
    tenantId,
    e164: number.e164,
    country: number.country,
    clientAddress,
    knownDevice: false,
  };
  const wrongCodes = deps.budgets.wrongCodes(asStranger, policy, now);
  const wanted = { tenantId, e164: number.e164, wrongCodesKey: wrongCodes.key };
  const found = await deps.signIns.find(wanted, policy.smsSignIn.unusedDays, now);
  const knownDevice = deps.deviceTokens.proves(request.deviceToken ?? '', phoneOf(tenantId, found));
  const signIn = { ...asStranger, knownDevice };
  const isUsedUp = !knownDevice && found.wrongCodes >= wrongCodes.most;
  const locale = deps.chooseLocale({ ...chosen, ofUser: found.locale });
  const row = rowOf(deps, request, { number, key, locale, now });
  const admission = await deps.signIns.admit({
    row,
    asked: { nonce, audience, knownDevice },
    owner: ownerOf(found),
    because: whyDecoy(found) ?? (isUsedUp ? wrongCodes.name : null),
    ...countersOf(deps, signIn, policy, now),
    slot: deps.lines.slotWithin(now, patienceMs(policy)),
  });
  if (admission.kind !== 'admitted') return refusalOf(deps, signIn, policy, admission, now);
  begin(deps, row, admission);
  return { ...row, state: 'queued', outcome: null, textsAsked: 1, textAskedAt: now };
}

function countersOf({ budgets }: RequestDeps, signIn: CountedSignIn, policy: TenantPolicy, now: Date) {
  return {
    budgets: budgets.budgetsOf(signIn, policy, now),
    limits: budgets.limitsOf(signIn, policy, now).map(toCounter),
    spending: budgets.spendingOf(signIn, policy, now).map(toCounter),
  };
}

/** A request without a token is looked at in the same way. */
function phoneOf(tenantId: string, { phoneMethodId, signInEnabledAt }: FoundSigner) {
  return phoneMethodId === null || signInEnabledAt === null
    ? null
    : { tenantId, phoneMethodId, signInEnabledAt };
}

function ownerOf({ userId, phoneNumber }: FoundSigner) {
  return userId === null || phoneNumber === null ? null : { userId, phoneNumber };
}

/** The row, of nobody yet. What counts calls to a phone, and stops them, is not for it: strangers may ask for it. */
function rowOf(
  deps: RequestDeps,
  { tenantId, policyVersion, codeHost }: SignInRequest,
  { number, key, locale, now }: { number: ParsedNumber; key: RequestKey | null; locale: string; now: Date },
): NewVerification {
  const { e164, country } = number;
  return {
    ...{ id: randomUUIDv7(), tenantId, userId: '', purpose: 'signIn', channel: 'sms', phoneType: 'mobile' },
    ...{
      phoneNumber: e164,
      country,
      extension: null,
      locale,
      lineNumber: deps.lines.lineFor(country, 'sms'),
    },
    ...{ traceParent: deps.traces.current(), phoneHashes: [], policyVersion },
    ...{ challenge: 'code', challengeDigits: null, codeSeed: deps.codes.newSeed(), jobId: null },
    ...{ codeHost: codeHost ?? null, withoutAppPassword: false },
    ...{ pauseBeforeS: null, pauseAfterS: null, ...(key ?? NO_REQUEST_KEY) },
    ...{ createdAt: now, expiresAt: later(now, CODE_LIFE_MS) },
  };
}

function begin(
  { events, addJob }: RequestDeps,
  { id, tenantId }: NewVerification,
  { decoy, wakeAt, crossed }: Extract<SignInAdmission, { kind: 'admitted' }>,
): void {
  events.emit('signIn.requested', { verificationId: id, tenantId });
  if (decoy !== null) events.emit('signIn.unknownNumber', { verificationId: id, tenantId, reason: decoy });
  for (const { counter, percent } of crossed)
    events.emit('spending.thresholdReached', {
      ...{ verificationId: id, tenantId, limit: counter, percent, alarm: true },
    });
  addJob(id, wakeAt);
}

function refusalOf(
  { budgets, lines }: RequestDeps,
  signIn: CountedSignIn,
  policy: TenantPolicy,
  admission: Exclude<SignInAdmission, { kind: 'admitted' }>,
  now: Date,
): Error {
  if (admission.kind === 'repeated') return new Error('an idempotency key was taken and is gone');
  const { until } = admission;
  if (admission.kind === 'line') return lines.tooBusy(later(until, -patienceMs(policy)));
  const all = [...budgets.limitsOf(signIn, policy, now), ...budgets.spendingOf(signIn, policy, now)];
  const full = all.find(({ name }) => name === admission.counter);
  return full?.error(until, now) ?? new Error(`nothing is counted as ${admission.counter}`);
}

/** Of everything that the body says. The first word tells it from a request for a verification. */
function fieldsOf(request: SignInRequest) {
  const { number, country, nonce, audience, deviceToken, clientAddress, locale } = request;
  return ['signIn', number, country, nonce, audience, deviceToken, clientAddress, locale];
}
