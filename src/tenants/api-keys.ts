/** API keys: `pk_<id>_<secret>`. The id finds the row, the SHA-256 of the secret proves the rest; no secret is stored. */
import type { Kysely } from 'kysely';
import sql from 'sql-template-tag';
import { type AuditEvent, auditEvents } from '../domain/audit-event.ts';
import { DEFAULT_SCOPES, readScopes, type Scope, writeScopes } from '../domain/scope.ts';
import { ServiceError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import { runIn } from '../platform/database/run-statement.ts';
import { hasSecretHash, makeNamedSecret, readNamedSecret } from '../platform/secrets/named-secret.ts';
import type { Registry } from '../registry/schema.ts';
import { checkedName, invalidField } from './checked.ts';
import { createRememberedKeys } from './remembered-keys.ts';

/** What a key must match, and what is known besides. */
interface FoundKey<Facts> {
  /** SHA-256 of the key's secret half, hexadecimal. */
  secretHash: string;
  revokedAt: Date | null;
  facts: Facts;
}

/** A key, without what proves it. */
interface KeyOfTenant {
  id: string;
  name: string;
  tenantId: string;
  tenantName: string;
  scopes: Scope[];
  createdAt: Date;
}

/** A key in the list of its tenant. */
interface ListedKey extends Omit<KeyOfTenant, 'tenantId' | 'tenantName'> {
  revokedAt: Date | null;
}
/** How long it is remembered that a key was refused, ms. */
const REFUSED_MS = 60_000;

/** The keys of all tenants. */
export interface ApiKeys {
  /**
   * Makes a key.
   * @param request.name what the key is for, 1-80 characters
   * @param request.scopes what it may do; by default request verifications and read
   * @returns its id (12 characters), and the key itself, which cannot be had again
   * @throws ServiceError `request.invalid` naming `/tenantId` (there is no such tenant) or `/name`
   */
  create(request: {
    tenantId: string;
    name: string;
    scopes?: readonly Scope[];
  }): Promise<{ id: string; key: string }>;
  /** All keys of a tenant, revoked ones too, the oldest first; never what proves them. */
  list(tenantId: string): Promise<ListedKey[]>;
  /** A key and its tenant; null when there is no key of this id. */
  read(id: string): Promise<KeyOfTenant | null>;
  /** Ends a key at once. Returns whether there was a live key of this id. */
  revoke(id: string): Promise<boolean>;
  /**
   * Finds out whose key an `Authorization` header carries (`Bearer <key>`, RFC 6750 section 2.1).
   * @param find reads the key of an id, and what else is to be known of its holder
   * @throws ServiceError `apiKey.missing` without a bearer token; `apiKey.invalid` alike for whatever is wrong with it
   */
  authenticate<Facts>(
    authorization: string | undefined,
    find: (keyId: string) => Promise<FoundKey<Facts> | null>,
  ): Promise<Facts>;
  /**
   * Whether the key in an `Authorization` header proved right the last time this process looked, without another look.
   * @throws ServiceError `apiKey.missing` and `apiKey.invalid` where no look is needed to know
   */
  isKnown(authorization: string | undefined): boolean;
}

/** API keys in the registry. */
export function createApiKeys({ db, clock }: { db: Kysely<Registry>; clock: Clock }): ApiKeys {
  const remembered = createRememberedKeys(() => clock.now().getTime(), REFUSED_MS);
  return {
    async create({ tenantId, name, scopes = DEFAULT_SCOPES }) {
      const { id, secretHash, text: key } = makeNamedSecret('pk');
      const row = { id, name: checkedName(name, '/name'), secretHash, createdAt: clock.now() };
      await addKey(db, { ...row, tenantId, scopes: writeScopes(scopes) });
      return { id, key };
    },

    async list(tenantId) {
      const keys = await db
        .selectFrom('apiKey')
        .select(['id', 'name', 'scopes', 'createdAt', 'revokedAt'])
        .where('tenantId', '=', tenantId)
        .orderBy('createdAt')
        .orderBy('id')
        .execute();
      return keys.map((key) => ({ ...key, scopes: readScopes(key.scopes) }));
    },

    async read(id) {
      const query = db
        .selectFrom('apiKey')
        .innerJoin('tenant', 'tenant.id', 'apiKey.tenantId')
        .select([
          'apiKey.id',
          'apiKey.name',
          'apiKey.tenantId',
          'apiKey.scopes',
          'apiKey.createdAt',
          'tenant.name as tenantName',
        ])
        .where('apiKey.id', '=', id);
      const key = await query.executeTakeFirst();
      return key ? { ...key, scopes: readScopes(key.scopes) } : null;
    },

    async revoke(id) {
      const now = clock.now();
      const [ended] = await runIn(db)(sql`
        with revoked as (
          update api_key set revoked_at = ${now} where id = ${id} and revoked_at is null returning *),
        ${auditEvents([{ ...OF_KEY, type: 'apiKey.revoked', from: sql`revoked` }], now)}
        select id from revoked`);
      return ended !== undefined;
    },

    async authenticate(authorization, find) {
      const { id, secret, token } = keyIn(authorization);
      if (remembered.isRefused(token)) throw invalidKey();
      const row = await find(id);
      // An unknown id, a wrong secret and a revoked key all take one look-up, one hash and one comparison.
      const isRight = hasSecretHash(secret, row?.secretHash ?? null);
      if (!row || !isRight || row.revokedAt !== null) {
        remembered.refused(token);
        throw invalidKey();
      }
      remembered.right(token);
      return row.facts;
    },

    isKnown(authorization) {
      const { token } = keyIn(authorization);
      if (remembered.isRefused(token)) throw invalidKey();
      return remembered.isRight(token);
    },
  };
}

function keyIn(authorization: string | undefined): { id: string; secret: string; token: string } {
  const [, token] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
  if (token === undefined) {
    throw new ServiceError('apiKey.missing', 'Send the API key as "Authorization: Bearer pk_…".');
  }
  const halves = readNamedSecret('pk', token);
  if (halves === null) throw invalidKey();
  return { ...halves, token };
}

function invalidKey(): ServiceError {
  return new ServiceError(
    'apiKey.invalid',
    'The API key is unknown, wrong or revoked. Use another one, or ask the operator for a new one.',
  );
}

/** Which key it is about, and what it may do. */
const OF_KEY: Pick<AuditEvent, 'userId' | 'data'> = {
  userId: null,
  data: sql`jsonb_build_object('apiKeyId', id, 'name', name, 'scopes', scopes)`,
};

async function addKey(
  db: Kysely<Registry>,
  row: { id: string; tenantId: string; name: string; secretHash: string; scopes: string; createdAt: Date },
): Promise<void> {
  const { id, tenantId, name, secretHash, scopes, createdAt } = row;
  const [added] = await runIn(db)(sql`
    with added as (
      insert into api_key (id, tenant_id, name, secret_hash, scopes, created_at)
      select ${id}, tenant.id, ${name}, ${secretHash}, ${scopes}, ${createdAt} from tenant where tenant.id = ${tenantId}
      returning *),
    ${auditEvents([{ ...OF_KEY, type: 'apiKey.created', from: sql`added` }], createdAt)}
    select id from added`);
  if (!added) throw invalidField('/tenantId', 'This must be the id of a tenant.');
}
