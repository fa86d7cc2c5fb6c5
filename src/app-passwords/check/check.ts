/** The one place where app passwords are checked, whichever way an older app signs in. */
import type { BlockList } from 'node:net';
import { type ClientPlace, readAddress, readClientPlace } from '../../domain/client-address.ts';
import type { TenantPolicy } from '../../domain/policy.ts';
import type { Clock } from '../../platform/clock.ts';
import { hashesUnderAllKeys, hmac, type KeyRing } from '../../platform/secrets/key-ring.ts';
import type { createFind, createFindOwner, Found, FoundServer } from './find.ts';
import type { createLastUses } from './last-uses.ts';
import {
  foreignDomainOf,
  isNamed,
  mailboxOf,
  readTypedName,
  readTypedPassword,
  type TypedName,
} from './typed.ts';
import type { createWrongTries, Scope } from './wrong-tries.ts';

/** What was typed to sign in, as it came. */
export interface SignIn {
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
  /** Its user's id is a mailbox in a domain that is not the tenant's; see `isForeign`. */
  | 'foreignMailbox'
  /** It is wrong, and there were too many different wrong ones from this address, or for this user. */
  | 'limited';

/** What came of a try. */
export type Checked =
  | { result: 'right'; tenantId: string; userId: string; appPasswordId: string; mailbox: string }
  | { result: Refusal; tenantId: string | null; appPasswordId: string | null };

/** What the check needs. */
export interface CheckDeps {
  find: ReturnType<typeof createFind>;
  findOwner: ReturnType<typeof createFindOwner>;
  wrongTries: ReturnType<typeof createWrongTries>;
  lastUses: Pick<ReturnType<typeof createLastUses>, 'note'>;
  policyAt: (tenantId: string, version: number) => Promise<TenantPolicy>;
  hashKeys: KeyRing;
  /** Proxies that hide clients; see `hiddenBehind`. */
  hidden: BlockList;
  clock: Clock;
}

/** The check in its two parts; both throw when the registry cannot be asked, and then nothing is counted. */
export type Check = ReturnType<typeof createCheck>;

/** What was typed, read. */
interface Typed {
  name: TypedName;
  letters: string;
  place: ClientPlace | null;
  scopes: readonly Scope[];
}

/** What was looked up for one request. */
export interface Looked {
  /** Nothing that was typed may be answered before this one has proved itself. */
  server: FoundServer;
  found: Found;
  /** Null: nothing was, or nothing that a user name and an app password could be. */
  typed: Typed | null;
  /** Of the client; null: the server named none. */
  address: string | null;
  now: Date;
}

/** An app password that is the named user's. */
interface Own {
  tenantId: string;
  appPasswordId: string;
}

interface Try extends Looked {
  typed: Typed;
  service: string;
}

/** The check. Nothing is kept from one to the next, so what is revoked is refused from then on. */
export function createCheck(deps: CheckDeps) {
  return {
    /** Looks up a server and what was typed (null: nothing), in one statement. Decides nothing, and counts nothing. */
    async look(serverId: string, signIn: SignIn | null): Promise<Looked> {
      const { wrongTries, hashKeys, find, clock } = deps;
      const typed = signIn && readTyped(deps, signIn);
      const now = clock.now();
      const wanted = {
        serverId,
        domain: typed?.name.domain ?? null,
        hashes: typed === null ? [] : hashesUnderAllKeys(hashKeys, typed.letters).map(({ hash }) => hash),
        scopes: typed?.scopes ?? [],
        user: wrongTries.ofUser(typed?.name ?? NOBODY),
      };
      const found = await find(wanted, now);
      return { server: found, found, typed, address: readAddress(signIn?.address), now };
    },

    /**
     * Decides about what was typed, and counts it if it is wrong.
     * @param service what the app password must open
     */
    async decide(looked: Looked, service: string): Promise<Checked> {
      const { typed } = looked;
      if (typed === null) return { result: 'malformed', tenantId: null, appPasswordId: null };
      const tried = { ...looked, typed, service };
      const own = await findOwn(deps, tried);
      return own === null ? countWrong(deps, tried) : judge(deps, tried, own);
    },
  };
}

const NOBODY = { local: '', domain: null };

function readTyped({ wrongTries, hidden }: CheckDeps, signIn: SignIn): Typed | null {
  const name = readTypedName(signIn.userName);
  const letters = readTypedPassword(signIn.password);
  if (name === null || letters === null) return null;
  const place = readClientPlace(signIn.address, hidden);
  return { name, letters, place, scopes: wrongTries.ofPlace(place) };
}

/** The app password, if there is one with these letters and it is the named user's. */
async function findOwn({ policyAt }: CheckDeps, { typed, found }: Try): Promise<Own | null> {
  const { tenantId, domainTenantId, policyVersion, domains, id, userId } = found;
  if (id === null || tenantId === null || policyVersion === null) return null;
  if (domainTenantId !== null && domainTenantId !== tenantId) return null;
  const { appPassword } = await policyAt(tenantId, policyVersion);
  const isOwn = isNamed(typed.name, { userId, domains }, appPassword.userNameCase === 'ignored');
  return isOwn ? { tenantId, appPasswordId: id } : null;
}

/** It is never refused for what others typed: it has 75 random bits, which nobody guesses. */
async function judge(deps: CheckDeps, tried: Try, own: Own): Promise<Checked> {
  const { found, service } = tried;
  const { userId, domains } = found;
  const result = (await isForeign(deps, found)) ? 'foreignMailbox' : resultOf(tried);
  if (result === 'wrongService') await deps.wrongTries.noteWrongService({ ...own, userId, service });
  if (result !== 'right') return { result, ...own };
  noteUse(deps, tried, own.appPasswordId);
  return { result, ...own, userId, mailbox: mailboxOf(userId, domains) };
}

/**
 * Whether the user's id is a mailbox that may be another tenant's. A tenant chooses its users' ids, and mailboxes of all
 * tenants may be on one server: so those of other tenants' domains are nobody's, and where a server serves several
 * tenants only those of the tenant's own domains are.
 */
async function isForeign({ findOwner }: CheckDeps, found: Found): Promise<boolean> {
  const domain = foreignDomainOf(found.userId, found.domains);
  if (domain === null) return false;
  if (found.serverTenantId === null) return true;
  const owner = await findOwner(domain);
  return owner !== null && owner !== found.tenantId;
}

function resultOf({
  found,
  service,
  now,
}: Try): Exclude<Checked['result'], 'malformed' | 'wrong' | 'limited'> {
  if (found.revokedAt !== null) return 'revoked';
  if (found.expiresAt !== null && found.expiresAt <= now) return 'expired';
  if (found.blocked) return 'blocked';
  const services = found.services.split(' ').filter(Boolean);
  return services.length === 0 || services.includes(service) ? 'right' : 'wrongService';
}

/** Full scopes count no further, so that a guesser fills no table. */
async function countWrong({ wrongTries }: CheckDeps, { found, typed }: Try): Promise<Checked> {
  const { tenantId, domains, userScope } = found;
  const { name, letters, scopes } = typed;
  const all = [...scopes.map(({ scope }) => scope), userScope];
  const names = [name.whole, name.local, ...domains.map((domain) => `${name.local}@${domain}`)];
  const user = tenantId === null ? null : { tenantId, names, scope: userScope };
  await wrongTries.count({ letters, scopes: all.filter((scope) => !found.full.includes(scope)), user });
  return { result: found.full.length > 0 ? 'limited' : 'wrong', tenantId, appPasswordId: null };
}

function noteUse({ lastUses, hashKeys }: CheckDeps, { found, typed, service, now }: Try, id: string): void {
  const isStale = found.hashKeyId !== hashKeys.currentId;
  const rehash = isStale ? hmac(hashKeys, typed.letters) : null;
  lastUses.note({ id, at: now, service, network: typed.place?.network ?? null, rehash }, found.lastUsedAt);
}
