import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Logger } from '../log.ts';
import { shortReason } from '../platform/outage-log.ts';

/** How long an answer may take, ms. A provider waits longer, and nobody should wait as long on the phone. */
const LIMIT_MS = 5_000;
/** What is read of an answer at most, so that a page of somebody else's does no harm. */
const LONGEST_ANSWER = 10_000;
/** An attempt that cannot exist. */
const NO_ATTEMPT = '00000000-0000-0000-0000-000000000000';

const Refusal = z.object({ code: z.string(), instance: z.string() });

/**
 * Asks Poundkey's own public address as a provider would, without a signature: the answer must be Poundkey's refusal
 * of an unsigned webhook, for this very request. Never throws.
 * @param publicUrl as in `PUBLIC_URL`
 * @returns what is wrong and what to do, in words; null: all is well
 */
export async function probePublicUrl(publicUrl: string, limitMs = LIMIT_MS): Promise<string | null> {
  const requestId = `probe-${randomUUID()}`;
  try {
    const response = await fetch(`${publicUrl}/webhooks/calls/${NO_ATTEMPT}/status`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'X-Request-Id': requestId, 'Content-Type': 'application/x-www-form-urlencoded' },
      signal: AbortSignal.timeout(limitMs),
    });
    return judge(response.status, await response.text(), requestId);
  } catch (error) {
    return `${publicUrl} gives no answer (${reasonOf(error, limitMs)}). Check its name in DNS, its certificate, and the proxy and firewall before this service. ${FROM_HERE}`;
  }
}

/** Some networks do not let a machine reach their own public address. */
const FROM_HERE =
  'If only this machine cannot reach it, ask from outside: curl -i -X POST ADDRESS/webhooks/calls/x/status must answer 400 with webhook.unsigned.';

function judge(status: number, text: string, requestId: string): string | null {
  const answer = Refusal.safeParse(parsed(text.slice(0, LONGEST_ANSWER))).data;
  if (answer?.instance.endsWith(`:${requestId}`)) return judgeOwn(status, answer.code);
  if (status >= 300 && status < 400)
    return `The address redirects (${status}). PUBLIC_URL must be the address that it leads to, since redirects lose what was typed on the phone.`;
  if (status === 401 || status === 403)
    return `Something before Poundkey asks for a sign-in or forbids the request (${status}). The provider must reach /webhooks without one.`;
  if (status >= 502 && status <= 504)
    return `A proxy answers ${status}: it does not reach this service. Check where the proxy sends requests, and HOST and PORT.`;
  if (answer !== undefined)
    return 'The answer is that of another request: do not let a proxy keep answers, nor replace X-Request-Id.';
  return `Something else than Poundkey answers there (${status}). Check that PUBLIC_URL, with its path, leads to this service.`;
}

/** What Poundkey itself answered. */
function judgeOwn(status: number, code: string): string | null {
  if (status === 400 && code === 'webhook.unsigned') return null;
  if (code === 'route.notFound')
    return 'PUBLIC_URL leads to Poundkey, but not to its webhooks: a proxy removes or adds a part of the path. The provider must reach PUBLIC_URL/webhooks/… here as /webhooks/….';
  return `Poundkey itself answers ${status} (${code}): look into its log for the reason.`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** fetch hides why it failed in the cause. */
function reasonOf(error: unknown, limitMs: number): string {
  if (error instanceof DOMException) return `no answer within ${limitMs / 1000} s`;
  return shortReason(error instanceof Error && error.cause instanceof Error ? error.cause : error);
}

/** Probes once, in the background, and warns when the address cannot be right. */
export function probeAtStart(publicUrl: string, log: Pick<Logger, 'warn'>): Promise<void> {
  return probePublicUrl(publicUrl).then((problem) => {
    if (problem !== null)
      log.warn(
        { publicUrl, problem },
        'PUBLIC_URL does not lead here, so people who are called would hear an error and nobody could be verified; npm run poundkey -- check asks again',
      );
  });
}
