// The least that opens an embedded store and listens.
import { PGlite } from '@electric-sql/pglite';
import express from 'express';

const [port, directory] = process.argv.slice(2);
const store = await PGlite.create({ dataDir: directory ?? '' });
await store.query('select 1');
const app = express();
app.get('/readyz', (_req, res) => res.json({ status: 'ready' }));
app.listen(Number(port), '127.0.0.1');
process.on('SIGTERM', () => process.exit());
