// The audit trail, for those who keep it elsewhere.
import { auditLines } from '../../src/audit/export-audit.ts';
import { TimeInQuery } from '../../src/domain/place-in-list.ts';
import { type Command, UsageError } from './command.ts';
import { existing } from './tenant-commands.ts';
import type { Tools } from './tools.ts';

const exportAudit: Command<Tools> = {
  usage: 'export-audit TENANT [--from TIME] [--to TIME]',
  what: "prints a tenant's audit events, the oldest first, one JSON object a line; TIME is ISO 8601, such as 2026-11-01T00:00:00Z; --to is the first moment that is left out",
  async run({ tenants, audit, clock, print }, [tenantId = ''], { from, to }) {
    await existing(tenants, tenantId);
    const range = { from: timeIn('--from', from), to: timeIn('--to', to) ?? clock.now() };
    await print(auditLines(audit, { tenantId, ...range }));
    return { text: '', data: null };
  },
};

function timeIn(option: string, text: string | undefined): Date | undefined {
  if (text === undefined) return;
  const { data, error } = TimeInQuery.safeParse(text);
  if (data) return data;
  throw new UsageError(`${option}: ${error?.issues[0]?.message}`);
}

/** Commands about the audit trail. */
export const AUDIT_COMMANDS = [exportAudit];
