/** What binds a sealed secret to its tenant. */
export function secretContext(tenantId: string): string {
  return `webhook-endpoint:${tenantId}`;
}
