import sql, { type Sql } from 'sql-template-tag';

/** Whether this tenant has a webhook endpoint that takes messages of this type. */
export function isWanted(tenantId: Sql, type: Sql): Sql {
  return sql`exists (select from webhook_endpoint e where e.tenant_id = ${tenantId}
    and (e.types is null or ${type} = any(e.types)))`;
}
