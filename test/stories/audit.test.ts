// Who changed what, about whom, when and from where: written with the change, read by its tenant, changed by nobody.
import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { createPoundkeyClient } from '../../src/client.ts';
import { runBeside } from '../support/command-line.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { pressing } from '../support/person.ts';
import { setPolicy } from '../support/set-policy.ts';
import { anotherCode } from '../support/sign-ins.ts';
import { clientOf, type World } from '../support/world.ts';

interface Event {
  id: string;
  at: string;
  type: string;
  actor: Record<string, string | null> | null;
  userId: string | null;
  verificationId: string | null;
  outcome: string | null;
  data: Record<string, unknown>;
}

const list = async (world: World, query = ''): Promise<{ value: Event[]; next: string | null }> => {
  const { status, body } = await world.api('GET', `/v1/audit-events${query}`);
  expect(status).toBe(200);
  return body;
};
const about = async (world: World, userId: string) =>
  (await list(world, `?userId=${userId}`)).value.toReversed();
const linesOf = (text: string): Event[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

describeWorlds(
  'the audit trail',
  { config: { webhooks: { allowPrivate: true, timeLimitMs: 500 } } },
  ({ world }) => {
    // Events of one test have the same time, so that their order is that of their ids.
    beforeEach(() => world.time.advance(1_000));

    const exported = async (query = '') => {
      const headers = { authorization: `Bearer ${world.key}` };
      return await fetch(`${world.service.url}/v1/audit-events/export${query}`, { headers });
    };
    const byKey = {
      type: 'apiKey',
      id: expect.stringMatching(/^[a-z0-9]{12}$/),
      name: 'story',
      clientAddress: '127.0.0.1',
    };
    const byProvider = { type: 'provider', id: 'simulator', name: null, clientAddress: null };
    const byOperator = { type: 'operator', id: null, name: expect.any(String), clientAddress: null };
    const byService = { type: 'service', id: null, name: null, clientAddress: null };

    test('names who set and removed a PBX profile, with a masked number', async () => {
      const profile = { number: '+46812345678', pauseBeforeS: 2, pauseAfterS: 1 };
      const { body } = await world.api('PUT', '/v1/pbx-profiles', profile);
      await world.api('PUT', '/v1/pbx-profiles', { ...profile, pauseAfterS: 3 });
      await world.time.advance(1_000);
      await world.api('DELETE', `/v1/pbx-profiles/${body.id}`);
      await world.api('DELETE', `/v1/pbx-profiles/${body.id}`);
      const { value: set } = await list(world, '?type=pbxProfile.set');
      const { value: removed } = await list(world, '?type=pbxProfile.removed');
      const id = { pbxProfileId: body.id };
      expect(set).toHaveLength(2);
      expect(set.map(({ data }) => data?.pauseAfterS).toSorted()).toEqual([1, 3]);
      for (const event of set) expect(event).toMatchObject({ userId: null, actor: byKey, data: id });
      expect(JSON.stringify(set)).not.toContain('812345678');
      expect(removed).toMatchObject([{ actor: byKey, data: id }]);
    });

    test('names the provider whose webhook ended a verification, and everything that followed', async () => {
      const { id } = await world.story('press-pound', { userId: 'u-1' });
      await world.api('POST', `/v1/verifications/${id}/reveal-app-password`);
      const same = { userId: 'u-1', verificationId: id };
      const events = (await about(world, 'u-1')).toSorted((a, b) => (a.type < b.type ? -1 : 1));
      expect(events).toMatchObject([
        { ...same, type: 'appPassword.issued', actor: byProvider, outcome: null },
        { ...same, type: 'appPassword.revealed', actor: byKey },
        {
          ...{ ...same, type: 'phoneMethod.registered', actor: byProvider, outcome: 'approved' },
          data: { phoneType: 'office', replaced: false, appPasswordIssued: true },
        },
      ]);
      const again = await world.story('press-pound', { userId: 'u-1' });
      const { value } = await list(world, '?userId=u-1&type=phoneMethod.registered');
      expect(value.find(({ verificationId }) => verificationId === again.id)?.data).toMatchObject({
        replaced: true,
      });
    });

    test('names the key that checked the code of a text message, right or wrong for the last time', async () => {
      const number = '+46701291001';
      const request = { userId: 'u-text', number, channel: 'sms' };
      const check = async (wrongs: number) => {
        const { body } = await world.api('POST', '/v1/verifications', request);
        await world.sendTexts();
        const code = world.codeOn(number);
        for (let n = 1; n <= wrongs; n += 1)
          await world.api('POST', `/v1/verifications/${body.id}/check`, { code: anotherCode(code, n) });
        if (wrongs < 5) await world.api('POST', `/v1/verifications/${body.id}/check`, { code });
        await world.settle();
        await world.time.advance(1_000);
        return { id: body.id as string, code };
      };
      const failed = await check(5);
      const right = await check(0);
      const events = await about(world, 'u-text');
      const ofOne = (id: string) => events.filter(({ verificationId }) => verificationId === id);
      expect(ofOne(failed.id)).toMatchObject([
        { type: 'verification.finished', actor: byKey, outcome: 'wrongDigits' },
      ]);
      expect(
        ofOne(right.id)
          .map(({ type }) => type)
          .toSorted(),
      ).toEqual([...['appPassword.issued', 'phoneMethod.registered']]);
      for (const { actor } of ofOne(right.id)) expect(actor).toEqual(byKey);
      expect(JSON.stringify(events)).not.toMatch(new RegExp(`${failed.code}|${right.code}|701291001`));
    });

    test('has a report of fraud with the block and each app password that it revoked', async () => {
      const mine = await world.story('press-pound', { userId: 'u-fraud' });
      await world.time.advance(1_000);
      world.simulator.desk.script(mine.number.e164, pressing('0', '#'));
      await world.api('POST', '/v1/verifications', { userId: 'u-fraud', purpose: 'signIn' });
      await world.settle();
      const types = (await about(world, 'u-fraud')).map(({ type }) => type);
      expect(types.slice(2).toSorted()).toEqual([
        'appPassword.revoked',
        'user.blocked',
        'verification.fraudReported',
      ]);
    });

    test('names the service where nobody else ended a verification', async () => {
      world.time.pause();
      const { id } = await world.request('press-pound', { userId: 'u-expired' });
      await sql`update verification set expires_at = created_at, created_at = created_at - interval '1 hour',
      wake_at = created_at - interval '1 hour', state = 'queued', live = false where id = ${id}`.execute(
        world.db,
      );
      await world.db.deleteFrom('lease').execute();
      world.time.resume();
      await world.service.journey.sweep();
      await world.settle();
      const ended = (await about(world, 'u-expired')).at(-1);
      expect(ended).toMatchObject({ type: 'verification.finished', verificationId: id });
      expect([byService, byProvider]).toContainEqual(ended?.actor);
    });

    test('names the key and its address for what a backend changes', async () => {
      const { id } = await world.story('press-pound', { userId: 'u-2' });
      const [phone] = (await world.api('GET', '/v1/users/u-2/phone-methods')).body.value;
      await world.time.advance(1_000);
      await world.api('PUT', '/v1/users/u-2/profile', { locale: 'sv-SE', pin: '480715' });
      await world.api('PUT', '/v1/users/u-2/block', { reason: 'lost' });
      await world.api('DELETE', '/v1/users/u-2/block');
      await world.api('DELETE', `/v1/users/u-2/phone-methods/${phone.id}`);
      const events = (await about(world, 'u-2')).slice(2);
      expect(events.map(({ type }) => type).toSorted()).toEqual(
        [
          ...['userProfile.changed', 'user.blocked', 'user.unblocked', 'phoneMethod.removed'],
          'appPassword.revoked',
        ].toSorted(),
      );
      for (const { actor } of events) expect(actor).toEqual(byKey);
      const profile = events.find(({ type }) => type === 'userProfile.changed');
      expect(profile?.data).toEqual({ locale: 'set', pin: 'set' });
      expect(JSON.stringify(events)).not.toContain('480715');
      expect(id).toBeTruthy();
    });

    test('has what a backend changes for the whole tenant', async () => {
      const { body } = await world.api('GET', '/v1/policy');
      await world.api(
        'PUT',
        '/v1/policy',
        { version: 1, ringTimeoutS: 20 },
        { 'if-match': `"${body.version}"` },
      );
      await world.api('PUT', '/v1/webhook-endpoint', { url: 'http://127.0.0.1:9/outcomes?token=hush' });
      await world.api('POST', '/v1/webhook-endpoint/rotate-secret');
      await world.api('DELETE', '/v1/webhook-endpoint');
      const { value } = await list(world, '?limit=4');
      expect(value.map(({ type }) => type)).toEqual(
        expect.arrayContaining([
          ...['policy.changed', 'webhookEndpoint.set', 'webhookEndpoint.secretRotated'],
          'webhookEndpoint.removed',
        ]),
      );
      for (const event of value) expect(event).toMatchObject({ actor: byKey, userId: null });
      expect(value.find(({ type }) => type === 'policy.changed')?.data).toMatchObject({
        version: body.version + 1,
        fields: expect.arrayContaining(['ringTimeoutS']),
      });
      expect(JSON.stringify(value)).not.toContain('hush');
      await setPolicy(world, {});
    });

    test('names the operator at the command line', async () => {
      const created = await runBeside(world, ['create-key', 'contoso', 'console', '--scopes', 'read']);
      const id = created.output.split('_')[1] ?? '';
      await runBeside(world, ['revoke-key', id]);
      await runBeside(world, ['block', 'contoso', 'u-3', '--reason', 'lost']);
      const { value } = await list(world, '?limit=3');
      expect(value.map(({ type }) => type).toSorted()).toEqual([
        'apiKey.created',
        'apiKey.revoked',
        'user.blocked',
      ]);
      for (const event of value) expect(event.actor).toEqual(byOperator);
      expect(value.find(({ type }) => type === 'apiKey.created')?.data).toEqual({
        ...{ apiKeyId: id, name: 'console', scopes: 'read' },
      });
    });

    test('is listed page by page, newest first, and by user, type and time', async () => {
      const { value: all } = await list(world);
      expect(all.length).toBeGreaterThan(20);
      const order = all.map(({ at, id }) => `${at} ${id}`);
      expect(order).toEqual(order.toSorted().toReversed());
      const paged: Event[] = [];
      for (let after: string | null = ''; after !== null; ) {
        const page: { value: Event[]; next: string | null } = await list(
          world,
          `?limit=7${after === '' ? '' : `&after=${after}`}`,
        );
        expect(page.value.length).toBeLessThanOrEqual(7);
        paged.push(...page.value);
        after = page.next;
      }
      expect(paged).toEqual(all);
      const blocked = all.filter(({ type }) => type === 'user.blocked');
      expect((await list(world, '?type=user.blocked')).value).toEqual(blocked);
      const middle = all[10]?.at ?? '';
      expect((await list(world, `?from=${middle}`)).value).toEqual(all.filter(({ at }) => at >= middle));
      expect((await list(world, `?to=${middle}`)).value).toEqual(all.filter(({ at }) => at < middle));
    });

    test.each([
      '?type=nothing',
      '?limit=0',
      '?after=x',
      '?from=yesterday',
      '/export?to=1',
      '/export?limit=1',
    ])('refuses %s', async (query) => {
      expect(await world.api('GET', `/v1/audit-events${query}`)).toMatchObject({
        status: 400,
        body: { code: 'request.invalid' },
      });
    });

    test('is read with its own scope only, and only by its tenant', async () => {
      const other = await world.addTenant('audit-other');
      const types = (await other.api('GET', '/v1/audit-events')).body.value.map(({ type }: Event) => type);
      expect(types.toSorted()).toEqual(['apiKey.created', 'tenant.created']);
      const { key } = await world.service.apiKeys.create({
        ...{ tenantId: 'contoso', name: 'all but one' },
        scopes: ['read', 'verifications:write', 'users:write', 'policy:write'],
      });
      const api = clientOf(() => world.service.url ?? '', key);
      for (const path of ['', '/export'])
        expect(await api('GET', `/v1/audit-events${path}`)).toMatchObject({
          status: 403,
          body: { code: 'apiKey.scopeMissing' },
        });
    });

    test('is exported as JSON Lines, oldest first, over the API, by the client and at the command line', async () => {
      const { value } = await list(world);
      const answer = await exported();
      expect(answer.headers.get('content-type')).toBe('application/jsonl; charset=utf-8');
      expect(linesOf(await answer.text())).toEqual(value.toReversed());
      const client = createPoundkeyClient({ baseUrl: world.service.url ?? '', apiKey: world.key });
      const ofUser: unknown[] = [];
      for await (const event of client.exportAuditEvents({ userId: 'u-1' })) ofUser.push(event);
      expect(ofUser).toEqual(await about(world, 'u-1'));
      expect((await client.listAuditEvents({ userId: 'u-1' })).value).toEqual(ofUser.toReversed());
      const from = value.at(-5)?.at ?? '';
      const { output } = await runBeside(world, ['export-audit', 'contoso', '--from', from]);
      expect(linesOf(output)).toEqual(value.filter(({ at }) => at >= from).toReversed());
      const wrong = await runBeside(world, ['export-audit', 'contoso', '--from', 'today']);
      expect(wrong).toMatchObject({ exitCode: 2, output: '', errors: expect.stringContaining('--from: ') });
    });

    test('is exported in batches, however long, and ends when the client goes', async () => {
      await sql`insert into audit_event (id, tenant_id, type, data, at)
      select gen_random_uuid(), 'contoso', 'policy.changed', jsonb_build_object('text', repeat('x', 2000)),
        '2026-01-01T00:00:00Z'::timestamptz + (n / 3) * interval '1 s'
      from generate_series(1, 6000) n`.execute(world.db);
      const range = '?to=2026-02-01T00:00:00Z';
      const lines = linesOf(await (await exported(range)).text());
      expect(new Set(lines.map(({ id }) => id)).size).toBe(6000);
      const url = `${world.service.url}/v1/audit-events/export${range}`;
      const headers = { authorization: `Bearer ${world.key}` };
      for (let count = 0; count < 5; count += 1) {
        const gone = new AbortController();
        const response = await fetch(url, { headers, signal: gone.signal });
        await response.body?.getReader().read();
        gone.abort();
        await response.text().catch(() => undefined);
        // The process may still be about to notice.
        await expect
          .poll(async () => (await fetch(url, { method: 'HEAD', headers })).status, { timeout: 10_000 })
          .toBe(200);
      }
      expect(linesOf(await (await exported(range)).text())).toHaveLength(6000);
    });

    test.each([
      `update audit_event set data = '{}'`,
      `update audit_event set user_id = '(erased user)', data = '{}'`,
      'delete from audit_event',
      'truncate audit_event',
    ])('cannot be changed: %s', async (change) => {
      const before = await world.db.selectFrom('auditEvent').selectAll().orderBy('id').execute();
      await expect(sql.raw(change).execute(world.db)).rejects.toThrow('neither changed nor removed');
      expect(await world.db.selectFrom('auditEvent').selectAll().orderBy('id').execute()).toEqual(before);
    });

    test('keeps young events, whatever moment the purge is told', async () => {
      const before = await world.db.selectFrom('auditEvent').select('id').orderBy('id').execute();
      await sql`select purge_audit_events('2999-01-01', 1000000)`.execute(world.db);
      expect(await world.db.selectFrom('auditEvent').select('id').orderBy('id').execute()).toEqual(before);
    });

    test('loses the user and the data when the user is erased, and keeps what happened and who did it', async () => {
      const before = await about(world, 'u-2');
      expect((await world.api('DELETE', '/v1/users/u-2')).status).toBe(200);
      expect(await about(world, 'u-2')).toEqual([]);
      const { value } = await list(world);
      const [note, ...others] = value;
      expect(note).toMatchObject({ type: 'user.erased', userId: null, actor: byKey });
      for (const { id, type, at, actor, outcome } of before)
        expect(others.find((other) => other.id === id)).toMatchObject({
          ...{ type, at, actor, outcome, userId: null, data: {} },
        });
    });
  },
);
