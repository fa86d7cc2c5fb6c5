/** A user of a tenant: an opaque id that means something to the tenant only. Users need not be created first. */
export interface User {
  tenantId: string;
  userId: string;
}
