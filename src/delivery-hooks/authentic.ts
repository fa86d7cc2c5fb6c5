import { createHmac } from 'node:crypto';
import { isSameText } from '../platform/secrets/same-text.ts';
import type { HookRequest } from './front-end.ts';

/** How far a time stamp may be from now, s: what was recorded is worth nothing later. */
const TOLERANCE_S = 300;

/**
 * Whether a request is signed by Standard Webhooks ("Signature scheme"). There may be several signatures, with a space or, as
 * Supabase has it, a comma and a space between them.
 * @param secret `whsec_` and base64
 */
export function isSigned({ header, text }: HookRequest, secret: string, now: Date): boolean {
  const [id, at, signatures] = ['id', 'timestamp', 'signature'].map(
    (name) => header(`webhook-${name}`) ?? '',
  );
  if (!id || !at || !/^\d{1,12}$/.test(at)) return false;
  if (Math.abs(now.getTime() / 1000 - Number(at)) > TOLERANCE_S) return false;
  const right = `v1,${signatureOf(secret, `${id}.${at}.${text}`)}`;
  return (signatures ?? '').split(/,? +/).some((given) => isSameText(given, right));
}

/** Base64. */
function signatureOf(secret: string, content: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return createHmac('sha256', key).update(content, 'utf8').digest('base64');
}
