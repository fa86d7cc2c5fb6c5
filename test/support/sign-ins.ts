/** Phones whose numbers are user names, and sign-ins by number. */
import { sql } from 'kysely';
import { register } from './phone-methods.ts';
import type { World } from './world.ts';

let made = 0;

/** A number of a mobile that no other story has: Swedish, +4670 2 and six digits. */
export const newMobile = (): string => `+46702${String(100_000 + made++)}`;

/** A user whose mobile has a number that is a user name. */
export async function signer(
  world: Pick<World, 'service' | 'time' | 'db'>,
  number = newMobile(),
  tenantId = 'contoso',
): Promise<{ userId: string; number: string; phoneMethodId: string }> {
  const userId = `signer-${number.slice(1)}-${tenantId}`;
  const phone = { userId, tenantId, phoneType: 'mobile', phoneNumber: number } as const;
  const phoneMethodId = await register(world, phone);
  await setSignIn(world, phoneMethodId, true);
  return { userId, number, phoneMethodId };
}

/** Makes the number of a phone a user name, or none. */
export async function setSignIn(
  { db, time }: Pick<World, 'db' | 'time'>,
  phoneMethodId: string,
  enabled: boolean,
): Promise<void> {
  const since = enabled ? new Date(time.now()) : null;
  await sql`update phone_method set sign_in_enabled_at = ${since} where id = ${phoneMethodId}::uuid`.execute(
    db,
  );
}

/** Asks for a sign-in by number. */
export const askSignIn = ({ api }: Pick<World, 'api'>, number: string, extra: Record<string, unknown> = {}) =>
  api('POST', '/v1/sign-ins', { number, nonce: 'n-1', ...extra });

/** Another code than the given one. */
export const anotherCode = (code: string, n = 1): string =>
  String((Number(code) + n) % 1_000_000).padStart(6, '0');
