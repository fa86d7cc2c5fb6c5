/** Server processes for tests: found on the machine, started on a free port in a directory of their own, and ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, closeSync, constants, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A server that runs for tests. */
export interface TestServer {
  url: string;
  /** Process id of the one that runs now. */
  readonly pid: number;
  /** Ends the server in an orderly way and removes its directory. */
  stop(): Promise<void>;
  /** Ends the server in an orderly way and starts it again on the same port with the same data. */
  restart(): Promise<void>;
  /** Ends the server in an orderly way, but keeps its data: `start` brings it back. */
  halt(): Promise<void>;
  /** Ends the server with SIGKILL. `start` brings it back. */
  kill(): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
  /** What it has printed so far. */
  log(): string;
}

/** The first of these programs that is on PATH or in one of the extra directories, or null. */
export function findProgram(names: string[], extraDirectories: string[] = []): string | null {
  const directories = [...(process.env.PATH ?? '').split(delimiter), ...extraDirectories];
  const candidates = names.flatMap((name) => directories.map((directory) => join(directory, name)));
  return candidates.find(isExecutable) ?? null;
}

/** Subdirectories of a directory, highest version first; none where it does not exist. */
export function versionsIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort((a, b) => Number(b) - Number(a));
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A TCP port on loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

/**
 * Where they are sought: below what systems give to those who name no port (Linux from 32768), as a connection could have
 * such a port by the time that the server starts.
 */
const FIRST_PORT = 11_000;
const LAST_PORT = 32_000;

/** So many different ones. */
export async function freePorts(count: number): Promise<number[]> {
  const servers: Server[] = [];
  while (servers.length < count) {
    const server = createServer().listen(randomInt(FIRST_PORT, LAST_PORT), '127.0.0.1');
    if (await isListening(server)) servers.push(server);
  }
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** False: somebody has the port. @throws the error of `listen`, if it is another one */
async function isListening(server: Server): Promise<boolean> {
  try {
    await once(server, 'listening');
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
    throw error;
  }
}

/** How to run one server program. */
export interface ServerProgram {
  command: string;
  args: string[];
  /** Where it keeps its files, and ours: what it prints goes to `log` in it, and is shown when it does not start. */
  directory: string;
  /** User and group to run as; our own when left out. */
  owner?: { uid: number; gid: number } | undefined;
  /** Ends it in an orderly way. */
  stopSignal: NodeJS.Signals;
  /** Resolves when the server answers, rejects while it does not. */
  probe(): Promise<void>;
}

/** How long a server may take to answer after its start, and to end, ms. A machine may have other things to do. */
const LONGEST_START_MS = 60_000;
const LONGEST_END_MS = 30_000;

/** Keeps one server program running: starts it, waits until it answers, ends it. */
export function createRunner(program: ServerProgram) {
  let child: ChildProcess | null = null;
  // Where the test run is ended from outside, nobody calls stop.
  const killWithUs = () => {
    child?.kill('SIGKILL');
    rmSync(program.directory, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once('exit', killWithUs);

  async function start(): Promise<void> {
    const deadline = Date.now() + LONGEST_START_MS;
    do {
      child = spawnLogged(program);
      if (await answers(child, program.probe, deadline)) return;
      // A server that was killed may leave children that hold its memory for a moment: try again.
      await end('SIGKILL');
      await pause(100);
    } while (Date.now() < deadline);
    throw new Error(
      `${program.command} does not start:\n${readFileSync(join(program.directory, 'log'), 'utf8').slice(-2_000)}`,
    );
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const running = child;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, 'exit');
    running.kill(signal);
    const force = setTimeout(() => running.kill('SIGKILL'), LONGEST_END_MS);
    await exited;
    clearTimeout(force);
  }

  return {
    start,
    halt: () => end(program.stopSignal),
    kill: () => end('SIGKILL'),
    pid: () => child?.pid ?? 0,
    log: () => readFileSync(join(program.directory, 'log'), 'utf8'),
    /** Removes its directory. Halt it first. */
    remove: () => {
      process.off('exit', killWithUs);
      rmSync(program.directory, { recursive: true, force: true });
    },
  };
}

function spawnLogged({ command, args, directory, owner }: ServerProgram): ChildProcess {
  const log = openSync(join(directory, 'log'), 'a');
  const child = spawn(command, args, { ...owner, stdio: ['ignore', log, log] });
  closeSync(log);
  return child;
}

async function answers(child: ChildProcess, probe: () => Promise<void>, deadline: number): Promise<boolean> {
  while (child.exitCode === null && Date.now() < deadline) {
    try {
      await probe();
      return true;
    } catch {
      await pause(20);
    }
  }
  return false;
}

/** User and group of an account. PostgreSQL and PgBouncer refuse to run as root. */
export function accountOf(name: string): { uid: number; gid: number } {
  const entry = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm').exec(readFileSync('/etc/passwd', 'utf8'));
  if (entry === null)
    throw new Error(`PostgreSQL and PgBouncer cannot run as root and there is no user ${name}.`);
  return { uid: Number(entry[1]), gid: Number(entry[2]) };
}
