// What looked like toll fraud, and would have been refused.
import type { Suspicion } from '../../src/journey/store/toll-fraud.ts';
import { type Command, table } from './command.ts';
import { existing } from './tenant-commands.ts';
import type { Tools } from './tools.ts';

/** How many are shown at once, the latest first. */
const MOST_SHOWN = 100;

/** Why a request would have been refused. */
const REASONS: Record<Suspicion['kind'], string> = {
  sequence: 'numbers one after the other, none of them approved',
  prefix: 'many numbers with the same beginning, hardly any approved',
  unanswered: 'hardly any call to this country was answered',
  shortCalls: 'calls to this country were answered and ended within seconds',
  newCountry: 'many calls to a country that the tenant did not call before',
};

const tollFraud: Command<Tools> = {
  usage: 'toll-fraud [TENANT]',
  what: `lists what looked like toll fraud and would have been refused, and why; nothing was refused; the latest ${MOST_SHOWN}`,
  async run({ suspicions, tenants }, [tenantId]) {
    if (tenantId !== undefined) await existing(tenants, tenantId);
    const found = await suspicions.list(tenantId ?? null, MOST_SHOWN);
    const data = found.map((each) => ({ ...each, reason: REASONS[each.kind] }));
    const rows = data.map(({ lastAt, tenantId: tenant, kind, subject, requests, refusable, ...rest }) => [
      ...[lastAt.toISOString(), tenant, kind, subject],
      `would have refused ${refusable} of ${requests}`,
      ...[rest.reason, `verification ${rest.verificationId}`],
    ]);
    return { text: found.length === 0 ? 'Nothing looked like toll fraud.' : table(rows), data };
  },
};

/** Commands about toll fraud. */
export const TOLL_FRAUD_COMMANDS = [tollFraud];
