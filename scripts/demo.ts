// `npm run demo`: an office phone rings. Starts Poundkey on its embedded store with the simulator, plays a scenario
// as an MFA backend and a person at a desk phone would, shows what happens, and stops. With --open, a person operates the
// desk phone, in a browser.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { readConfig } from '../src/config.ts';
import { createLogger } from '../src/log.ts';
import { type Service, startService } from '../src/service.ts';
import { realTime } from '../src/simulator/time.ts';
import { createCall } from './demo/backend.ts';
import { CHALLENGES } from './demo/challenges.ts';
import type { Demo, Scenario } from './demo/demo.ts';
import { ENDINGS } from './demo/endings.ts';
import { ENTRA } from './demo/entra.ts';
import { ENTRA_MESSAGE } from './demo/entra-message.ts';
import { ESCALATION } from './demo/escalation.ts';
import { EXTENSIONS } from './demo/extensions.ts';
import { LINES } from './demo/lines.ts';
import { MAIL_SCENARIOS } from './demo/mail.ts';
import { narrate } from './demo/narrate.ts';
import { NUMBER_AS_USER_NAME } from './demo/number-as-user-name.ts';
import { QUEUE } from './demo/queue.ts';
import { runSandbox } from './demo/sandbox.ts';
import { SIGN_INS } from './demo/sign-ins.ts';
import { MOBILE, TEXTS } from './demo/texts.ts';

/** How much faster than real time the demo runs, so that a phone that rings 30 s is not a long wait. */
const SPEED = 8;
const DESK_PHONE = '+46812345678';
const SCENARIOS = new Map<string, Scenario>(
  Object.entries({
    ...ENDINGS,
    ...CHALLENGES,
    ...EXTENSIONS,
    ...LINES,
    ...QUEUE,
    ...TEXTS,
    ...ESCALATION,
    ...NUMBER_AS_USER_NAME,
    ...SIGN_INS,
    ...ENTRA,
    ...MAIL_SCENARIOS,
    ...ENTRA_MESSAGE,
  }),
);

async function main(): Promise<void> {
  const scenario = readScenario();
  if (scenario === null) return;
  const dataDir = mkdtempSync(join(tmpdir(), 'poundkey-demo-'));
  // However the demo ends, its store goes: Ctrl-C, or a pipe that nobody reads any more.
  process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }));
  if (scenario === 'open') return runSandbox(dataDir);
  process.once('SIGINT', () => process.exit(130));
  process.stdout.on('error', () => process.exit(0));
  const service = await start(dataDir, scenario);
  try {
    const call = createCall(service.url ?? '', readFileSync(join(dataDir, 'api-key'), 'utf8').trim());
    const person: Demo['person'] = (behaviour) => service.simulator?.desk.script(DESK_PHONE, behaviour);
    const now = () => new Date(service.simulator?.time.now() ?? Date.now());
    await scenario.play({ service, call, person, now, ...narrate(service, [DESK_PHONE, MOBILE]) });
  } finally {
    await service.stop();
  }
}

/** The scenario asked for, `open` for the sandbox, or null when help was. */
function readScenario(): Scenario | 'open' | null {
  const scenarios = [...SCENARIOS].map(([name, { what }]) => `  ${name.padEnd(12)} ${what}`);
  const parser = new Command('npm run demo --')
    .option('--scenario <name>', 'what happens', 'press-pound')
    .option('--open', 'open the sandbox instead, where you operate the phone yourself in a browser')
    .addHelpText('after', `\nScenarios:\n${scenarios.join('\n')}`)
    .configureOutput({ writeOut: (text) => console.log(text.trimEnd()), writeErr: () => undefined })
    .exitOverride();
  try {
    parser.parse();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return null;
    throw new Error(
      `${error.message}\nExpected: npm run demo -- --scenario NAME, or --open. npm run demo -- --help lists the names.`,
    );
  }
  const { scenario: name, open } = parser.opts<{ scenario: string; open?: true }>();
  if (open) return 'open';
  const scenario = SCENARIOS.get(name);
  if (scenario) return scenario;
  throw new Error(`There is no scenario "${name}". Use one of: ${[...SCENARIOS.keys()].join(', ')}.`);
}

async function start(
  dataDir: string,
  { speed = SPEED, callsPerSecond = 0, settings }: Scenario,
): Promise<Service> {
  const time = realTime({ speed });
  const config = readConfig({
    DATA_DIR: dataDir,
    PORT: '0',
    OPS_PORT: '0',
    SIMULATOR_PORT: '0',
    CALLS_PER_SECOND: String(callsPerSecond),
    ...(await settings?.()),
  });
  const pace = speed === 1 ? '' : `; time runs ${speed} times as fast as a clock`;
  console.log(`Poundkey starts on its embedded store, with the simulator as its provider${pace} …`);
  return startService(config, {
    log: createLogger({ level: 'silent' }),
    clock: { now: () => new Date(time.now()) },
    simulatorTime: time,
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
