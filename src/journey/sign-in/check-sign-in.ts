import { isRefusal, type ServiceError } from '../../errors.ts';
import type { Events } from '../../events.ts';
import type { Clock } from '../../platform/clock.ts';
import { isSameText } from '../../platform/secrets/same-text.ts';
import type { PolicyAt } from '../ports.ts';
import { MOST_CHECKS } from '../store/code-checks.ts';
import type { Decided, Verification } from '../store/rows.ts';
import type { TextStore } from '../store/texts.ts';
import type { Codes } from '../text/code.ts';
import { expired, wrong } from '../text/code-problems.ts';
import type { Budgets } from './budgets.ts';
import type { DeviceTokens } from './device-token.ts';
import { isOver, type ReadSignIn, type SignIn } from './follow-sign-in.ts';
import { refusePolicy } from './may-sign-in.ts';
import { statusOf } from './schemas.ts';

/** Issues the assertion of an approved sign-in; throws a ServiceError when it does not count any more. */
export type IssueSignInAssertion = (wanted: {
  tenantId: string;
  verificationId: string;
  audience: string | null;
  nonce: string;
}) => Promise<{
  assertion: string;
  expiresAt: Date;
  /** The phone, and since when its number is a user name. */
  phone: { phoneMethodId: string; signInEnabledAt: Date | null };
}>;

/** What the right code gives. */
interface ApprovedSignIn {
  signIn: SignIn;
  assertion: string;
  assertionExpiresAt: Date;
  deviceToken: string;
}

/** Checks the code that a person typed. */
export type CheckSignIn = (tenantId: string, id: string, code: string) => Promise<ApprovedSignIn>;

interface CheckDeps {
  texts: Pick<TextStore, 'check'>;
  budgets: Budgets;
  deviceTokens: Pick<DeviceTokens, 'issue'>;
  codes: Codes;
  policyAt: PolicyAt;
  issueAssertion: IssueSignInAssertion;
  readSignIn: ReadSignIn;
  complete: (verification: Decided) => Promise<void>;
  /** Completes in the background what nobody waits for. */
  completeNow: (verification: Decided) => void;
  clock: Clock;
  events: Events;
}

/**
 * Trigger: `POST /v1/sign-ins/{id}/check`. Always compares, and always by the same statements: of a decoy, and where the
 * budget of wrong codes is used up, no code is right, and that looks like any wrong one.
 */
export function createCheckSignIn(deps: CheckDeps): CheckSignIn {
  return async function checkSignIn(tenantId, id, code) {
    const signIn = await deps.readSignIn(tenantId, id);
    const now = deps.clock.now();
    const policy = await deps.policyAt(tenantId, signIn.policyNow);
    const isRight = isItsCode(deps, signIn, code) && refusePolicy(policy) === null;
    const { knownDevice } = signIn.signIn;
    const budget = deps.budgets.wrongCodes({ tenantId, e164: signIn.phoneNumber, knownDevice }, policy, now);
    const { unusedDays } = policy.smsSignIn;
    const checked = await deps.texts.check({ verification: signIn, isRight, budget, unusedDays }, now);
    if (!checked) throw refusalOf(await deps.readSignIn(tenantId, id), deps.clock.now());
    if (checked.outcome === 'approved') return approved(deps, signIn, checked);
    deps.events.emit('code.wrong', { verificationId: id, tenantId, wrongCodes: checked.wrongKeys });
    if (checked.state === 'decided') deps.completeNow(checked);
    throw wrong(MOST_CHECKS - checked.wrongKeys);
  };
}

/** One that ended before its user was erased has no code any more, and refuses every one as others that have ended do. */
const isItsCode = ({ codes }: Pick<CheckDeps, 'codes'>, signIn: SignIn, code: string): boolean =>
  signIn.codeSeed !== null && isSameText(code, codes.codeOf(signIn));

/**
 * The assertion is issued first, and a sign-in without one is not completed as approved. A removal or a block may come
 * in between: then the code was right for nothing, and nobody is told the assertion.
 */
async function approved(deps: CheckDeps, signIn: SignIn, checked: Decided): Promise<ApprovedSignIn> {
  const { id, tenantId } = signIn;
  deps.events.emit('code.right', { verificationId: id, tenantId });
  const issued = await issueOrNot(deps, signIn);
  await deps.complete(checked);
  const completed = await deps.readSignIn(tenantId, id);
  const status = statusOf(completed, deps.clock.now());
  if (status !== 'approved' || issued === null) throw isOver(status);
  const { assertion, expiresAt, phone } = issued;
  if (phone.signInEnabledAt === null) throw new Error('a number signed somebody in and is no user name');
  return {
    signIn: completed,
    assertion,
    assertionExpiresAt: expiresAt,
    deviceToken: deps.deviceTokens.issue({
      tenantId,
      ...{ phoneMethodId: phone.phoneMethodId, signInEnabledAt: phone.signInEnabledAt },
    }),
  };
}

/** Null: the sign-in does not count any more. */
async function issueOrNot({ issueAssertion }: CheckDeps, { id, tenantId, signIn: asked }: SignIn) {
  const { nonce, audience } = asked;
  try {
    return await issueAssertion({ tenantId, verificationId: id, audience, nonce });
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}

/** Why a code was not looked at. */
function refusalOf(signIn: Verification, now: Date): ServiceError {
  const status = statusOf(signIn, now);
  return status === 'expired' ? expired() : isOver(status);
}
