// The naive floor: the shortest program with the same libraries that does the same observable work as Poundkey and
// promises nothing. No tenants, limits, blocks, idempotency, retries or order; what is lost stays lost.
import { createHmac, randomInt, randomUUID } from 'node:crypto';
import { Queue, Worker } from 'bullmq';
import express, { type NextFunction, type Request, type Response } from 'express';
import { Redis } from 'ioredis';
import { parsePhoneNumber } from 'libphonenumber-js/max';
import { Pool } from 'pg';
import { pino } from 'pino';
import { Webhook } from 'standardwebhooks';
import twilio from 'twilio';
import { z } from 'zod';
import { readSettings } from './settings.ts';

const settings = readSettings();
const log = pino();
const db = new Pool({ connectionString: settings.databaseUrl, max: 10 });
const redis = new Redis(settings.redisUrl, { maxRetriesPerRequest: null });
const queue = new Queue('calls', { connection: redis, defaultJobOptions: { removeOnComplete: 1000 } });
const client = twilio(settings.accountSid, settings.authToken);
client.api.baseUrl = settings.providerUrl;
const signer = new Webhook(settings.webhookSecret);

await db.query(`create table verification (id uuid primary key, user_id text not null, phone_number text not null,
  channel text not null, code text, state text not null, outcome text, call_id text, call_status text, created_at timestamptz not null default now(),
  answered_at timestamptz, decided_at timestamptz, finished_at timestamptz, posted_at timestamptz)`);
await db.query(`create table phone_method (user_id text primary key, id uuid not null, phone_number text not null,
  verification_id uuid not null, created_at timestamptz not null default now())`);
await db.query(`create table app_password (id uuid primary key, user_id text not null, hash text not null,
  verification_id uuid not null, created_at timestamptz not null default now())`);

const NewVerification = z.object({
  userId: z.string().min(1).max(100),
  number: z.string().max(40),
  channel: z.enum(['call', 'sms']).default('call'),
});
const CodeToCheck = z.object({ code: z.string().regex(/^\d{6}$/) });

const app = express();
app.use((req, res, next) => {
  res.on('finish', () => log.info({ method: req.method, path: req.path, status: res.statusCode }, 'request'));
  next();
});

app.post('/v1/verifications', express.json(), async (req, res) => {
  if (req.get('authorization') !== `Bearer ${settings.apiKey}`) return void res.sendStatus(401);
  const { userId, number, channel } = NewVerification.parse(req.body);
  const phone = parsePhoneNumber(number);
  if (!phone.isValid()) return void res.status(422).json({ title: 'The number is not valid' });
  const id = randomUUID();
  const code = channel === 'sms' ? String(randomInt(1_000_000)).padStart(6, '0') : null;
  await db.query(
    'insert into verification (id, user_id, phone_number, channel, code, state) values ($1, $2, $3, $4, $5, $6)',
    [id, userId, phone.number, channel, code, 'queued'],
  );
  await queue.add(channel === 'sms' ? 'text' : 'place', { id, number: phone.number, code });
  res.status(201).json({ id, userId, state: 'queued' });
});

async function placeCall({ id, number }: { id: string; number: string }): Promise<void> {
  const webhook = `${settings.publicUrl}/webhooks/${id}`;
  const call = await client.calls.create({
    to: number,
    from: settings.callerLine,
    url: `${webhook}/answer`,
    statusCallback: `${webhook}/status`,
    // As in Twilio's own example.
    statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
    timeout: 30,
    timeLimit: 120,
  });
  await db.query(`update verification set state = 'ringing', call_id = $2 where id = $1`, [id, call.sid]);
}

async function sendText({ id, number, code }: { id: string; number: string; code: string }): Promise<void> {
  const text = await client.messages.create({
    to: number,
    from: settings.callerLine,
    body: `Your Contoso code: ${code}. Do not share it.`,
    statusCallback: `${settings.publicUrl}/webhooks/${id}/status`,
    validityPeriod: 600,
  });
  await db.query(`update verification set state = 'sent', call_id = $2 where id = $1 and state = 'queued'`, [
    id,
    text.sid,
  ]);
}

app.post('/v1/verifications/:id/check', express.json(), async (req, res) => {
  if (req.get('authorization') !== `Bearer ${settings.apiKey}`) return void res.sendStatus(401);
  const { rows } = await db.query(
    `update verification set state = 'decided', outcome = 'approved', decided_at = now()
    where id = $1 and code = $2 and outcome is null and created_at > now() - interval '10 minutes'
    returning id, user_id as "userId", phone_number as number`,
    [req.params.id, CodeToCheck.parse(req.body).code],
  );
  if (!rows[0]) return void res.status(422).json({ title: 'The code is wrong' });
  await queue.add('complete', rows[0]);
  res.json({ id: req.params.id, outcome: 'approved' });
});

const form = express.urlencoded({ extended: false });
function signed(req: Request, res: Response, next: NextFunction): void {
  const signature = req.get('x-twilio-signature') ?? '';
  if (twilio.validateRequest(settings.authToken, signature, settings.publicUrl + req.originalUrl, req.body))
    next();
  else res.sendStatus(403);
}

app.post('/webhooks/:id/answer', form, signed, async (req, res) => {
  await db.query(`update verification set state = 'answered', answered_at = now() where id = $1`, [
    req.params.id,
  ]);
  const twiml = new twilio.twiml.VoiceResponse();
  const action = `${settings.publicUrl}/webhooks/${req.params.id}/digits`;
  const gather = twiml.gather({ input: ['dtmf'], finishOnKey: '', numDigits: 1, timeout: 5, action });
  gather.say(
    { voice: 'Polly.Joanna-Neural', language: 'en-US' },
    'This is Contoso. Press the pound key to sign in.',
  );
  res.type('text/xml').send(twiml.toString());
});

app.post('/webhooks/:id/digits', form, signed, async (req, res) => {
  const twiml = new twilio.twiml.VoiceResponse();
  if (req.body.Digits === '#') {
    const { rows } = await db.query(
      `update verification set state = 'decided', outcome = 'approved', decided_at = now() where id = $1
      returning id, user_id as "userId", phone_number as number`,
      [req.params.id],
    );
    await queue.add('complete', rows[0]);
    twiml.say({ voice: 'Polly.Joanna-Neural', language: 'en-US' }, 'Thank you. Your phone is registered.');
  }
  twiml.hangup();
  res.type('text/xml').send(twiml.toString());
});

app.post('/webhooks/:id/status', form, signed, async (req, res) => {
  await db.query('update verification set call_status = $2 where id = $1', [
    req.params.id,
    req.body.CallStatus ?? req.body.MessageStatus,
  ]);
  res.sendStatus(204);
});

async function complete({
  id,
  userId,
  number,
}: {
  id: string;
  userId: string;
  number: string;
}): Promise<void> {
  const method = randomUUID();
  const password = Array.from({ length: 16 }, () => String.fromCharCode(97 + randomInt(26))).join('');
  const hash = createHmac('sha256', settings.hashKey).update(password).digest('hex');
  await db.query(
    `insert into phone_method (user_id, id, phone_number, verification_id) values ($1, $2, $3, $4)
    on conflict (user_id) do update set phone_number = excluded.phone_number, verification_id = excluded.verification_id`,
    [userId, method, number, id],
  );
  await db.query('insert into app_password (id, user_id, hash, verification_id) values ($1, $2, $3, $4)', [
    randomUUID(),
    userId,
    hash,
    id,
  ]);
  await db.query(
    `update verification set state = 'finished', finished_at = clock_timestamp() where id = $1`,
    [id],
  );
  await postOutcome({ verificationId: id, userId, outcome: 'approved', phoneMethodId: method });
  await db.query('update verification set posted_at = now() where id = $1', [id]);
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
  await fetch(settings.receiverUrl, { method: 'POST', headers, body });
}

const STEPS = { place: placeCall, text: sendText, complete };
const worker = new Worker('calls', (job) => STEPS[job.name as keyof typeof STEPS](job.data), {
  connection: redis.duplicate(),
  concurrency: 50,
});
worker.on('failed', (job, error) => log.error({ job: job?.id, err: error.message }, 'failed'));
app.listen(settings.port, '127.0.0.1', () => log.info('ready'));
process.on('SIGTERM', () => process.exit());
