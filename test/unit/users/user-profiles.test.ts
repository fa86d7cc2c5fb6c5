// What a profile keeps, on every database: language and PIN, the PIN only as a hash that belongs to one user.
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/platform/database/open-database.ts';
import { newKeyRingText, parseKeyRing } from '../../../src/platform/secrets/key-ring.ts';
import { MIGRATIONS } from '../../../src/registry/migrations.ts';
import type { Registry } from '../../../src/registry/schema.ts';
import { createUserProfiles, type UserProfiles } from '../../../src/users/user-profiles.ts';
import { openOn } from '../../support/open-worlds.ts';
import { describeEachStore, type FreshStores } from '../../support/stores.ts';

const oldKey = newKeyRingText();
const newKey = newKeyRingText().replace('k1:', 'k2:');
const at = new Date('2026-11-21T09:00:00Z');

const openRegistry = (stores: FreshStores) =>
  openDatabase<Registry>(stores.database, MIGRATIONS, { warn: () => undefined });

describeEachStore('a user profile', (combination) => {
  const { opened: database } = openOn(combination, openRegistry);
  let users = 0;
  let user = { tenantId: 'contoso', userId: '' };
  const profilesUnder = (keys: string): UserProfiles =>
    createUserProfiles({ db: database.db, clock: { now: () => at }, hashKeys: parseKeyRing(keys) });
  let profiles: UserProfiles;

  beforeAll(async () => {
    const tenant = { name: 'x', policy: '{}', createdAt: at };
    for (const id of ['contoso', 'fabrikam'])
      await database.db
        .insertInto('tenant')
        .values({ ...tenant, id })
        .execute();
    profiles = profilesUnder(oldKey);
  });
  beforeEach(() => {
    user = { tenantId: 'contoso', userId: `u-${users++}` };
  });

  it('is empty for a user of whom nothing was told', async () => {
    expect(await profiles.read(user)).toEqual({ locale: null, hasPin: false });
    expect(await profiles.checkPin(user, '1234')).toBe(false);
  });

  it('changes what is given, keeps what is left out, and takes away what is null', async () => {
    expect(await profiles.change(user, { locale: 'fi-FI' })).toEqual({ locale: 'fi-FI', hasPin: false });
    expect(await profiles.change(user, { pin: '480715' })).toEqual({ locale: 'fi-FI', hasPin: true });
    expect(await profiles.change(user, { locale: null })).toEqual({ locale: null, hasPin: true });
    expect(await profiles.change(user, { pin: null, locale: 'sv' })).toEqual({ locale: 'sv', hasPin: false });
    expect(await profiles.read(user)).toEqual({ locale: 'sv', hasPin: false });
    expect(await profiles.checkPin(user, '480715')).toBe(false);
  });

  it('is changed by two at once without losing either', async () => {
    await Promise.all([profiles.change(user, { locale: 'it-IT' }), profiles.change(user, { pin: '4807' })]);
    expect(await profiles.read(user)).toEqual({ locale: 'it-IT', hasPin: true });
  });

  describe('knows its PIN', () => {
    beforeEach(() => profiles.change(user, { pin: '480715' }));

    it.each(['480716', '48071', '4807155', '', '#', '0', '480715#', ' 480715', '٤٨٠٧١٥', 'null'])(
      'from %j',
      async (digits) => {
        expect(await profiles.checkPin(user, '480715')).toBe(true);
        expect(await profiles.checkPin(user, digits)).toBe(false);
      },
    );

    it('from that of other users', async () => {
      const sameId = { ...user, tenantId: 'fabrikam' };
      const neighbour = { ...user, userId: `${user.userId}-b` };
      await profiles.change(sameId, { pin: '1111' });
      for (const other of [sameId, neighbour]) expect(await profiles.checkPin(other, '480715')).toBe(false);
    });

    it('only where it was set: a hash copied to another user fits nobody', async () => {
      const thief = { ...user, userId: `${user.userId}:4807` };
      await profiles.change(thief, { pin: '9999' });
      const { pinHash, pinHashKeyId } = await rowOf(user);
      await database.db
        .updateTable('userProfile')
        .set({ pinHash, pinHashKeyId })
        .where('userId', '=', thief.userId)
        .execute();
      expect(await profiles.checkPin(thief, '480715')).toBe(false);
    });

    it('and not the one before', async () => {
      await profiles.change(user, { pin: '2222' });
      expect(await profiles.checkPin(user, '480715')).toBe(false);
      expect(await profiles.checkPin(user, '2222')).toBe(true);
    });

    it('under an older key of the ring, and no more when that key is gone', async () => {
      expect(await profilesUnder(`${newKey},${oldKey}`).checkPin(user, '480715')).toBe(true);
      expect(await profilesUnder(newKey).checkPin(user, '480715')).toBe(false);
    });

    it('as a hash, never in clear', async () => {
      const row = await rowOf(user);
      expect(row.pinHash).toMatch(/^[0-9a-f]{64}$/);
      expect(row.pinHashKeyId).toBe('k1');
      expect(JSON.stringify(row)).not.toContain('480715');
    });
  });

  const rowOf = ({ tenantId, userId }: typeof user) =>
    database.db
      .selectFrom('userProfile')
      .select(['pinHash', 'pinHashKeyId', 'locale'])
      .where('tenantId', '=', tenantId)
      .where('userId', '=', userId)
      .executeTakeFirstOrThrow();
});
