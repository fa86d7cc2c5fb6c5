// The least that answers a webhook: Express, the form, the signature check, a document.
import express from 'express';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';

const [port = '0', authToken = ''] = process.argv.slice(2);
const publicUrl = `http://127.0.0.1:${port}`;
const DOCUMENT = `<?xml version="1.0" encoding="UTF-8"?><Response><Gather input="dtmf" finishOnKey="" numDigits="1" timeout="5"
action="${publicUrl}/digits"><Say>Press the pound key.</Say></Gather></Response>`;

const app = express();
app.post('/webhooks/:id/answer', express.urlencoded({ extended: false }), (req, res) => {
  const signature = req.get('x-twilio-signature') ?? '';
  const isSigned = validateRequest(authToken, signature, publicUrl + req.originalUrl, req.body);
  if (isSigned) res.type('text/xml').send(DOCUMENT);
  else res.sendStatus(403);
});
app.listen(Number(port), '127.0.0.1');
process.on('SIGTERM', () => process.exit());
