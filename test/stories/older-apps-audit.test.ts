// Who may have app passwords checked, and under which domains, stands in the audit trail of every tenant that it concerns.
import { expect, test } from 'vitest';
import { appServersOf } from '../support/older-apps.ts';
import { describeWorlds } from '../support/open-worlds.ts';

describeWorlds('app servers and domains', ({ world }) => {
  const eventsOf = async (api: typeof world.api) => {
    const { body } = await api('GET', '/v1/audit-events');
    return (body.value as { type: string; data: object }[])
      .filter(({ type }) => /^(appServer|tenantDomain)\./.test(type))
      .map(({ type, data }) => ({ type, data }));
  };

  test('leave an event when they come and when they go, and none when nothing changes', async () => {
    const fabrikam = await world.addTenant('fabrikam');
    const { appServers, tenantDomains } = world.service;
    const { web, mail } = await appServersOf(world);
    const all = await appServers.create({ name: 'of all', tenantId: null, service: 'http' });
    expect([await appServers.revoke(web.id), await appServers.revoke(web.id)]).toEqual([true, false]);
    await tenantDomains.add('contoso', 'contoso.com');
    await tenantDomains.add('contoso', 'contoso.com');
    expect((await tenantDomains.add('fabrikam', 'contoso.com')).tenantId).toBe('contoso');
    expect([await tenantDomains.remove('contoso.com'), await tenantDomains.remove('contoso.com')]).toEqual([
      true,
      false,
    ]);
    const server = (id: string, name: string, service = name) => ({
      ...{ appServerId: id, name, service, allTenants: name === 'of all' },
    });
    const ofAll = { type: 'appServer.created', data: server(all.id, 'of all', 'http') };
    expect(await eventsOf(fabrikam.api)).toEqual([ofAll]);
    const expected = [
      { type: 'appServer.created', data: server(web.id, 'http') },
      { type: 'appServer.created', data: server(mail.id, 'mail') },
      ofAll,
      { type: 'appServer.revoked', data: server(web.id, 'http') },
      { type: 'tenantDomain.added', data: { domain: 'contoso.com' } },
      { type: 'tenantDomain.removed', data: { domain: 'contoso.com' } },
    ];
    expect(await eventsOf(world.api)).toHaveLength(expected.length);
    expect(await eventsOf(world.api)).toEqual(expect.arrayContaining(expected));
  });
});
