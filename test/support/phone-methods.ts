/** Phones of users in a world. */
import { randomUUID } from 'node:crypto';
import { sql as kysely } from 'kysely';
import sql from 'sql-template-tag';
import type { PhoneType } from '../../src/domain/phone-type.ts';
import { writeUserMessages } from '../../src/outbox/user-message.ts';
import { createWritePhoneMethod } from '../../src/phone-methods/register.ts';
import type { World } from './world.ts';

const write = createWritePhoneMethod({ tell: writeUserMessages });

/** Registers a phone of any type, as the completion of a verification does. @param run a session of its own */
export async function register(
  { service, time }: Pick<World, 'service' | 'time'>,
  phone: { userId: string; phoneType: PhoneType; phoneNumber: string; tenantId?: string },
  run = service.stores.database.run,
): Promise<string> {
  const { userId, phoneType, phoneNumber, tenantId = 'contoso' } = phone;
  const [row] = await run<{ id: string }>(sql`
    with done as (
      select ${randomUUID()}::uuid as id, ${tenantId}::text as tenant_id, ${userId}::text as user_id,
        ${phoneType}::text as phone_type, ${phoneNumber}::text as phone_number, null::text as extension),
    ${write(new Date(time.now()))}
    select id from method`);
  if (!row) throw new Error('the phone was not written');
  return row.id;
}

/** Of how many users the number of defaults is wrong: one as long as any phone is verified, otherwise none. */
export async function wrongDefaults({ db }: Pick<World, 'db'>): Promise<number> {
  const { rows } = await kysely<{ wrong: number }>`select count(*)::int as wrong from (
    select from phone_method group by tenant_id, user_id
    having count(*) filter (where is_default) <> least(1, count(*) filter (where verified_at is not null))) w`.execute(
    db,
  );
  return rows[0]?.wrong ?? Number.NaN;
}
