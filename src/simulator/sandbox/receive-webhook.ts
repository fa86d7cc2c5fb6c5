/** Checks outcome webhooks as Standard Webhooks says, by the simulator's time. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Webhook } from 'standardwebhooks';

/** What is posted to a webhook endpoint. */
export interface OutcomeWebhook {
  type: string;
  data: Record<string, string | null>;
}

/** Standard Webhooks, "Verifying webhook authenticity": how far the clocks may differ, ms. */
const TOLERANCE_MS = 300_000;

/** The webhook, or null when its signature is wrong or its time too far from `now`. */
export function readWebhook(
  secret: string,
  { headers, body }: { headers: IncomingHttpHeaders; body: string },
  now: number,
): OutcomeWebhook | null {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    String(headers[name] ?? ''),
  ) as [string, string, string];
  const sentAt = Number(timestamp) * 1_000;
  if (!(Math.abs(now - sentAt) <= TOLERANCE_MS)) return null;
  const right = new Webhook(secret).sign(id, new Date(sentAt), body);
  if (!signatures.split(' ').some((given) => isSame(given, right))) return null;
  return JSON.parse(body) as OutcomeWebhook;
}

function isSame(given: string, right: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}
