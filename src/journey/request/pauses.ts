import type { ParsedNumber } from '../../domain/number.ts';
import { extensionFits, type Pauses } from '../../domain/pauses.ts';
import type { TenantPolicy } from '../../domain/policy.ts';
import { ServiceError } from '../../errors.ts';
import type { RequestToCheck } from './checks.ts';

/** The pauses around an extension: each that of the request, else of the switchboard's profile, else of the policy. */
export function pausesFor(
  request: RequestToCheck,
  { extension }: Pick<ParsedNumber, 'extension'>,
  profile: Pauses | null,
  policy: Pick<TenantPolicy, 'extension'>,
): Pauses | null {
  if (extension === null) return null;
  const otherwise = profile ?? policy.extension;
  return {
    pauseBeforeS: request.pauseBeforeS ?? otherwise.pauseBeforeS,
    pauseAfterS: request.pauseAfterS ?? otherwise.pauseAfterS,
  };
}

/**
 * The refusals for pauses: `extension.missing` when there are some and nothing to put between them,
 * `extension.tooLong` when the provider cannot take extension and pauses together.
 */
export function refusePauses(
  request: RequestToCheck,
  extension: string | null,
  pauses: Pauses | null,
): ServiceError[] {
  const fields = pauseFields(request);
  if (extension === null) return fields.length > 0 ? [missing(fields)] : [];
  return pauses === null || extensionFits(pauses, extension.length) ? [] : [tooLong(fields)];
}

function pauseFields({ pauseBeforeS, pauseAfterS }: RequestToCheck): string[] {
  const given = { '/pauseBeforeS': pauseBeforeS, '/pauseAfterS': pauseAfterS };
  return Object.entries(given).flatMap(([field, value]) => (value === undefined ? [] : [field]));
}

function missing(fields: string[]): ServiceError {
  const rule = 'This must be left out when there is no extension.';
  return new ServiceError(
    'extension.missing',
    'Pauses were given without an extension. Add the field extension, or leave the pauses out.',
    { problems: fields.map((field) => ({ field, rule })) },
  );
}

function tooLong(fields: string[]): ServiceError {
  const rule =
    'Each half second of pause and each digit takes one of 32 characters: make the pauses shorter.';
  return new ServiceError(
    'extension.tooLong',
    'The extension and the pauses around it are longer than the provider accepts. Use shorter pauses.',
    { problems: (fields.length > 0 ? fields : ['/extension']).map((field) => ({ field, rule })) },
  );
}
