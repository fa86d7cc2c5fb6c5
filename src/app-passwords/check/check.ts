/** The one place where app passwords are checked, whichever way an older app signs in. */
import type { BlockList } from 'node:net';
import { type ClientPlace, readClientPlace } from '../../domain/client-address.ts';
import type { TenantPolicy } from '../../domain/policy.ts';
import type { Clock } from '../../platform/clock.ts';
import { hashesUnderAllKeys, hmac, type KeyRing } from '../../platform/secrets/key-ring.ts';
import type { createFind, Found } from './find.ts';
import type { createLastUses } from './last-uses.ts';
import { isNamed, mailboxOf, readTypedName, readTypedPassword, type TypedName } from './typed.ts';
import type { createWrongTries, Scope } from './wrong-tries.ts';

/** A try to sign in, as it came. */
export interface SignIn {
  /** The tenant of the server that asks; null: the domain of the user name says which. */
  tenantId: string | null;
  service: string;
  userName: string;
  password: string;
  /** Of the client, as the server that asks sees it. */
  address: string | undefined;
}

/** Why a try was refused. Nobody outside is told more than `wrong` or `limited`. */
type Refusal =
  /** No user name or app password could be that. */
  | 'malformed'
  | 'wrong'
  | 'revoked'
  | 'expired'
  | 'blocked'
  | 'wrongService'
  /** There were too many different wrong ones from this address, or for this user. */
  | 'limited';

/** What came of a try. */
export type Checked =
  | { result: 'right'; tenantId: string; userId: string; appPasswordId: string; mailbox: string }
  | { result: Refusal; tenantId: string | null; appPasswordId: string | null };

/** What the check needs. */
export interface CheckDeps {
  find: ReturnType<typeof createFind>;
  wrongTries: ReturnType<typeof createWrongTries>;
  lastUses: Pick<ReturnType<typeof createLastUses>, 'note'>;
  policyAt: (tenantId: string, version: number) => Promise<TenantPolicy>;
  hashKeys: KeyRing;
  /** Proxies that hide clients; see `hiddenBehind`. */
  hidden: BlockList;
  clock: Clock;
}

/** Checks tries to sign in. The returned function throws when the registry cannot be asked; then nothing is counted. */
export type Check = ReturnType<typeof createCheck>;

interface Try {
  signIn: SignIn;
  name: TypedName;
  letters: string;
  place: ClientPlace | null;
  userScope: Scope;
  found: Found;
  now: Date;
}

/** The check. Nothing is kept from one to the next, so what is revoked is refused from then on. */
export function createCheck(deps: CheckDeps) {
  return async (signIn: SignIn): Promise<Checked> => {
    const name = readTypedName(signIn.userName);
    const letters = readTypedPassword(signIn.password);
    if (name === null || letters === null) return { result: 'malformed', ...UNKNOWN };
    const place = readClientPlace(signIn.address, deps.hidden);
    const userScope = deps.wrongTries.ofUser(signIn.tenantId ?? name.domain ?? '', name.local);
    const now = deps.clock.now();
    const found = await deps.find(
      {
        tenantId: signIn.tenantId,
        domain: name.domain,
        hashes: hashesUnderAllKeys(deps.hashKeys, letters).map(({ hash }) => hash),
        scopes: [...deps.wrongTries.ofPlace(place), userScope],
      },
      now,
    );
    const tried = { signIn, name, letters, place, userScope, found, now };
    const result = await decide(deps, tried);
    return finish(deps, tried, result);
  };
}

const UNKNOWN = { tenantId: null, appPasswordId: null };

async function decide(deps: CheckDeps, tried: Try): Promise<Checked['result']> {
  const { signIn, found, place, now } = tried;
  if (!(await isOwn(deps, tried))) return 'wrong';
  if (found.revokedAt !== null) return 'revoked';
  if (found.expiresAt !== null && found.expiresAt <= now) return 'expired';
  if (found.blocked) return 'blocked';
  const services = found.services.split(' ').filter(Boolean);
  if (services.length > 0 && !services.includes(signIn.service)) return 'wrongService';
  // Whoever shares an address with a guesser goes on where the app password was used before.
  const isKnownHere = place !== null && found.lastUsedNetwork === place.network;
  return isAddressFull(deps, tried) && !isKnownHere ? 'limited' : 'right';
}

/** Whether there is such an app password, and it is the named user's. */
async function isOwn({ policyAt }: CheckDeps, { name, found }: Try): Promise<boolean> {
  const { tenantId, domainTenantId, policyVersion, domains, id, userId } = found;
  if (id === null || tenantId === null || policyVersion === null) return false;
  if (domainTenantId !== null && domainTenantId !== tenantId) return false;
  const { appPassword } = await policyAt(tenantId, policyVersion);
  return isNamed(name, { userId, domains }, appPassword.userNameCase === 'ignored');
}

function isAddressFull({ wrongTries }: CheckDeps, { place, found }: Try): boolean {
  return wrongTries.ofPlace(place).some(({ scope }) => found.full.includes(scope));
}

async function finish(deps: CheckDeps, tried: Try, result: Checked['result']): Promise<Checked> {
  const { found, signIn } = tried;
  const { tenantId, id, userId } = found;
  if (result === 'wrong') return countWrong(deps, tried);
  const seen = { tenantId, appPasswordId: id };
  if (tenantId === null || id === null) return { result: 'wrong', ...seen };
  if (result === 'wrongService')
    await deps.wrongTries.noteWrongService({ id, tenantId, userId, service: signIn.service });
  if (result !== 'right') return { result, ...seen };
  noteUse(deps, tried, id);
  const mailbox = mailboxOf(userId, found.domains);
  return { result, tenantId, userId, appPasswordId: id, mailbox };
}

/** Full scopes count no further, so that a guesser fills no table. */
async function countWrong({ wrongTries }: CheckDeps, tried: Try): Promise<Checked> {
  const { found, letters, name, place, userScope } = tried;
  const open = [...wrongTries.ofPlace(place), userScope].filter(({ scope }) => !found.full.includes(scope));
  const { tenantId, domains } = found;
  const names = [name.whole, name.local, ...domains.map((domain) => `${name.local}@${domain}`)];
  const user = tenantId === null ? null : { tenantId, names, scope: userScope.scope };
  await wrongTries.count({ letters, scopes: open, user });
  return { result: found.full.length > 0 ? 'limited' : 'wrong', tenantId, appPasswordId: null };
}

function noteUse(
  { lastUses, hashKeys }: CheckDeps,
  { found, signIn, letters, place, now }: Try,
  id: string,
): void {
  const { hash, keyId } = hmac(hashKeys, letters);
  const rehash = found.hashKeyId === keyId ? null : { hash, keyId };
  const use = { id, at: now, service: signIn.service, network: place?.network ?? null, rehash };
  lastUses.note(use, found.lastUsedAt);
}
