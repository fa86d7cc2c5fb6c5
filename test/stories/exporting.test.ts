// Everything that is kept about a user is exported, and nothing that opens anything, nor anything about others.
import { expect, test } from 'vitest';
import { describeWorlds } from '../support/open-worlds.ts';

describeWorlds('exporting a user', ({ world }) => {
  const about = (userId: string) => `/v1/users/${userId}/export`;

  test('answers with all of it', async () => {
    const userId = 'u-exported';
    await world.api('PUT', `/v1/users/${userId}/profile`, { locale: 'sv-SE', pin: '480715' });
    const { id, number } = await world.story('press-pound', { userId, extension: '12' });
    await world.api('POST', `/v1/users/${userId}/phone-methods`, {
      phoneType: 'mobile',
      number: '+46701234567',
    });
    await world.api('POST', '/v1/verifications', { userId, number: '08-12' });
    await world.api('PUT', `/v1/users/${userId}/block`, { reason: 'phone stolen', forS: 3600 });
    const { status, body } = await world.api('GET', about(userId));
    expect(status).toBe(200);
    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(body).toMatchObject({
      userId,
      phoneMethods: [
        {
          phoneType: 'office',
          phoneNumber: `+46 ${number.e164.slice(3)}x12`,
          verificationId: id,
          isDefault: true,
          verifiedAt: at,
        },
        { phoneType: 'mobile', phoneNumber: '+46 701234567', isDefault: false, verifiedAt: null },
      ],
      appPasswords: [{ name: 'Office phone', verificationId: id, createdAt: at, revokedAt: null }],
      block: { reason: 'phone stolen', createdAt: at, expiresAt: at },
      profile: { locale: 'sv-SE', hasPin: true },
      lockedChallenges: [],
      verifications: [{ id, phoneNumber: number.e164, outcome: 'approved', createdAt: at, finishedAt: at }],
    });
    const [{ events }] = body.verifications;
    expect(events.map(({ type }: { type: string }) => type)).toContain('finished');
    const types = body.auditEvents.map(({ type }: { type: string }) => type).toSorted();
    expect(types).toEqual([
      ...['appPassword.issued', 'phoneMethod.added', 'phoneMethod.registered'],
      ...['user.blocked', 'userProfile.changed'],
    ]);
    const passwords = await world.db
      .selectFrom('appPassword')
      .selectAll()
      .where('userId', '=', userId)
      .execute();
    const profile = await world.db
      .selectFrom('userProfile')
      .selectAll()
      .where('userId', '=', userId)
      .execute();
    const text = JSON.stringify(body);
    for (const secret of ['480715', passwords[0]?.hash, passwords[0]?.sealed, profile[0]?.pinHash])
      expect(text).not.toContain(secret);
  });

  test('says nothing about others, and is empty for an unknown user', async () => {
    const { api } = await world.addTenant('fabrikam');
    const { userId } = await world.story('press-pound');
    const empty = {
      ...{ phoneMethods: [], appPasswords: [], block: null, profile: null, lockedChallenges: [] },
      ...{ verifications: [], refusals: [], auditEvents: [] },
    };
    expect((await api('GET', about(userId))).body).toEqual({ userId, ...empty });
    expect((await world.api('GET', about('u-unknown'))).body).toEqual({ userId: 'u-unknown', ...empty });
    await world.api('DELETE', `/v1/users/${userId}`);
    expect((await world.api('GET', about(userId))).body).toEqual({ userId, ...empty });
  });
});
