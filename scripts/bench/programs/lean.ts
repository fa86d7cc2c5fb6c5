// The lean floor: the naive program made fast. One named statement a step, a plain client that keeps its connections,
// documents as strings, only the callback that says something new. It promises as little as the naive one.
import { createHmac, randomInt, randomUUID } from 'node:crypto';
import { Queue, Worker } from 'bullmq';
import express, { type NextFunction, type Request, type Response } from 'express';
import { Redis } from 'ioredis';
import { parsePhoneNumber } from 'libphonenumber-js/max';
import { Pool } from 'pg';
import { pino } from 'pino';
import { Webhook } from 'standardwebhooks';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import { z } from 'zod';
import { createHttpClient, formPost } from '../http-client.ts';
import { readSettings } from './settings.ts';

const settings = readSettings();
const log = pino();
const db = new Pool({ connectionString: settings.databaseUrl, max: 10 });
const redis = new Redis(settings.redisUrl, { maxRetriesPerRequest: null });
const queue = new Queue('calls', { connection: redis, defaultJobOptions: { removeOnComplete: true } });
const send = createHttpClient();
const signer = new Webhook(settings.webhookSecret);
const basic = `Basic ${Buffer.from(`${settings.accountSid}:${settings.authToken}`).toString('base64')}`;
const callsUrl = `${settings.providerUrl}/2010-04-01/Accounts/${settings.accountSid}/Calls.json`;

await db.query(`create table verification (id uuid primary key, user_id text not null, phone_number text not null,
  state text not null, outcome text, call_id text, call_status text, created_at timestamptz not null default now(),
  answered_at timestamptz, decided_at timestamptz, finished_at timestamptz, posted_at timestamptz)`);
await db.query(`create table phone_method (user_id text primary key, id uuid not null, phone_number text not null,
  verification_id uuid not null, created_at timestamptz not null default now())`);
await db.query(`create table app_password (id uuid primary key, user_id text not null, hash text not null,
  verification_id uuid not null, created_at timestamptz not null default now())`);

const STATEMENTS = {
  request: `insert into verification (id, user_id, phone_number, state) values ($1, $2, $3, 'queued')`,
  placed: `update verification set state = 'ringing', call_id = $2 where id = $1`,
  answered: `update verification set state = 'answered', answered_at = now() where id = $1`,
  decided: `update verification set state = 'decided', outcome = 'approved', decided_at = now() where id = $1
    returning id, user_id as "userId"`,
  ended: 'update verification set call_status = $2 where id = $1',
  complete: `with done as (update verification set state = 'finished', finished_at = clock_timestamp() where id = $1
      returning id, user_id, phone_number),
    password as (insert into app_password (id, user_id, hash, verification_id) select $3, user_id, $4, id from done)
    insert into phone_method (user_id, id, phone_number, verification_id) select user_id, $2, phone_number, id from done
    on conflict (user_id) do update set phone_number = excluded.phone_number, verification_id = excluded.verification_id`,
  posted: 'update verification set posted_at = now() where id = $1',
};
const run = (name: keyof typeof STATEMENTS, values: unknown[]) =>
  db.query({ name, text: STATEMENTS[name], values });

const NewVerification = z.object({ userId: z.string().min(1).max(100), number: z.string().max(40) });
const app = express();
app.use((req, res, next) => {
  res.on('finish', () => log.info({ method: req.method, path: req.path, status: res.statusCode }, 'request'));
  next();
});

app.post('/v1/verifications', express.json(), async (req, res) => {
  if (req.get('authorization') !== `Bearer ${settings.apiKey}`) return void res.sendStatus(401);
  const { userId, number } = NewVerification.parse(req.body);
  const phone = parsePhoneNumber(number);
  if (!phone.isValid()) return void res.status(422).json({ title: 'The number is not valid' });
  const id = randomUUID();
  await run('request', [id, userId, phone.number]);
  await queue.add('place', { id, number: phone.number });
  res.status(201).json({ id, userId, state: 'queued' });
});

async function placeCall({ id, number }: { id: string; number: string }): Promise<void> {
  const webhook = `${settings.publicUrl}/webhooks/${id}`;
  // Without a list of events Twilio reports the end of the call; that it rings and is answered is known anyway.
  const { options, body } = formPost(
    {
      To: number,
      From: settings.callerLine,
      Url: `${webhook}/answer`,
      StatusCallback: `${webhook}/status`,
      Timeout: '30',
      TimeLimit: '120',
    },
    { Authorization: basic },
  );
  const answer = await send(callsUrl, options, body);
  if (answer.status !== 201) throw new Error(`the provider answered ${answer.status}`);
  await run('placed', [id, JSON.parse(answer.body).sid]);
}

const form = express.urlencoded({ extended: false });
function signed(req: Request, res: Response, next: NextFunction): void {
  const signature = req.get('x-twilio-signature') ?? '';
  if (validateRequest(settings.authToken, signature, settings.publicUrl + req.originalUrl, req.body)) next();
  else res.sendStatus(403);
}

const say = (text: string) => `<Say voice="Polly.Joanna-Neural" language="en-US">${text}</Say>`;
const document = (content: string) => `<?xml version="1.0" encoding="UTF-8"?><Response>${content}</Response>`;

app.post('/webhooks/:id/answer', form, signed, async (req, res) => {
  await run('answered', [req.params.id]);
  const action = `${settings.publicUrl}/webhooks/${req.params.id}/digits`;
  const question = say('This is Contoso. Press the pound key to sign in.');
  const gather = `<Gather input="dtmf" finishOnKey="" numDigits="1" timeout="5" action="${action}">${question}</Gather>`;
  res.type('text/xml').send(document(gather));
});

app.post('/webhooks/:id/digits', form, signed, async (req, res) => {
  const isApproved = req.body.Digits === '#';
  if (isApproved) {
    const { rows } = await run('decided', [req.params.id]);
    await queue.add('complete', rows[0]);
  }
  res
    .type('text/xml')
    .send(document(`${isApproved ? say('Thank you. Your phone is registered.') : ''}<Hangup/>`));
});

app.post('/webhooks/:id/status', form, signed, async (req, res) => {
  await run('ended', [req.params.id, req.body.CallStatus]);
  res.sendStatus(204);
});

async function complete({ id, userId }: { id: string; userId: string }): Promise<void> {
  const method = randomUUID();
  const password = Array.from({ length: 16 }, () => String.fromCharCode(97 + randomInt(26))).join('');
  const hash = createHmac('sha256', settings.hashKey).update(password).digest('hex');
  await run('complete', [id, method, randomUUID(), hash]);
  await postOutcome({ verificationId: id, userId, outcome: 'approved', phoneMethodId: method });
  await run('posted', [id]);
}

async function postOutcome(data: Record<string, string>): Promise<void> {
  const [id, now] = [randomUUID(), new Date()];
  const body = JSON.stringify({ type: 'verification.finished', timestamp: now.toISOString(), data });
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': signer.sign(id, now, body),
  };
  await send(settings.receiverUrl, { method: 'POST', headers }, body);
}

const worker = new Worker(
  'calls',
  (job) => (job.name === 'place' ? placeCall(job.data) : complete(job.data)),
  {
    connection: redis.duplicate(),
    concurrency: 50,
  },
);
worker.on('failed', (job, error) => log.error({ job: job?.id, err: error.message }, 'failed'));
app.listen(settings.port, '127.0.0.1', () => log.info('ready'));
process.on('SIGTERM', () => process.exit());
