// Prometheus itself scrapes a running service and evaluates the alert rules.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { worldOn } from '../../support/open-worlds.ts';
import { OPS } from '../../support/operator.ts';
import type { TestServer } from '../../support/processes.ts';
import { findServers, startPrometheus } from '../../support/servers.ts';
import { ANY_STORE } from '../../support/stores.ts';

const DOCUMENTS = join(import.meta.dirname, '../../../docs/operating');
const RULES = readFileSync(join(DOCUMENTS, 'alerts.yml'), 'utf8');
/** Prometheus scrapes and evaluates by its own clock. */
const SOME_SCRAPES = { timeout: 90_000, interval: 250 };
/** Scraped and evaluated every second, so that nobody waits. */
const OFTEN = 'global: { scrape_interval: 1s, evaluation_interval: 1s }\n';

/** The configuration that the document gives, with other targets. */
function documentedConfig(target: string): string {
  const [, yaml = ''] =
    /```yaml\n(# prometheus\.yml.*?)```/s.exec(readFileSync(join(DOCUMENTS, 'README.md'), 'utf8')) ?? [];
  expect(yaml).toContain('targets: [');
  return OFTEN + yaml.replace(/targets: \[.*?\]/, `targets: ['${target}']`);
}

describe.runIf(findServers().prometheus)('Prometheus', () => {
  const { world } = worldOn(ANY_STORE, { config: { ops: OPS } });
  let prometheus: TestServer;
  // biome-ignore lint/suspicious/noExplicitAny: answers have every shape
  const ask = async (path: string): Promise<any> => {
    const answer = await fetch(`${prometheus.url}/api/v1/${path}`);
    return ((await answer.json()) as { data: unknown }).data;
  };
  /** What an alert is doing now: `inactive`, `pending` or `firing`. */
  const stateOf = async (alert: string) => {
    const { groups } = await ask('rules');
    return groups[0].rules.find((rule: { name: string }) => rule.name === alert)?.state;
  };

  beforeAll(async () => {
    world.simulator.faults.next('list', { refuse: { status: 401, code: 20003, message: 'Authenticate' } });
    prometheus = await startPrometheus(documentedConfig(new URL(world.service.opsUrl).host), RULES);
  });
  afterAll(() => prometheus?.stop());

  it('reads the metrics, with the configuration of the document', async () => {
    await vi.waitFor(async () => {
      const { activeTargets } = await ask('targets');
      expect(activeTargets).toMatchObject([{ labels: { job: 'poundkey' }, health: 'up', lastError: '' }]);
    }, SOME_SCRAPES);
  });

  it('loads every rule and can evaluate it', async () => {
    const named = [...RULES.matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
    await vi.waitFor(async () => {
      const { groups } = await ask('rules');
      expect(groups[0].rules.map(({ name }: { name: string }) => name)).toEqual(named);
      for (const { name, health, lastError } of groups[0].rules)
        expect({ name, health, lastError }).toEqual({ name, health: 'ok', lastError: undefined });
    }, SOME_SCRAPES);
  });

  it('finds what the service reports: no alert on a quiet service, an alarm as soon as there is one', async () => {
    await vi.waitFor(
      async () => expect(await stateOf('PoundkeyPhoneNetworkRefusesUs')).toBe('pending'),
      SOME_SCRAPES,
    );
    expect(await stateOf('PoundkeyDown')).toBe('inactive');
    expect(await stateOf('PoundkeyFraudReported')).toBe('inactive');
    expect((await world.story('fraud')).outcome).toBe('fraudReported');
    await vi.waitFor(async () => expect(await stateOf('PoundkeyFraudReported')).toBe('firing'), SOME_SCRAPES);
  });

  it('notices a process that is gone', async () => {
    await world.service.stop();
    await vi.waitFor(async () => expect(await stateOf('PoundkeyDown')).toBe('pending'), SOME_SCRAPES);
  });
});
