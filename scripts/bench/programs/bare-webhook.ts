// The least that answers a webhook: Express, the form, the signature check, a document. With a database, one statement more, whose commit
// does not wait for the disk.
import express from 'express';
import { Pool } from 'pg';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';

const [port = '0', authToken = '', databaseUrl] = process.argv.slice(2);
const publicUrl = `http://127.0.0.1:${port}`;
const DOCUMENT = `<?xml version="1.0" encoding="UTF-8"?><Response><Gather input="dtmf" finishOnKey="" numDigits="1" timeout="5"
action="${publicUrl}/digits"><Say>Press the pound key.</Say></Gather></Response>`;
const ANSWERED = `insert into answered (id, at) values ($1, $2)
  returning id, at, set_config('synchronous_commit', 'off', true)`;

const pool = databaseUrl === undefined ? null : new Pool({ connectionString: databaseUrl });
await pool?.query('create table answered (id uuid primary key, at timestamptz not null)');

const app = express();
app.post('/webhooks/:id/answer', express.urlencoded({ extended: false }), async (req, res) => {
  const signature = req.get('x-twilio-signature') ?? '';
  if (!validateRequest(authToken, signature, publicUrl + req.originalUrl, req.body))
    return void res.sendStatus(403);
  await pool?.query({ name: 'answered', text: ANSWERED, values: [req.params.id, new Date()] });
  res.type('text/xml').send(DOCUMENT);
});
app.listen(Number(port), '127.0.0.1');
process.on('SIGTERM', () => process.exit());
