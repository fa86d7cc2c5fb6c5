import { ServiceError } from '../../errors.ts';
import { type Clock, later } from '../../platform/clock.ts';
import type { Lines } from '../place/lines.ts';
import type { Refused } from '../store/admission.ts';
import type { VerificationStore } from '../store/verifications.ts';
import { type RequestToCheck, suppressed } from './checks.ts';
import { patienceMs, type RequestLimits } from './limits.ts';
import type { AdmissibleRequest } from './new-verification.ts';

/** What the errors are made of. */
interface RefusalDeps {
  limits: Pick<RequestLimits, 'errorFor' | 'tooSoon'>;
  lines: Pick<Lines, 'tooBusy'>;
  verifications: Pick<VerificationStore, 'openId'>;
  clock: Clock;
}

/** The error for a request, or for a call in the place of a text, that was not admitted. */
export async function refusalOf(
  deps: RefusalDeps,
  request: RequestToCheck,
  { policy, number }: Pick<AdmissibleRequest, 'policy' | 'number'>,
  admission: Refused,
): Promise<ServiceError> {
  const now = deps.clock.now();
  switch (admission.kind) {
    case 'full':
      return deps.limits.errorFor({ ...request, phone: number }, policy, admission, now);
    case 'suppressed':
      return suppressed();
    case 'paused':
      return deps.limits.tooSoon(later(admission.until, -patienceMs(policy)));
    case 'line':
      return deps.lines.tooBusy(later(admission.until, -patienceMs(policy)));
    case 'open': {
      const { tenantId, userId } = request;
      const { openId } = deps.verifications;
      return alreadyOpen(await openId({ tenantId, userId, phoneNumber: number.e164 }));
    }
  }
}

/** @param id null when it has been finished meanwhile */
function alreadyOpen(id: string | null): ServiceError {
  const which = id === null ? '' : ` (${id})`;
  return new ServiceError(
    'verification.alreadyOpen',
    `A verification of this user${which} is not finished: one of this number, or one that asks for a PIN, digits or a code. Follow it, or cancel it before you request another.`,
    id === null ? {} : { verificationId: id },
  );
}
