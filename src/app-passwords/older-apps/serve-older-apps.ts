import type { OlderAppsConfig } from '../../domain/older-app-settings.ts';
import type { Logger } from '../../log.ts';
import type { Clock } from '../../platform/clock.ts';
import { createBareApp } from '../../platform/http/bare-app.ts';
import { listen } from '../../platform/http/http-server.ts';
import { createOutageLog } from '../../platform/outage-log.ts';
import type { OnStop } from '../../platform/shutdown.ts';
import type { AppPasswordFeatures } from '../app-password-features.ts';
import { createBasicSet } from './basic-set.ts';
import { createSayHidden } from './identify-server.ts';
import { createMailSet } from './mail-set.ts';
import { type CountCheck, createObservedCheck } from './observed-check.ts';

/** How long running checks may take once the process stops, ms. */
const LAST_CHECKS_MS = 5_000;

/** What the port for older apps is made of. */
interface OlderAppsDeps {
  features: Pick<AppPasswordFeatures, 'appPasswordCheck'>;
  count: CountCheck;
  isStopping: () => boolean;
  /** Waits, ms. */
  pause: (ms: number) => Promise<unknown>;
  clock: Clock;
  log: Logger;
}

/**
 * Opens the port on which web and mail servers have app passwords checked, if there is one; what was noted about their use
 * is written when it is closed.
 * @returns its address, or null
 */
export async function serveOlderApps(
  { olderApps, role }: { olderApps?: OlderAppsConfig | null; role: string },
  { features, count, isStopping, pause, clock, log }: OlderAppsDeps,
  onStop: OnStop,
): Promise<string | null> {
  if (!olderApps || role === 'worker') return null;
  const { appPasswordCheck } = features;
  const outages = createOutageLog(log, clock);
  const deps = { check: appPasswordCheck.check, count, outages, log: log.child({}, { redact: [] }) };
  const sayHidden = createSayHidden(log);
  const sets = [
    createBasicSet({ check: createObservedCheck(deps, 'basic'), sayHidden, pause }),
    createMailSet({ check: createObservedCheck(deps, 'mail'), sayHidden, backends: olderApps.mail, log }),
  ];
  onStop('uses of app passwords', appPasswordCheck.flushUses);
  const app = createBareApp({ sets, log, isDraining: isStopping });
  const { host, port } = olderApps;
  const server = await listen(app, { host, port, variables: 'OLDER_APPS_HOST and OLDER_APPS_PORT' });
  onStop('older apps', () => server.close(LAST_CHECKS_MS));
  log.info({ url: server.url }, 'app passwords are checked here for older apps');
  return server.url;
}
