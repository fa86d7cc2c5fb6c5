// What Prometheus reads, after real stories.
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { COMMANDS } from '../../../scripts/poundkey/commands.ts';
import { ask, sampleOf, worldOf } from '../../support/operator.ts';
import { SOON } from '../../support/own-time.ts';
import { findProgram } from '../../support/processes.ts';
import { ANY_STORE, describeEachStore } from '../../support/stores.ts';
import type { World } from '../../support/world.ts';

const LINE = '+1 ••• 00';
const scrape = async (world: World) => (await ask(world, '/metrics')).text;

describeEachStore('metrics', (combination) => {
  it('tell when the first certificate for Entra expires, and nothing while there is none', async () => {
    const world = await worldOf(combination);
    const name = 'poundkey_entra_certificate_expiry_timestamp_seconds';
    expect(await scrape(world)).not.toContain(`${name}{`);
    const { connections } = world.service.entraMessages;
    const { connection, key } = await connections.create({
      ...{ tenantId: 'contoso', name: 'Contoso', directoryId: randomUUID(), audiences: ['api://x'] },
      ...{ callerAppId: randomUUID(), requiresRole: true, asksFirst: true, times: 2 },
    });
    await connections.addKey(connection.id);
    const method = await world.service.entraMethods.create({
      ...{ tenantId: 'contoso', displayName: 'Desk phone', applicationId: randomUUID() },
      ...{ directoryIds: [randomUUID()], cloud: 'global', clientId: randomUUID() },
    });
    const { expiresAt } = (await world.service.entraKeys.list())[0] ?? { expiresAt: new Date(0) };
    const soon = new Date(world.time.now() + 86_400_000);
    await world.db
      .updateTable('entraMessageKey')
      .set({ expiresAt: soon })
      .where('id', '=', key.keyId)
      .execute();
    const text = await scrape(world);
    expect(sampleOf(text, `${name}{use="messages"}`)).toBe(soon.getTime() / 1000);
    expect(sampleOf(text, `${name}{use="answers"}`)).toBe(expiresAt.getTime() / 1000);
    await connections.retireKey(connection.id, key.keyId);
    expect(sampleOf(await scrape(world), `${name}{use="messages"}`)).toBeGreaterThan(soon.getTime() / 1000);
    await connections.remove(connection.id);
    await world.service.entraMethods.remove('contoso', method.id);
    expect(await scrape(world)).not.toContain(`${name}{`);
  });

  it('tell how verifications end and how long they take', async () => {
    const world = await worldOf(combination);
    await world.story('press-pound');
    await world.story('press-pound');
    await world.story('busy');
    await world.story('voicemail');
    const text = await scrape(world);
    const value = (sample: string) => sampleOf(text, sample);
    const outcome = (name: string) =>
      value(`poundkey_verification_outcomes_total{outcome="${name}",country="SE",line="${LINE}"}`);
    expect([outcome('approved'), outcome('voicemail')]).toEqual([2, 1]);
    expect(value('poundkey_verifications_requested_total')).toBe(4);
    expect(value('poundkey_verifications_finished_total')).toBe(4);
    const count = (until: string) => value(`poundkey_verification_duration_seconds_count{until="${until}"}`);
    expect([count('answer'), count('key'), count('registered')]).toEqual([3, 2, 2]);
    const sum = (until: string) => value(`poundkey_verification_duration_seconds_sum{until="${until}"}`) ?? 0;
    expect(sum('key')).toBeGreaterThan(4);
    expect(sum('registered')).toBeGreaterThanOrEqual(sum('key'));
    expect(
      value('poundkey_webhook_duration_seconds_count{kind="digits",result="answered"}'),
    ).toBeGreaterThanOrEqual(2);
    expect(value('poundkey_verifications_open{state="queued"}')).toBe(0);
  });

  it('tell what waits: jobs, verifications, lines, messages', async () => {
    const world = await worldOf(combination);
    world.time.pause();
    const { id } = await world.request('silence');
    await vi.waitFor(async () => expect((await world.read(id)).state).toBe('ringing'), SOON);
    await world.db
      .insertInto('callerLine')
      .values({ number: '+46812340000', nextFreeAt: new Date(world.time.now() + 90_000), lastDialedAt: null })
      .execute();
    await world.db
      .updateTable('verification')
      .set({ wakeAt: new Date(world.time.now() - 7_000) })
      .where('id', '=', id)
      .execute();
    const createdAt = new Date(world.time.now() - 60_000);
    const message = {
      tenantId: 'contoso',
      verificationId: id,
      type: 'verification.finished',
      payload: '{}',
      createdAt,
    };
    const outbox = [
      { ...message, id: '00000000-0000-4000-8000-000000000001', nextAttemptAt: new Date('2099-01-01') },
      { ...message, id: '00000000-0000-4000-8000-000000000002', nextAttemptAt: createdAt, deadAt: createdAt },
    ];
    await world.db.insertInto('outbox').values(outbox).execute();
    const text = await scrape(world);
    expect(sampleOf(text, 'poundkey_line_wait_seconds{line="+46 ••• 00"}')).toBeCloseTo(90, -1);
    expect(sampleOf(text, 'poundkey_verification_overdue_seconds')).toBeGreaterThanOrEqual(7);
    expect(sampleOf(text, 'poundkey_outbox_messages{state="waiting"}')).toBe(1);
    expect(sampleOf(text, 'poundkey_outbox_messages{state="dead"}')).toBe(1);
    expect(sampleOf(text, 'poundkey_outbox_waiting_age_seconds')).toBeGreaterThanOrEqual(60);
    const jobs = ['waiting', 'active', 'delayed'].map(
      (state) => sampleOf(text, `poundkey_jobs{queue="verifications",state="${state}"}`) ?? Number.NaN,
    );
    expect(jobs.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(1);
  });
});

describe('metrics on any store', () => {
  it('tell of refusals by the phone network, of alarms and of what the sweeper finds', async () => {
    const world = await worldOf(ANY_STORE);
    world.simulator.faults.next('create', { refuse: { status: 401, code: 20003, message: 'Authenticate' } });
    await world.story('press-pound');
    world.service.events.emit('verification.swept', {
      verificationId: 'v',
      state: 'queued',
      repair: 'added',
    });
    world.simulator.faults.next('list', { refuse: { status: 401, code: 20003, message: 'Authenticate' } });
    const text = await scrape(world);
    expect(sampleOf(text, 'poundkey_provider_errors_total{code="20003",result="refused"}')).toBe(1);
    expect(sampleOf(text, 'poundkey_alarms_total{event="call.refused"}')).toBe(1);
    expect(sampleOf(text, 'poundkey_sweeper_repairs_total{repair="added"}')).toBe(1);
    expect(sampleOf(text, 'poundkey_phone_network_access{access="refused"}')).toBe(1);
    expect(sampleOf(text, 'poundkey_phone_network_access{access="granted"}')).toBe(0);
  });

  it('name no tenant, no user and no whole number, and count unsigned webhooks', async () => {
    const world = await worldOf(ANY_STORE);
    const { id, userId } = await world.story('press-pound');
    const url = `${world.service.url}/webhooks/calls/${id}/digits`;
    const headers = { 'x-twilio-signature': 'bm90IHRoZSBuZXR3b3Jr' };
    expect((await fetch(url, { method: 'POST', body: 'Digits=%23', headers })).status).toBe(403);
    const text = await scrape(world);
    expect(sampleOf(text, 'poundkey_webhook_duration_seconds_count{kind="digits",result="refused"}')).toBe(1);
    for (const personal of ['contoso', userId, id, world.key, /\+\d{5,}/]) expect(text).not.toMatch(personal);
  });
});

it('leave out what cannot be asked, and say the rest', async () => {
  const world = await worldOf(ANY_STORE);
  await world.story('press-pound');
  await world.db.schema.alterTable('outbox').renameTo('elsewhere').execute();
  const text = await scrape(world);
  expect(text).toContain('# TYPE poundkey_outbox_messages gauge');
  expect(sampleOf(text, 'poundkey_outbox_messages{state="dead"}')).toBeUndefined();
  expect(sampleOf(text, 'poundkey_verifications_open{state="queued"}')).toBe(0);
  expect(sampleOf(text, 'poundkey_verifications_finished_total')).toBe(1);
  expect(world.log.join('')).toContain(
    'a source of metrics cannot be read; its metrics are missing from this scrape',
  );
});

/** How Grafana writes the variable. */
const CHOSEN = ['$', '{datasource}'].join('');
const docs = (file: string) => join(import.meta.dirname, '../../../docs/operating', file);
const promtool = findProgram(['promtool']);
if (promtool === null) {
  const message = "Prometheus' own checks are left out: no promtool. To run them: apt-get install prometheus";
  if (process.env.REQUIRE_SERVERS === '1') throw new Error(message);
  process.stderr.write(`${message}\n`);
}
const runPromtool = (args: string[], input = '') =>
  execFileSync(promtool ?? '', args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });

describe('what Prometheus and Grafana are given', () => {
  const names = (text: string) => new Set(text.match(/\b(poundkey|process|nodejs)_[a-z0-9_]+/g));

  it('speaks only of metrics that exist', async () => {
    const world = await worldOf(ANY_STORE);
    const text = await scrape(world);
    const known = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name, type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
    );
    const dashboard = JSON.parse(readFileSync(docs('dashboard.json'), 'utf8'));
    const queries = JSON.stringify(
      dashboard.panels.map((panel: { targets?: unknown }) => panel.targets ?? []),
    );
    const rules = [...readFileSync(docs('alerts.yml'), 'utf8').matchAll(/expr: (.*)/g)].map(
      (match) => match[1],
    );
    const used = new Set([...names(queries), ...names(rules.join('\n'))]);
    expect(used.size).toBeGreaterThan(15);
    expect([...used].filter((name) => !known.includes(name))).toEqual([]);
    const documented = names(readFileSync(docs('README.md'), 'utf8'));
    const told = [...text.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1] ?? '');
    expect(told.filter((name) => !documented.has(name))).toEqual([]);
  });

  it('has a dashboard that Grafana can import: one uid, one data source to choose, no id', () => {
    const { uid, schemaVersion, panels, templating, id } = JSON.parse(
      readFileSync(docs('dashboard.json'), 'utf8'),
    );
    expect({ uid, schemaVersion, id }).toEqual({
      uid: 'poundkey-overview',
      schemaVersion: 39,
      id: undefined,
    });
    expect(templating.list[0]).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' });
    const queried = panels.filter((panel: { type: string }) => panel.type !== 'row');
    expect(queried.length).toBeGreaterThan(15);
    for (const panel of queried) expect(panel.datasource).toEqual({ type: 'prometheus', uid: CHOSEN });
    expect(new Set(panels.map((panel: { id: number }) => panel.id)).size).toBe(panels.length);
  });

  it('explains every alert: what it means and what to do', () => {
    const alerts = readFileSync(docs('alerts.yml'), 'utf8').split('- alert: ').slice(1);
    const readme = readFileSync(docs('README.md'), 'utf8');
    const tests = readFileSync(docs('alerts.test.yml'), 'utf8');
    expect(alerts.length).toBeGreaterThanOrEqual(8);
    for (const alert of alerts) {
      expect(alert).toMatch(/severity: (page|ticket).*summary: .+\n.*meaning: .{40,}\n.*action: .{40,}/s);
      const [name = ''] = alert.split('\n');
      expect(readme).toContain(`\`${name}\``);
      expect(tests).toMatch(new RegExp(`${name}\\b`));
    }
  });

  it('leads from every alert to its part of the runbook, and to commands that there are', () => {
    const alerts = readFileSync(docs('alerts.yml'), 'utf8').split('- alert: ').slice(1);
    const runbook = readFileSync(docs('runbook.md'), 'utf8');
    const parts = [...runbook.matchAll(/^## (.+)$/gm)].map(([, title = '']) =>
      title.toLowerCase().replaceAll(' ', '-'),
    );
    for (const alert of alerts) {
      const [, part] = /runbook: docs\/operating\/runbook\.md#([a-z-]+)\n/.exec(`${alert}\n`) ?? [];
      expect(parts, alert).toContain(part);
    }
    const named = [...`${alerts.join()}${runbook}`.matchAll(/npm run poundkey -- ([a-z-]+)/g)];
    expect(named.length).toBeGreaterThan(20);
    for (const [, name = ''] of named) expect([...COMMANDS.keys()]).toContain(name);
    expect(runbook.split('\n').length).toBeLessThan(120);
  });

  describe.runIf(promtool)("by Prometheus' own checks", () => {
    it('has metrics with good names, also after stories and errors', async () => {
      const world = await worldOf(ANY_STORE);
      world.simulator.faults.next('create', 'tooManyRequests');
      await world.story('press-pound');
      await world.story('busy');
      expect(runPromtool(['check', 'metrics'], await scrape(world))).toBe('');
    });

    it('has rules that can be loaded and fire when they should and only then', () => {
      expect(runPromtool(['check', 'rules', docs('alerts.yml')])).toContain('SUCCESS');
      expect(runPromtool(['test', 'rules', docs('alerts.test.yml')])).toContain('SUCCESS');
    });
  });
});
