import { extensionFits } from '../../api.ts';
import { ServiceError } from '../../errors.ts';
import type { DialPauses, TenantRules, UnderstoodNumber, VerificationRequest } from '../ports.ts';

/**
 * Finds the pauses around an extension; null without one. Throws `extension.missing` when there are pauses and
 * nothing to put between them, `extension.tooLong` when the network cannot take extension and pauses together.
 */
export type FindDialPauses = (
  request: VerificationRequest,
  number: UnderstoodNumber,
  rules: TenantRules,
) => Promise<DialPauses | null>;

/**
 * Each pause is that of the request, else of the switchboard's profile, else of the policy.
 * @param deps.pbxProfileOf the profile of a switchboard (E.164), or null
 */
export function createFindDialPauses(deps: {
  pbxProfileOf: (switchboard: { tenantId: string; number: string }) => Promise<DialPauses | null>;
}): FindDialPauses {
  return async function findDialPauses(request, { e164, extension }, rules) {
    if (extension === null) {
      assertNoPauses(request);
      return null;
    }
    const profile = await deps.pbxProfileOf({ tenantId: request.tenantId, number: e164 });
    const otherwise = profile ?? rules.extension;
    const pauses = {
      pauseBeforeS: request.pauseBeforeS ?? otherwise.pauseBeforeS,
      pauseAfterS: request.pauseAfterS ?? otherwise.pauseAfterS,
    };
    if (extensionFits(pauses, extension.length)) return pauses;
    throw tooLong(request);
  };
}

function pauseFields({ pauseBeforeS, pauseAfterS }: VerificationRequest): string[] {
  const given = { '/pauseBeforeS': pauseBeforeS, '/pauseAfterS': pauseAfterS };
  return Object.entries(given).flatMap(([field, value]) => (value === undefined ? [] : [field]));
}

function assertNoPauses(request: VerificationRequest): void {
  const fields = pauseFields(request);
  if (fields.length === 0) return;
  const rule = 'Leave this out, since no extension is dialled.';
  throw new ServiceError(
    'extension.missing',
    'There are pauses around an extension and no extension. Give the field extension, or leave the pauses out.',
    { problems: fields.map((field) => ({ field, rule })) },
  );
}

function tooLong(request: VerificationRequest): ServiceError {
  const rule = 'Each half second of pause and each digit takes one of 32 places: make the pauses shorter.';
  const fields = pauseFields(request);
  return new ServiceError(
    'extension.tooLong',
    'The extension and the pauses around it are longer than the phone network takes. Ask for shorter pauses.',
    { problems: (fields.length > 0 ? fields : ['/extension']).map((field) => ({ field, rule })) },
  );
}
