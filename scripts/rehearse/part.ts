/** One process of a rehearsal: started, looked at until it answers, and ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** How long a process may take to answer, ms. A machine may have other things to do. */
const LONGEST_START_MS = 120_000;
/** Between two looks, ms. */
const LOOK_EVERY_MS = 100;
/** How much of a log a failure shows, characters. */
const SHOWN = 1_500;

/** What to run. */
export interface PartOptions {
  name: string;
  /** What it is, for people. */
  what: string;
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  /** User and group to run as; our own when left out. */
  owner?: { uid: number; gid: number } | undefined;
  cwd?: string;
  logFile: string;
  /** Ends it in an orderly way, which may take this long, ms; then it is killed. */
  stopSignal: NodeJS.Signals;
  stopLimitMs: number;
  /** Resolves when it answers, rejects while it does not. */
  probe(): Promise<unknown>;
}

/** A process that can be started and ended again and again. */
export interface Part extends Pick<PartOptions, 'name' | 'what' | 'logFile'> {
  /** The id of its process; null while it does not run. */
  pid(): number | null;
  /** Resolves when it answers. Rejects with the end of its log when it ends before, or never answers. */
  start(): Promise<void>;
  /** Resolves when it has ended. @param limitMs after which it is killed, ms */
  stop(limitMs?: number): Promise<void>;
  /** Ends it at once, as a power cut does. */
  kill(): Promise<void>;
}

/** Makes a part; it does not run yet. */
export function createPart(options: PartOptions): Part {
  const { name, what, logFile, probe } = options;
  let child: ChildProcess | null = null;
  const isRunning = () => child !== null && child.exitCode === null && child.signalCode === null;
  const part: Part = {
    name,
    what,
    logFile,
    pid: () => (isRunning() ? (child?.pid ?? null) : null),
    async start() {
      if (isRunning()) return;
      const started = spawnLogged(options);
      child = started;
      const deadline = Date.now() + LONGEST_START_MS;
      while (part.pid() !== null && child === started && Date.now() < deadline) {
        if (await answers(probe)) return;
        await pause(LOOK_EVERY_MS);
      }
      const log = readFileSync(logFile, 'utf8').slice(-SHOWN);
      throw new Error(`${name} (${what}) does not start. The end of ${logFile}:\n${log}`);
    },
    async stop(limitMs = options.stopLimitMs) {
      const ending = child;
      if (!isRunning() || ending === null) return;
      const ended = once(ending, 'exit');
      ending.kill(options.stopSignal);
      const force = setTimeout(() => ending.kill('SIGKILL'), limitMs);
      await ended;
      clearTimeout(force);
    },
    async kill() {
      const dying = part.pid() === null ? null : child;
      if (dying === null) return;
      const ended = once(dying, 'exit');
      dying.kill('SIGKILL');
      await ended;
    },
  };
  return part;
}

async function answers(probe: () => Promise<unknown>): Promise<boolean> {
  try {
    await probe();
    return true;
  } catch {
    return false;
  }
}

/** In a process group of its own, so that Ctrl-C reaches the rehearsal alone, which ends the parts in order. */
function spawnLogged({ command, args, env, owner, cwd, logFile }: PartOptions): ChildProcess {
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(command, args, { ...owner, cwd, env, detached: true, stdio: ['ignore', log, log] });
  // Said by the log, and by start().
  child.on('error', () => undefined);
  closeSync(log);
  return child;
}
