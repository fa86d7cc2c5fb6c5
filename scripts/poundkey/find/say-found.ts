import { explainError } from '../../../src/service/explain-error.ts';
import { table } from '../command.ts';
import type { Found } from './read-found.ts';
import { whyOf } from './say-why.ts';

/** The answer in words: what happened last and why, what holds now, then the lists. */
export function textOf(found: Found): string {
  return [
    `${found.tenantId}, ${found.shown}, at ${timeOf(found.now)} UTC`,
    '',
    ...sayNewest(found),
    '',
    'Now:',
    ...sayNow(found).map((line) => `  ${line}`),
    ...sayVerifications(found),
    ...sayRefusals(found),
  ].join('\n');
}

const timeOf = (at: Date): string => at.toISOString().slice(0, 19).replace('T', ' ');
const doing = (action: string | null): string[] => (action === null ? [] : [`Do: ${action}`]);

/** The newest thing is what people ask about. */
function sayNewest({ refusals: [refusal], verifications: [verification], now }: Found): string[] {
  if (refusal && (!verification || refusal.lastAt >= verification.createdAt)) {
    const { meaning, action } = explainError(refusal.code);
    return [
      `The newest request was refused, at ${timeOf(refusal.lastAt)}. ${refusal.code}: ${meaning}.`,
      `The answer was: ${refusal.detail}`,
      ...doing(action),
    ];
  }
  if (!verification)
    return [
      'No request has been accepted in 30 days, and none refused in 7.',
      'Do: Compare the id letter by letter, and the tenant. If both are right, the request never came here: look into the log of the backend for its answer (401 is a wrong API key, 503 a store that is away), and at poundkey_requests_refused_total.',
    ];
  const { says, action } = whyOf(verification, now);
  return [
    `The newest request was accepted, at ${timeOf(verification.createdAt)}, and is: ${says}`,
    ...doing(action),
  ];
}

function sayNow({ user, limits, lines, now }: Found): string[] {
  const locked = Object.entries(user?.lockedChallenges ?? {});
  return [
    ...(user
      ? [
          sayBlock(user),
          `Registered phone: ${user.officePhone ?? 'none'}. App passwords: ${user.appPasswords}.`,
        ]
      : []),
    ...locked.map(([challenge, until]) => {
      const end = timeOf(new Date(until));
      return `Too many wrong answers: the challenge ${challenge} is locked until ${end}. ${explainError('challenge.locked').action}`;
    }),
    ...limits.map(({ detail, retryAfterS }) => {
      if (retryAfterS === null) return `The number must not be called: ${detail}`;
      const end = timeOf(new Date(now.getTime() + retryAfterS * 1000));
      return `A limit is reached until ${end}: ${detail}`;
    }),
    ...(limits.length === 0 ? ['No limit is reached.'] : []),
    ...lines.map(
      ({ line, freeAt }) =>
        `The caller line ${line} is full until ${timeOf(freeAt)}: requests are refused with line.tooBusy.`,
    ),
  ];
}

function sayBlock({
  userId,
  blocked,
  blockedUntil,
  blockedSince,
  blockReason,
}: NonNullable<Found['user']>): string {
  if (!blocked) return `The user ${userId} is not blocked.`;
  const since = blockedSince ? ` since ${timeOf(blockedSince)}` : '';
  const until = blockedUntil ? `until ${timeOf(blockedUntil)}` : 'until somebody unblocks';
  return `The user ${userId} is BLOCKED${since}, ${until}: ${blockReason ?? 'no reason given'}. ${explainError('user.blocked').action}`;
}

function sayVerifications({ verifications, now }: Found): string[] {
  if (verifications.length === 0) return [];
  const rows = verifications.map((each) => [
    timeOf(each.createdAt),
    each.id,
    each.purpose,
    each.number,
    `user ${each.userId}`,
    whyOf(each, now).says,
  ]);
  return [
    '',
    'Accepted requests, the newest first (npm run poundkey -- story ID tells all of one):',
    table(rows),
  ];
}

function sayRefusals({ refusals }: Found): string[] {
  if (refusals.length === 0) return [];
  const rows = refusals.map(({ lastAt, code, count, userId }) => [
    timeOf(lastAt),
    code,
    count === 1 ? 'once' : `${count} times at least`,
    `user ${userId}`,
    `${explainError(code).meaning}`,
  ]);
  return ['', 'Refused requests, the newest first:', table(rows)];
}
