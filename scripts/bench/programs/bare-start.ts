// The least that loads the same libraries, opens as many connections and listens.
import '@bull-board/api';
import '@bull-board/express';
import { Queue, Worker } from 'bullmq';
import express from 'express';
import 'helmet';
import { Redis } from 'ioredis';
import 'kysely';
import 'libphonenumber-js/max';
import { Pool } from 'pg';
import 'pino';
import 'prom-client';
import 'saxes';
import 'standardwebhooks';
import 'twilio';
import 'zod';
import 'zod-openapi';

const [port, databaseUrl, connections, redisUrl] = process.argv.slice(2);
const pool = new Pool({ connectionString: databaseUrl ?? '', max: Number(connections) });
await Promise.all(Array.from({ length: Number(connections) }, () => pool.query('select pg_sleep(0.001)')));
const redis = new Redis(redisUrl ?? '', { maxRetriesPerRequest: null });
const queue = new Queue('bare', { connection: redis });
const worker = new Worker('bare', async () => undefined, { connection: redis.duplicate() });
await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
const app = express();
app.get('/readyz', (_req, res) => res.json({ status: 'ready' }));
app.listen(Number(port), '127.0.0.1');
process.on('SIGTERM', () => process.exit());
