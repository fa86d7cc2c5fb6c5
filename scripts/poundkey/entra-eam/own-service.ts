// One whole sign-in: a service of its own, with an Entra of its own and a simulated desk phone. Nothing leaves this machine.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../../src/config.ts';
import { createLogger } from '../../../src/log.ts';
import type { Service } from '../../../src/service.ts';
import type { Finding } from '../command.ts';
import { type FakeEntra, openFakeEntra } from './fake-entra.ts';
import { roundTrip } from './round-trip.ts';

const NAME = 'whole sign-in';
/** How much faster than real time the phone rings; Entra waits for minutes of this time. */
const SPEED = 3;
const DESK_PHONE = { number: '08-12 34 56 78', country: 'SE' };
const E164 = '+46812345678';

/** Never throws. Where there is no simulator, as in the production image, it is left out. */
export async function trySignIn(): Promise<Finding> {
  const dataDir = mkdtempSync(join(tmpdir(), 'poundkey-doctor-'));
  const entra = await openFakeEntra();
  try {
    const started = await start(dataDir, entra);
    if (started === null)
      return { name: NAME, status: 'skipped', says: 'there is no simulator in this installation' };
    try {
      const { acr, amr } = await signIn(started, dataDir, entra);
      const says = `an Entra of this command asked, the simulated desk phone rang, # was pressed, and the answer was right: acr ${acr}, amr ${amr}`;
      return { name: NAME, status: 'ok', says };
    } finally {
      await started.service.stop();
    }
  } catch (error) {
    return { name: NAME, status: 'failed', says: error instanceof Error ? error.message : String(error) };
  } finally {
    await entra.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

interface Started {
  service: Service;
  now: () => Date;
}

async function start(dataDir: string, entra: FakeEntra): Promise<Started | null> {
  const [{ realTime }, { startService }] = await Promise.all([
    import('../../../src/simulator/time.ts').catch(() => ({ realTime: null })),
    import('../../../src/service.ts'),
  ]);
  if (realTime === null) return null;
  const time = realTime({ speed: SPEED });
  const now = () => new Date(time.now());
  entra.at(now);
  const config = readConfig({
    ...{ DATA_DIR: dataDir, PORT: '0', OPS_PORT: '0', SIMULATOR_PORT: '0' },
    ENTRA_METADATA_GLOBAL: entra.url,
    // A pace that is kept to the millisecond needs real time.
    CALLS_PER_SECOND: '0',
  });
  const log = createLogger({ level: 'silent' });
  return { service: await startService(config, { log, clock: { now }, simulatorTime: time }), now };
}

function signIn({ service, now }: Started, dataDir: string, entra: FakeEntra) {
  service.simulator?.desk.script(E164, 'press-pound');
  const key = readFileSync(join(dataDir, 'api-key'), 'utf8').trim();
  const call = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${service.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  return roundTrip({ call, entra, number: DESK_PHONE, now, say: () => undefined });
}
