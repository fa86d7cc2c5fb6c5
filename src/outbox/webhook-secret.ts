import { randomBytes } from 'node:crypto';
import { z } from 'zod';

/** Standard Webhooks, "Signature scheme": a symmetric secret has 24 to 64 random bytes, and is written so. */
const PREFIX = 'whsec_';
const LEAST_BYTES = 24;
const MOST_BYTES = 64;
const RULE = `This must be ${PREFIX} and ${LEAST_BYTES} to ${MOST_BYTES} bytes in base64 with padding.`;

/** A secret of a webhook endpoint. */
export const WebhookSecret = z.string().refine(isWebhookSecret, RULE).meta({
  description: 'What messages are signed with, in the form of Standard Webhooks',
  example: 'whsec_…',
});

function isWebhookSecret(text: string): boolean {
  const encoded = text.slice(PREFIX.length);
  const bytes = Buffer.from(encoded, 'base64');
  // Buffer skips what is not base64, so the text is compared with what its bytes would be written as.
  const exact = text.startsWith(PREFIX) && bytes.toString('base64') === encoded;
  return exact && bytes.length >= LEAST_BYTES && bytes.length <= MOST_BYTES;
}

/** A secret of 32 random bytes. */
export function newWebhookSecret(): string {
  return `${PREFIX}${randomBytes(32).toString('base64')}`;
}
