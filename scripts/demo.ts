// `npm run demo`: an office phone rings. Starts Poundkey on its embedded store with the simulator, asks for one
// verification as an MFA backend would, shows what happens, and stops.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../src/config.ts';
import { createLogger } from '../src/log.ts';
import { SCENARIO_NAMES, type ScenarioName } from '../src/phone-network/simulator/scenarios.ts';
import { realTime } from '../src/phone-network/simulator/time.ts';
import { type Service, startService } from '../src/service.ts';
import { narrate } from './demo-narrator.ts';

/** How much faster than on the wall time runs: nobody wants to wait for a phone that rings 30 s. */
const SPEED = 8;
const DESK_PHONE = '+46812345678';
const SHOWN: Partial<Record<ScenarioName, string>> = {
  'press-pound':
    'somebody answers and presses #; the phone is registered and an app password issued (the default)',
  busy: 'the line is in use',
  'no-answer': 'it rings and rings',
  voicemail: 'a machine picks up',
  'wrong-key': 'three keys are pressed, none of them #',
  'hang-up': 'somebody answers and hangs up',
  silence: 'somebody answers and does nothing',
};

async function main(): Promise<void> {
  const scenario = readScenario();
  if (scenario === null) return;
  const dataDir = mkdtempSync(join(tmpdir(), 'poundkey-demo-'));
  const service = await start(dataDir);
  try {
    const said = narrate(service, DESK_PHONE);
    service.simulator?.desk.script(DESK_PHONE, scenario);
    await actAsBackend(service, readFileSync(join(dataDir, 'api-key'), 'utf8').trim(), said);
  } finally {
    await service.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** The scenario asked for, or null when help was. */
function readScenario(): ScenarioName | null {
  const { values } = parseArgs({
    options: { scenario: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    console.log('npm run demo -- [--scenario NAME]\n\nScenarios:');
    for (const [name, what] of Object.entries(SHOWN)) console.log(`  ${name.padEnd(12)} ${what}`);
    return null;
  }
  const scenario = SCENARIO_NAMES.find(
    (name) => name === (values.scenario ?? 'press-pound') && name in SHOWN,
  );
  if (scenario) return scenario;
  throw new Error(`There is no scenario "${values.scenario}". Use one of: ${Object.keys(SHOWN).join(', ')}.`);
}

function start(dataDir: string): Promise<Service> {
  const time = realTime({ speed: SPEED });
  const config = readConfig({ DATA_DIR: dataDir, PORT: '0', OPS_PORT: '0', SIMULATOR_PORT: '0' });
  console.log('Poundkey starts on its embedded store, with the simulator for a phone network …');
  return startService(config, {
    log: createLogger({ level: 'silent' }),
    clock: { now: () => new Date(time.now()) },
    simulatorTime: time,
  });
}

/** What of the API's answers the demo shows. */
interface Answer {
  id: string;
  number: { international: string; country: string; type: string };
  outcome: string;
  outcomeText: { forUser: string };
  appPassword: string;
  detail: string;
  value: { phoneType: string; phoneNumber: string }[];
}
type Call = (method: string, path: string, body?: object) => Promise<{ status: number; body: Answer }>;

/** What an MFA backend does: one request, then it waits for the outcome and has the app password revealed. */
async function actAsBackend(
  service: Service,
  apiKey: string,
  said: ReturnType<typeof narrate>,
): Promise<void> {
  const call: Call = async (method, path, body) => {
    const response = await fetch(`${service.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: response.status, body: (await response.json()) as Answer };
  };
  const finished = said.finished();
  const request = { userId: 'u-1842', country: 'SE', number: '08-12 34 56 78', locale: 'sv-SE' };
  said.say(`backend   POST /v1/verifications ${JSON.stringify(request)}`);
  const { body: verification } = await call('POST', '/v1/verifications', request);
  said.say(
    `backend   understood as ${verification.number.international} (${verification.number.country}, ${verification.number.type})`,
  );
  await finished;
  const { body: after } = await call('GET', `/v1/verifications/${verification.id}`);
  said.say(`outcome   ${after.outcome}: ${after.outcomeText.forUser}`);
  if (after.outcome === 'approved') await revealTwice(verification.id, call, said.say);
  const methods = await call('GET', `/v1/users/${request.userId}/phone-methods`);
  said.say(
    `methods   ${methods.body.value.map((m) => `${m.phoneType} ${m.phoneNumber}`).join(', ') || 'none'}`,
  );
}

async function revealTwice(
  id: string,
  call: (
    method: string,
    path: string,
  ) => Promise<{ status: number; body: { appPassword?: string; detail?: string } }>,
  say: (line: string) => void,
): Promise<void> {
  const first = await call('POST', `/v1/verifications/${id}/reveal-app-password`);
  say(`revealed  app password, shown once: ${first.body.appPassword}`);
  const second = await call('POST', `/v1/verifications/${id}/reveal-app-password`);
  say(`refused   the second reveal: ${second.status}, ${second.body.detail}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
