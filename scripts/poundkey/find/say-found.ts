import { explainError } from '../../../src/ops/explain/explain-error.ts';
import { table } from '../command.ts';
import { fillIn } from './fill-in.ts';
import type { Found } from './read-found.ts';
import { knownOf, newestRefusal, sayNewest } from './say-newest.ts';
import { whyOf } from './say-why.ts';
import { timeOf } from './time-of.ts';

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

function sayNow(found: Found): string[] {
  const { user, limits, lines, now } = found;
  return [
    ...(user ? sayUser(found, user) : []),
    ...limits.map(({ detail, retryAfterS }) => {
      if (retryAfterS === null) return `The number must not be called or texted: ${detail}`;
      const end = timeOf(new Date(now.getTime() + retryAfterS * 1000));
      return `A limit is reached until ${end}: ${detail}`;
    }),
    ...lines.map(({ line, ofTenant, until }) => {
      const what = ofTenant
        ? `The half of the caller line ${line} that this tenant may book`
        : `The caller line ${line}`;
      return `${what} is full until ${timeOf(until)}: requests are refused with line.tooBusy.`;
    }),
    ...(limits.length + lines.length === 0 ? [sayNoLimit(found)] : []),
  ];
}

/** Refused by a limit that is not found, somebody must not read that there is none. */
function sayNoLimit(found: Found): string {
  const code = newestRefusal(found)?.code ?? '';
  if (!WAITING.includes(code)) return 'No limit is reached.';
  return `What refused the newest request (${code}) is over, or it counted for a number that is not known here.`;
}

/** The refusals that end by waiting. */
const WAITING = ['limit.reached', 'spending.limitReached', 'line.tooBusy'];

const PHONE_NAMES: Record<string, string> = {
  office: 'office phone',
  mobile: 'mobile',
  alternateMobile: 'alternate mobile',
};

function sayUser(found: Found, user: NonNullable<Found['user']>): string[] {
  const actionFor = (code: string) => fillIn(explainError(code).action, knownOf(found, user.userId));
  const phones = user.phones.map(({ type, number }) => `${PHONE_NAMES[type]} ${number}`);
  return [
    sayBlock(user, actionFor('user.blocked')),
    `Registered phones: ${phones.length === 0 ? 'none' : phones.join(', ')}. App passwords: ${user.appPasswords}.`,
    ...Object.entries(user.lockedChallenges).map(
      ([challenge, until]) =>
        `Too many wrong answers: the challenge ${challenge} is locked until ${timeOf(new Date(until))}. ${actionFor('challenge.locked')}`,
    ),
  ];
}

function sayBlock(
  { userId, blocked, blockedUntil, blockedSince, blockReason }: NonNullable<Found['user']>,
  action: string,
): string {
  if (!blocked) return `The user ${userId} is not blocked.`;
  const since = blockedSince ? ` since ${timeOf(blockedSince)}` : '';
  const until = blockedUntil ? `until ${timeOf(blockedUntil)}` : 'until somebody unblocks';
  return `The user ${userId} is BLOCKED${since}, ${until}: ${blockReason ?? 'no reason given'}. ${action}`;
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
