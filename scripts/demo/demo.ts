import type { Service } from '../../src/service.ts';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import type { Script } from '../../src/simulator/script.ts';
import type { Call } from './backend.ts';

/** What a scenario is played with. */
export interface Demo {
  service: Service;
  /** The MFA backend's client. */
  call: Call;
  /** The time of the service. */
  now(): Date;
  /** Prints a line with the time since the beginning. */
  say(line: string): void;
  /** Resolves when the next verification is finished. */
  finished(): Promise<unknown>;
  /** Sets what the person at the desk phone does from now on. */
  person(behaviour: ScenarioName | Script): void;
}

/** One scenario of the demo. */
export interface Scenario {
  /** For the list of scenarios. */
  what: string;
  /** How much faster than real time it runs, where that matters. */
  speed?: number;
  /** The pace of the caller line; any number of calls unless given, since a pace kept to the millisecond needs real time. */
  callsPerSecond?: number;
  /** Further settings of the service. Throws when something is missing that the scenario needs. */
  settings?(): Promise<Record<string, string>>;
  /** Plays it; throws when it does not go as described. */
  play(demo: Demo): Promise<void>;
}
