/** A running service in real time, with desk phones that answer, for tests of the page in a browser. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../src/config.ts';
import { SCOPES } from '../../src/domain/scope.ts';
import { createLogger } from '../../src/log.ts';
import { isUnavailable } from '../../src/platform/http/unavailable.ts';
import { startService } from '../../src/service.ts';
import type { Reaction, Script } from '../../src/simulator/script.ts';
import type { FreshStores } from './stores.ts';
import { clientOf, configFor, keepLines } from './world.ts';

/** A world; close it after the tests. */
export type PageWorld = Awaited<ReturnType<typeof openPageWorld>>;

/** Starts a service on the stores, with a tenant `contoso`. */
export async function openPageWorld(
  stores: FreshStores,
  policy: Record<string, unknown> = {},
  changes: Partial<Config> = {},
) {
  const dataDir = mkdtempSync(join(tmpdir(), 'poundkey-page-'));
  const log = keepLines();
  const config = configFor(stores, dataDir, changes);
  const service = await startService(config, {
    log: createLogger({ level: 'info', destination: log.destination, withoutStack: isUnavailable }),
  });
  await service.tenants.create({ id: 'contoso', name: 'Contoso', policy });
  const { key } = await service.apiKeys.create({ tenantId: 'contoso', name: 'page', scopes: SCOPES });
  const url = service.url ?? '';
  const api = clientOf(() => url, key);
  let numbers = 42_200;
  return {
    service,
    url,
    api,
    log: log.lines,
    /** A number that nobody has used, as people type it and in E.164. */
    newNumber() {
      numbers += 1;
      const last = String(numbers);
      return { typed: `08-465 ${last.slice(0, 3)} ${last.slice(3)}`, e164: `+468465${last}` };
    },
    script: (number: string, script: Script) => service.simulator?.desk.script(number, script),
    /** A link to the page of a user. */
    async link(userId: string): Promise<string> {
      const answer = await api('POST', `/v1/users/${userId}/self-service-links`, {});
      return answer.body.url;
    },
    codeOn(number: string): string {
      const newest = service.simulator?.texts().findLast(({ to }) => to === number);
      return /\b\d{6}\b/.exec(newest?.body ?? '')?.[0] ?? '';
    },
    async close() {
      await service.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A phone that is picked up soon, and where keys are pressed once the prompt has begun. */
export function answering(press: string, { afterMs = 300, pressAfterMs = 600 } = {}): Script {
  const reactions: Reaction[] = press === '' ? [] : [{ on: 'prompt', afterMs: pressAfterMs, press }];
  return { pickUp: { kind: 'answer', afterMs, by: 'human' }, reactions };
}
