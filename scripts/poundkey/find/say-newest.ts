import { explainError } from '../../../src/ops/explain/explain-error.ts';
import { ceilingHint } from './ceiling-hint.ts';
import { fillIn } from './fill-in.ts';
import type { Found } from './read-found.ts';
import { whyOf } from './say-why.ts';
import { durationOf, timeOf } from './time-of.ts';

/** The newest thing that is known, which is what people ask about, what to do, and how old it is. */
export function sayNewest(found: Found): string[] {
  const refusal = newestRefusal(found);
  if (refusal) return sayRefused(found, refusal);
  const [verification] = found.verifications;
  return verification ? sayAccepted(found, verification) : NOTHING;
}

/** The newest refusal, unless a request was accepted after it. */
export function newestRefusal({
  refusals: [refusal],
  verifications: [verification],
}: Pick<Found, 'refusals' | 'verifications'>): Found['refusals'][number] | null {
  return refusal && (!verification || refusal.lastAt >= verification.createdAt) ? refusal : null;
}

/** What `fillIn` needs to know. @param userId as it is printed */
export const knownOf = ({ tenantId }: Found, userId: string, id: string | null = null) => ({
  ...{ tenantId, userId, id, printedBy: 'find' as const },
});

const NOTHING = [
  'No request has been accepted in 30 days, and none refused in 7.',
  'Do: Compare the id letter by letter, and the tenant. If both are right, the request was not accepted and left no trace: the log of the backend has its answer (401 is a wrong API key, 503 a database that was away, 502 a proxy that reached no web process). See also poundkey_requests_refused_total.',
];

function sayRefused(found: Found, { code, detail, lastAt, userId }: Found['refusals'][number]): string[] {
  const { meaning, action } = explainError(code);
  return [
    `The newest request was refused, at ${timeOf(lastAt)}. ${code}: ${meaning}.`,
    `The answer was: ${detail}`,
    `Do: ${fillIn(action, knownOf(found, userId))}${ceilingHint(code, found.ceiling)}`,
    sayAge(lastAt, found.now),
  ];
}

function sayAccepted(found: Found, verification: Found['verifications'][number]): string[] {
  const { createdAt, userId, id } = verification;
  const { says, action } = whyOf(verification, found.now);
  const known = knownOf(found, userId, id);
  return [
    `The newest request was accepted, at ${timeOf(createdAt)}, and is: ${fillIn(says, known)}`,
    ...(action === null ? [] : [`Do: ${fillIn(action, known)}`]),
    sayAge(createdAt, found.now),
  ];
}

/** What was answered before the registry could be asked is not in it. */
function sayAge(at: Date, now: Date): string {
  return `That was ${durationOf(now.getTime() - at.getTime())} ago. A later try left no trace if it was answered 401 or 5xx (502 comes from a proxy): see the backend's log.`;
}
