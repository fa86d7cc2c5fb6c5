/** A user of a tenant: an opaque id that means something to the tenant only. Users need not be created first. */
export interface User {
  tenantId: string;
  userId: string;
}

/** Stands for every user who was erased. No user has it for an id, since ids have no spaces. */
export const ERASED_USER = '(erased user)';
