/** Runs a TypeScript file as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** As the scripts of package.json start what they run. */
const COMPILE_CACHE = new URL('../../src/platform/compile-cache.mjs', import.meta.url).pathname;

/** A process that was started with `startScript`. */
export interface RunningScript {
  process: ChildProcess;
  /** Everything it has printed so far. */
  output(): string;
  /** Resolves when it is over. */
  exit: Promise<{ code: number | null; output: string }>;
}

/**
 * Starts `node <file> <args>`; files are given as URLs relative to the test.
 * @param environment added to this process's own
 */
export function startScript(
  file: URL,
  args: string[],
  environment: Record<string, string> = {},
): RunningScript {
  const child = spawn(process.execPath, ['--import', COMPILE_CACHE, file.pathname, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  let output = '';
  const keep = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const exit = once(child, 'close').then(([code]) => ({ code: code as number | null, output }));
  return { process: child, output: () => output, exit };
}
