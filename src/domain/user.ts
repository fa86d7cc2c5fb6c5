/** A user of a tenant: an opaque id that means something to the tenant only. Nobody has to be known beforehand. */
export interface User {
  tenantId: string;
  userId: string;
}
