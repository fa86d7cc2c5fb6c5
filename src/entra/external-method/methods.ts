import { randomBytes, randomUUID } from 'node:crypto';
import sql, { type Sql } from 'sql-template-tag';
import { type AuditEvent, auditEvents } from '../../domain/audit-event.ts';
import { ServiceError } from '../../errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import type { KeyRing } from '../../platform/secrets/key-ring.ts';
import type { Cloud } from '../clouds.ts';
import type { GraphApplication } from '../directory-phones/access-token.ts';
import { type EnteredCredential, openCredential, sealCredential } from './graph-credential.ts';

/** The path of everything that Entra uses, behind that of the public address. */
export const METHODS_PATH = '/entra/eam';

/**
 * What happens when nobody has registered a phone of the person who comes: nothing, a phone is read from the directory, or the
 * person enters one with an enrolment code.
 */
export const FIRST_TIME = ['preregistered', 'directory', 'self'] as const;

/** One of them. */
export type FirstTime = (typeof FIRST_TIME)[number];

/** A tenant's tie to an external authentication method of Entra directories. */
export interface EntraMethod {
  /** Stands in the addresses that Entra uses. */
  id: string;
  tenantId: string;
  clientId: string;
  /** The application (client) id of the app registration at Entra: the audience of what Entra signs. */
  applicationId: string;
  directoryIds: string[];
  cloud: Cloud;
  displayName: string;
  firstTime: FirstTime;
  /** Whether phones can be read from the directory. */
  hasGraphCredential: boolean;
  createdAt: Date;
}

/** What a new one is made of. */
export interface NewEntraMethod extends Pick<EntraMethod, 'tenantId' | 'applicationId' | 'cloud'> {
  displayName: string;
  directoryIds: readonly string[];
  /** Left out: a random one. */
  clientId?: string | undefined;
  firstTime?: FirstTime | undefined;
  graphCredential?: EnteredCredential | undefined;
}

/** What can be changed; what is left out stays. A credential that is null is forgotten. */
export interface EntraMethodChanges {
  firstTime?: FirstTime | undefined;
  graphCredential?: EnteredCredential | null | undefined;
}

/** The addresses of a method: what an administrator enters at Entra, and what Entra reads. */
export interface MethodAddresses {
  issuer: string;
  discoveryUrl: string;
  authorizationUrl: string;
  keysUrl: string;
}

/** @param publicUrl where people reach the service, without a slash at the end */
export function addressesOf(publicUrl: string, { id }: Pick<EntraMethod, 'id'>): MethodAddresses {
  const issuer = `${publicUrl}${METHODS_PATH}/${id}`;
  return {
    issuer,
    discoveryUrl: `${issuer}/.well-known/openid-configuration`,
    authorizationUrl: `${issuer}/authorize`,
    keysUrl: `${issuer}/keys`,
  };
}

/** The methods of tenants. */
export type EntraMethods = ReturnType<typeof createEntraMethods>;

const COLUMNS = sql`id, tenant_id, client_id, application_id, directory_ids, cloud, display_name, first_time,
  sealed_graph_credential is not null as has_graph_credential, created_at`;
const MOST = 100;

/** What an audit event says of the method in `changed`. */
const event = (type: AuditEvent['type'], data: Sql): AuditEvent => ({
  ...{ type, from: sql`changed`, userId: null, data },
});

/** Methods in the registry. A change and its audit event are one statement. */
export function createEntraMethods(deps: { run: RunStatement; clock: Clock; sealKeys: () => KeyRing }) {
  const { run, clock } = deps;
  const sealed = (id: string, entered: EnteredCredential | null | undefined) =>
    entered ? sealCredential(deps.sealKeys(), id, entered) : null;
  return {
    /** @throws ServiceError `entraMethod.credentialMissing` */
    async create(wanted: NewEntraMethod): Promise<EntraMethod> {
      const { tenantId, applicationId, cloud, displayName, firstTime = 'preregistered' } = wanted;
      if (firstTime === 'directory' && !wanted.graphCredential) throw credentialMissing();
      const id = newId();
      const directoryIds = [...new Set(wanted.directoryIds.map((id) => id.toLowerCase()))];
      const data = sql`jsonb_build_object('entraMethodId', id, 'applicationId', application_id, 'directoryIds',
        directory_ids, 'cloud', cloud, 'firstTime', first_time)`;
      const now = clock.now();
      const [method] = await run<EntraMethod>(sql`
        with changed as (
          insert into entra_method (id, tenant_id, client_id, application_id, directory_ids, cloud, display_name, first_time,
            sealed_graph_credential, created_at)
          values (${id}, ${tenantId}, ${wanted.clientId ?? randomUUID()}, ${applicationId.toLowerCase()},
            ${JSON.stringify(directoryIds)}::jsonb, ${cloud}, ${displayName}, ${firstTime},
            ${sealed(id, wanted.graphCredential)}, ${now})
          returning *),
        ${auditEvents([event('entraMethod.created', data)], now)}
        select ${COLUMNS} from changed`);
      if (!method) throw new Error('the statement that creates a method returns it');
      return method;
    },

    /** A tenant's methods, the oldest first. */
    list: (tenantId: string): Promise<EntraMethod[]> =>
      run<EntraMethod>(sql`select ${COLUMNS} from entra_method where tenant_id = ${tenantId}
        order by created_at, id limit ${MOST}::int`),

    /** Whoever's it is; null: there is none. */
    find: async (id: string): Promise<EntraMethod | null> =>
      (await run<EntraMethod>(sql`select ${COLUMNS} from entra_method where id = ${id}`))[0] ?? null,

    /** @throws ServiceError `entraMethod.notFound` */
    async read(tenantId: string, id: string): Promise<EntraMethod> {
      const [method] = await run<EntraMethod>(
        sql`select ${COLUMNS} from entra_method where tenant_id = ${tenantId} and id = ${id}`,
      );
      if (method) return method;
      throw notFound();
    },

    /** @throws ServiceError `entraMethod.notFound`, `entraMethod.credentialMissing` */
    async change(tenantId: string, id: string, changes: EntraMethodChanges): Promise<EntraMethod> {
      const { firstTime = null, graphCredential } = changes;
      const credential =
        graphCredential === undefined
          ? sql`sealed_graph_credential`
          : sql`${sealed(id, graphCredential)}::text`;
      const data = sql`jsonb_build_object('entraMethodId', id, 'firstTime', first_time, 'hasGraphCredential',
        sealed_graph_credential is not null)`;
      const [method] = await run<EntraMethod>(sql`
        with changed as (
          update entra_method set first_time = coalesce(${firstTime}, first_time), sealed_graph_credential = ${credential}
          where tenant_id = ${tenantId} and id = ${id}
            and (coalesce(${firstTime}, first_time) <> 'directory' or ${credential} is not null)
          returning *),
        ${auditEvents([event('entraMethod.changed', data)], clock.now())}
        select ${COLUMNS} from changed`);
      if (method) return method;
      await this.read(tenantId, id);
      throw credentialMissing();
    },

    /** What Microsoft Graph is asked as; null: the method has no credential. */
    async applicationOf(id: string, directoryId: string): Promise<GraphApplication | null> {
      const [row] = await run<Pick<EntraMethod, 'applicationId' | 'cloud'> & { sealed: string }>(
        sql`select application_id, cloud, sealed_graph_credential as sealed from entra_method
          where id = ${id} and sealed_graph_credential is not null`,
      );
      if (!row) return null;
      const credential = openCredential(deps.sealKeys(), id, row.sealed);
      return { directoryId, cloud: row.cloud, clientId: row.applicationId, credential };
    },

    /** Sign-ins that are under way get no answer; a call that rings goes on. @throws ServiceError `entraMethod.notFound` */
    async remove(tenantId: string, id: string): Promise<void> {
      const removed = await run(sql`
        with changed as (
          delete from entra_method where tenant_id = ${tenantId} and id = ${id} returning id, tenant_id),
        ${auditEvents([event('entraMethod.removed', sql`jsonb_build_object('entraMethodId', id)`)], clock.now())}
        select id from changed`);
      if (removed.length === 0) throw notFound();
    },
  };
}

/** Sixteen letters and digits, which mean nothing. */
function newId(): string {
  return [...randomBytes(16)].map((byte) => (byte & 31).toString(32)).join('');
}

function notFound(): ServiceError {
  return new ServiceError(
    'entraMethod.notFound',
    'This tenant has no external authentication method of this id. GET /v1/entra-methods lists all.',
  );
}

function credentialMissing(): ServiceError {
  return new ServiceError(
    'entraMethod.credentialMissing',
    'Phones are read from the directory with a credential of the app registration, and this method has none. Give a graphCredential with firstTime "directory".',
  );
}
