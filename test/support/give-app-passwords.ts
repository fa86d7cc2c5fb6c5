/** App passwords that a user has already. */
import { randomUUID } from 'node:crypto';
import type { World } from './world.ts';

/** Gives a user of `contoso` so many, at places from 1. */
export async function giveAppPasswords({ db, time }: World, userId: string, count: number): Promise<void> {
  const given = Array.from({ length: count }, (_, place) => ({
    ...{ id: randomUUID(), tenantId: 'contoso', userId, name: 'Office phone', hash: randomUUID() },
    ...{ hashKeyId: 'k1', sealed: null, sealedUntil: new Date(), verificationId: randomUUID() },
    ...{ createdAt: new Date(time.now()), revokedAt: null, place: place + 1 },
  }));
  await db.insertInto('appPassword').values(given).execute();
}
