// What the registry knows of a user or a number: why requests were refused, what became of the others, what holds now.
import { type Kysely, sql } from 'kysely';
import type { PolicyCeiling } from '../../../src/domain/ceiling-settings.ts';
import { maskNumber } from '../../../src/domain/mask-number.ts';
import type { TenantPolicy } from '../../../src/domain/policy.ts';
import { refusedNumber } from '../../../src/journey/request/note-refusal.ts';
import { createReadFacts, type UserFacts } from '../../../src/journey/store/facts.ts';
import { DAY_MS, later } from '../../../src/platform/clock.ts';
import { hashesUnderAllKeys } from '../../../src/platform/secrets/key-ring.ts';
import type { Registry } from '../../../src/registry/schema.ts';
import { type LimitsDeps, readBusyLines, readLimits } from './read-limits.ts';
import { shownUser, type Whom } from './read-whom.ts';

/** How far back is looked, ms; refusals are kept for a week only. */
const LOOK_BACK_MS = 30 * DAY_MS;
/** How many are shown of each, the newest first. */
const MOST_SHOWN = 10;

/** Everything that was found. Numbers are masked. */
export type Found = Awaited<ReturnType<ReturnType<typeof createFind>>>;

/** What the search needs. */
interface FindDeps extends LimitsDeps {
  db: Kysely<Registry>;
  ceiling: PolicyCeiling;
}

/** @returns a search in one tenant */
export function createFind(deps: FindDeps) {
  return async (tenantId: string, whom: Whom, policy: TenantPolicy) => {
    const now = deps.clock.now();
    const rows = await readVerifications(deps.db, tenantId, whom, now);
    const refusals = await readRefusals(deps, tenantId, whom);
    const known = [whom.numbers.length === 0 ? whom.userId : null, rows[0]?.userId, refusals[0]?.userId];
    // A sign-in with a number that is nobody's has an empty one.
    const userId = known.find((id) => id !== null && id !== undefined && id !== '') ?? null;
    const facts = userId === null ? null : await createReadFacts(deps.run).ofUser({ tenantId, userId }, now);
    const [asked] = whom.numbers;
    const phone = rows[0] ?? facts?.phones.office ?? null;
    const typed = asked === undefined ? null : { phoneNumber: asked, extension: null };
    return {
      ...{ tenantId, shown: whom.shown, now },
      refusals: refusals.map((row) => ({ ...row, count: Number(row.count), userId: shownUser(row.userId) })),
      verifications: rows.map(({ phoneNumber, extension: _, ...row }) => ({
        ...row,
        userId: shownUser(row.userId),
        number: maskNumber(phoneNumber),
      })),
      user: facts && (await stateOf(deps, facts)),
      limits: await readLimits(deps, { tenantId, userId: userId ?? '', phone: phone ?? typed }, policy),
      lines: await readBusyLines(deps.db, tenantId, policy, now),
      ceiling: deps.ceiling,
    };
  };
}

/** Until when calls to the phone of a verification wait, because earlier ones were not wanted; null: they need not. */
export const PAUSED_UNTIL = sql<Date | null>`phone_paused_until(phone_hash, purpose)`;

function readVerifications(db: Kysely<Registry>, tenantId: string, { userId, numbers }: Whom, now: Date) {
  return db
    .selectFrom('verification')
    .select([
      'id',
      'userId',
      'purpose',
      'channel',
      'phoneNumber',
      'extension',
      'state',
      'outcome',
      'errorCode',
      'callError',
      'decoy',
    ])
    .select(['attempts', 'createdAt', 'wakeAt', 'dialedAt', 'expiresAt'])
    .select(PAUSED_UNTIL.as('pausedUntil'))
    .where('tenantId', '=', tenantId)
    .where('createdAt', '>', later(now, -LOOK_BACK_MS))
    .where((either) =>
      either.or([
        ...(userId === null ? [] : [either('userId', '=', userId)]),
        ...(numbers.length === 0 ? [] : [either('phoneNumber', 'in', numbers)]),
      ]),
    )
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(MOST_SHOWN)
    .execute();
}

function readRefusals({ db, keys }: FindDeps, tenantId: string, { userId, numbers }: Whom) {
  const hashKeys = numbers.length === 0 ? null : keys().hashKeys;
  const hashes = numbers.flatMap((number) =>
    hashKeys === null ? [] : hashesUnderAllKeys(hashKeys, refusedNumber(number)).map(({ hash }) => hash),
  );
  return db
    .selectFrom('refusal')
    .select((row) => [
      'userId',
      'code',
      // Of one code and minute they say much the same.
      row.fn.max('detail').as('detail'),
      row.fn.sum('count').as('count'),
      row.fn.max('lastAt').as('lastAt'),
    ])
    .where('tenantId', '=', tenantId)
    .where((either) =>
      either.or([
        ...(userId === null ? [] : [either('userId', '=', userId)]),
        ...(hashes.length === 0 ? [] : [either('numberHash', 'in', hashes)]),
      ]),
    )
    .groupBy(['userId', 'code', 'minute'])
    .orderBy('lastAt', 'desc')
    .limit(MOST_SHOWN)
    .execute();
}

/** What holds of a user now. */
async function stateOf({ db }: FindDeps, facts: UserFacts) {
  const { tenantId, userId, blocked, blockedUntil, lockedChallenges, phones, appPasswords } = facts;
  const block = db.selectFrom('userBlock').select(['reason', 'createdAt']);
  const made = await block.where('tenantId', '=', tenantId).where('userId', '=', userId).executeTakeFirst();
  return {
    ...{ userId: shownUser(userId), blocked, blockedUntil, lockedChallenges, appPasswords },
    blockReason: blocked ? (made?.reason ?? null) : null,
    blockedSince: blocked ? (made?.createdAt ?? null) : null,
    phones: Object.entries(phones).map(([type, { phoneNumber }]) => ({
      type,
      number: maskNumber(phoneNumber),
    })),
  };
}

/** Where the tenant calls: for numbers that are written without a country code. */
export async function countriesOf(
  db: Kysely<Registry>,
  tenantId: string,
  { countries, locale }: TenantPolicy,
): Promise<string[]> {
  const newest = db.selectFrom('verification').select('country').where('tenantId', '=', tenantId);
  const seen = await newest.orderBy('createdAt', 'desc').limit(200).execute();
  const region = locale === null ? undefined : new Intl.Locale(locale).maximize().region;
  return [
    ...(countries.allowed ?? []),
    ...(region ? [region] : []),
    ...new Set(seen.map(({ country }) => country)),
  ];
}
