/** The desk: which phone does what when it is called. */
import { z } from 'zod';
import { SCENARIO_NAMES, SCENARIOS, type ScenarioName } from './scenarios.ts';
import { type Script, scriptSchema } from './script.ts';

/** The phones. Numbers are E.164. */
export interface Desk {
  /** Gives the phone of `number` a script or a scenario from now on. Throws `DeskError` for what is neither, or no number. */
  script(number: string, script: Script | ScenarioName): void;
  /** What the phone of `number` does; the default script for a number nobody scripted. */
  scriptFor(number: string): Script;
  /** The phones that were scripted, in order of their first scripting; `scenario` is null for a script of its own. */
  phones(): { number: string; scenario: ScenarioName | null; script: Script }[];
}

/** A number or a script makes no sense; the message says what is allowed. */
export class DeskError extends Error {
  override name = 'DeskError';
}

/** A desk whose unknown phones follow `defaultScript`. Throws `DeskError` when that is no script. */
export function createDesk(defaultScript: Script | ScenarioName): Desk {
  const otherwise = readScript(defaultScript);
  const phones = new Map<string, ReturnType<typeof readScript>>();
  return {
    script(number, script) {
      if (!/^\+[1-9]\d{6,14}$/.test(number))
        throw new DeskError('A desk phone has an E.164 number: a plus sign and 7 to 15 digits.');
      phones.set(number, readScript(script));
    },
    scriptFor: (number) => (phones.get(number) ?? otherwise).script,
    phones: () => [...phones].map(([number, phone]) => ({ number, ...phone })),
  };
}

function readScript(given: unknown): { scenario: ScenarioName | null; script: Script } {
  if (typeof given === 'string') {
    const scenario = SCENARIO_NAMES.find((name) => name === given);
    if (!scenario) throw new DeskError(`There is no such scenario. Allowed: ${SCENARIO_NAMES.join(', ')}.`);
    return { scenario, script: SCENARIOS[scenario] as Script };
  }
  const script = scriptSchema.safeParse(given);
  if (!script.success) throw new DeskError(`This is not a script:\n${z.prettifyError(script.error)}`);
  return { scenario: null, script: script.data };
}
