// A plain loop that delivers what an outbox holds: reads a page, signs and posts each message, marks it delivered.
import { Pool } from 'pg';
import { Webhook } from 'standardwebhooks';
import { createHttpClient } from '../http-client.ts';

const [databaseUrl = '', receiverUrl = '', secret = ''] = process.argv.slice(2);
const AT_ONCE = 10;
const PAGE = 100;
const db = new Pool({ connectionString: databaseUrl, max: AT_ONCE });
const send = createHttpClient();
const signer = new Webhook(secret);

for (;;) {
  const { rows } = await db.query(
    'select id, type, payload, created_at from outbox where delivered_at is null order by sequence limit $1',
    [PAGE],
  );
  if (rows.length === 0) break;
  await Promise.all(Array.from({ length: AT_ONCE }, () => deliverAll(rows)));
}
await db.end();
process.exit();

async function deliverAll(
  rows: { id: string; type: string; payload: unknown; created_at: Date }[],
): Promise<void> {
  for (let row = rows.shift(); row; row = rows.shift()) {
    const now = new Date();
    const body = JSON.stringify({
      type: row.type,
      timestamp: row.created_at.toISOString(),
      data: row.payload,
    });
    const headers = {
      'content-type': 'application/json',
      'webhook-id': row.id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': signer.sign(row.id, now, body),
    };
    await send(receiverUrl, { method: 'POST', headers }, body);
    await db.query('update outbox set delivered_at = now() where id = $1', [row.id]);
  }
}
