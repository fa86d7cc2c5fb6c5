/** Processes of a benchmark: started with an environment of their own, with a log file, and never left behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** How long a process may take to start, and to end by itself, ms. */
const START_MS = 90_000;
const END_MS = 15_000;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A process that runs. */
export interface BenchProcess {
  pid: number;
  child: ChildProcess;
  /** What it printed so far. */
  output(): string;
  /** Ends it in an orderly way, by force where that takes too long. */
  stop(): Promise<void>;
}

/** What to start. */
export interface Program {
  /** A TypeScript file. */
  file: URL;
  args?: string[];
  /** The whole environment: nothing is inherited. */
  environment?: Record<string, string>;
  /** Takes what it prints. */
  logFile: string;
  /** Options of Node.js. */
  nodeOptions?: string[];
  /** Whether it exchanges messages with us. */
  hasMessages?: boolean;
}

/** Starts a program with Node.js. */
export function startProgram(program: Program): BenchProcess {
  const log = openSync(program.logFile, 'a');
  const child = spawn(
    process.execPath,
    [...(program.nodeOptions ?? []), program.file.pathname, ...(program.args ?? [])],
    {
      env: program.environment ?? {},
      stdio: program.hasMessages ? ['ignore', log, log, 'ipc'] : ['ignore', log, log],
    },
  );
  closeSync(log);
  running.add(child);
  child.once('exit', () => running.delete(child));
  return {
    pid: child.pid ?? 0,
    child,
    output: () => readFileSync(program.logFile, 'utf8'),
    stop: () => end(child),
  };
}

/** Runs a program to its end and returns what it printed. @throws Error when it fails */
export async function runProgram(program: Program): Promise<string> {
  const started = startProgram(program);
  const [code] = await once(started.child, 'exit');
  const output = started.output();
  if (code !== 0) throw new Error(`${program.file.pathname} ended with ${code}:\n${output.slice(-2_000)}`);
  return output;
}

/**
 * Asks again and again until something is so.
 * @throws Error when the process ends before, or it takes too long; the message ends with what the process printed last
 */
export async function becomes(
  what: string,
  { child, output }: BenchProcess,
  isSo: () => Promise<boolean>,
  everyMs = 20,
): Promise<void> {
  const deadline = performance.now() + START_MS;
  while (performance.now() < deadline && child.exitCode === null) {
    if (await isSo().catch(() => false)) return;
    await pause(everyMs);
  }
  const reason = child.exitCode === null ? 'is not ready in time' : `ended with ${child.exitCode}`;
  throw new Error(`${what} ${reason}:\n${output().slice(-2_000)}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), END_MS);
  await exited;
  clearTimeout(force);
}
