import { ServiceError } from '../errors.ts';

/** The error for the id of a verification that the tenant does not have. */
export function verificationNotFound(): ServiceError {
  return new ServiceError(
    'verification.notFound',
    'No verification of this tenant has this id. Use the id from the answer to your request.',
  );
}

/** The error for the id of a sign-in by number that the tenant does not have. */
export function signInNotFound(): ServiceError {
  return new ServiceError(
    'signIn.notFound',
    'No sign-in by number of this tenant has this id. Use the id from the answer to your request.',
  );
}

/** The error for the id of a tenant that there is not. */
export function tenantNotFound(): ServiceError {
  return new ServiceError('tenant.notFound', 'There is no such tenant. Use the id that it was created with.');
}
