/** `npm run rehearse` for tests, as somebody at a terminal runs it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { vi } from 'vitest';
import { PROJECT } from './lint.ts';
import { findProgram } from './processes.ts';
import { findServers } from './servers.ts';

/** Starting eight processes takes a while on a busy machine. */
export const REHEARSAL_START_MS = 240_000;
const PATIENTLY = { timeout: REHEARSAL_START_MS - 5_000, interval: 200 };

/** Whether all the programs are here; without them its tests are left out, with a message. */
export function canRehearse(): boolean {
  const { postgres, redis } = findServers();
  const others = [findProgram(['nginx'], ['/usr/sbin']), findProgram(['openssl']), findProgram(['curl'])];
  if ([postgres, redis, ...others].every((program) => program !== null)) return true;
  const message =
    'The rehearsal is left out: to run it, apt-get install postgresql redis-server nginx-light openssl curl';
  if (process.env.REQUIRE_SERVERS === '1') throw new Error(message);
  process.stderr.write(`${message}\n`);
  return false;
}

/** A rehearsal that runs. */
export interface RunningRehearsal {
  process: ChildProcess;
  output(): string;
  /** Ends it with Ctrl-C's signal and resolves with its exit code. */
  end(): Promise<number | null>;
}

/** Starts it in a directory and resolves when it has said what runs where. @throws Error when it ends before */
export async function startRehearsal(directory: string, options: string[] = []): Promise<RunningRehearsal> {
  const child = spawn('npm', ['run', '-s', 'rehearse', '--', '--dir', directory, ...options], {
    cwd: PROJECT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  const exited = once(child, 'close');
  const ready = vi.waitFor(() => {
    if (!output.includes('Ctrl-C here ends everything')) throw new Error(`not ready: ${output}`);
  }, PATIENTLY);
  const over = exited.then(([code]) => {
    throw new Error(`The rehearsal ended with ${code}: ${output}`);
  });
  await Promise.race([ready, over]);
  over.catch(() => undefined);
  return {
    process: child,
    output: () => output,
    async end() {
      if (child.exitCode === null) child.kill('SIGINT');
      const [code] = await exited;
      return code as number | null;
    },
  };
}

/** The ids of the processes in a list that it printed. */
export function processIdsIn(output: string): number[] {
  return [...output.matchAll(/^ *[a-z]+(?:-\d)? +(\d+) {2}/gm)].map(([, pid]) => Number(pid));
}

/** Which of these processes still run. */
export const stillRunning = (pids: number[]): number[] => pids.filter((pid) => existsSync(`/proc/${pid}`));
