// Servers that may ask whether an app password is right, and the domains of tenants.
import { MAIL } from '../../src/app-passwords/older-apps/app-servers.ts';
import { type Command, table, UsageError } from './command.ts';
import { existing } from './tenant-commands.ts';
import type { Tools } from './tools.ts';

const createAppServer: Command<Tools> = {
  usage: 'create-app-server NAME --service SERVICE [--tenant TENANT] [--all-tenants]',
  what: `lets a server ask whether app passwords are right, and prints its secret, only once; SERVICE is ${MAIL} for a mail server, or what its app passwords open, such as http or caldav; it serves one tenant, or each by the domain of the user name`,
  async run({ tenants, appServers }, [name = ''], { service = '', tenant, allTenants }) {
    if ((tenant === undefined) === (allTenants === undefined))
      throw new UsageError(
        'Give either --tenant with the tenant whose users sign in there, or --all-tenants.',
      );
    if (tenant !== undefined) await existing(tenants, tenant);
    if (!/^[a-z][a-z0-9-]{0,31}$/.test(service))
      throw new UsageError(
        `--service: This must be ${MAIL}, or a word such as http: a-z, 0-9 and "-", 32 at most.`,
      );
    if (!/^[^\p{Cc}\p{Cs}]{1,80}$/u.test(name.trim()))
      throw new UsageError('NAME says which server it is: 1-80 characters.');
    const wanted = { name: name.trim(), tenantId: tenant ?? null, service };
    const { id, secret } = await appServers.create(wanted);
    return { text: secret, data: { id, ...wanted, secret } };
  },
};

const listAppServers: Command<Tools> = {
  usage: 'list-app-servers',
  what: 'lists the servers that may ask whether app passwords are right, by ID; their secrets cannot be shown again',
  async run({ appServers }) {
    const all = await appServers.list();
    const rows = all.map(({ id, tenantId, service, name, createdAt, revokedAt }) => [
      id,
      tenantId ?? '(all tenants)',
      service,
      revokedAt ? `revoked ${revokedAt.toISOString()}` : `created ${createdAt.toISOString()}`,
      name,
    ]);
    return { text: all.length === 0 ? 'There are no app servers.' : table(rows), data: all };
  },
};

const revokeAppServer: Command<Tools> = {
  usage: 'revoke-app-server ID',
  what: 'ends the secret of an app server at once; ID is the middle part of as_ID_…, and a whole secret does as well',
  async run({ appServers }, [typed = '']) {
    const [, id = typed] = /^as_([a-z0-9]{12})_[\w-]+$/.exec(typed) ?? [];
    if (await appServers.revoke(id))
      return { text: 'The app server is revoked.', data: { id, revoked: true } };
    // It may be a secret with a typing error, so it is not repeated.
    throw new UsageError(
      'There is no app server with this ID that is not revoked: list-app-servers lists the IDs. The ID is the middle part of as_ID_….',
    );
  },
};

const addDomain: Command<Tools> = {
  usage: 'add-domain TENANT DOMAIN',
  what: 'says that user names such as anna@DOMAIN are of this tenant; the first domain is in the names of its mailboxes',
  async run({ tenants, tenantDomains }, [tenantId = '', domain = '']) {
    await existing(tenants, tenantId);
    const kept = await tenantDomains.add(tenantId, domain);
    if (kept.tenantId !== tenantId)
      throw new UsageError(
        `The domain ${kept.domain} belongs to the tenant ${kept.tenantId}; remove-domain ${kept.domain} takes it away.`,
      );
    return { text: `The domain ${kept.domain} belongs to the tenant ${tenantId}.`, data: kept };
  },
};

const listDomains: Command<Tools> = {
  usage: 'list-domains TENANT',
  what: "lists a tenant's domains, the oldest first",
  async run({ tenants, tenantDomains }, [tenantId = '']) {
    await existing(tenants, tenantId);
    const all = await tenantDomains.list(tenantId);
    const text = all.map(({ domain }) => domain).join('\n');
    return { text: text || `${tenantId} has no domains.`, data: all };
  },
};

const removeDomain: Command<Tools> = {
  usage: 'remove-domain DOMAIN',
  what: 'takes a domain from the tenant that has it; its users then sign in to older apps without it',
  async run({ tenantDomains }, [domain = '']) {
    if (await tenantDomains.remove(domain)) return { text: 'The domain is removed.', data: { domain } };
    throw new UsageError('No tenant has this domain. list-domains TENANT lists those of a tenant.');
  },
};

/** Commands about app servers and domains. */
export const APP_SERVER_COMMANDS = [
  ...[createAppServer, listAppServers, revokeAppServer],
  ...[addDomain, listDomains, removeDomain],
];
