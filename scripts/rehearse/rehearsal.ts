/** A whole rehearsal: everything started in order, told to stop or start by name, and ended without a trace. */
import { execFile } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { makeCertificate } from './certificate.ts';
import type { Part } from './part.ts';
import { createParts, PROJECT } from './parts.ts';
import { type Place, preparePlace, writePrivate, writeShell } from './place.ts';
import { findPrograms } from './programs.ts';

/** How long a process may take to end when all do, ms: nobody is on the phone. */
const LAST_END_MS = 10_000;

/** What can be done to a process. */
export type Action = 'start' | 'stop' | 'restart' | 'kill';

/** A rehearsal. */
export interface Rehearsal {
  place: Place;
  parts: readonly Part[];
  /** Starts everything. @param say hears what happens */
  start(say: (line: string) => void): Promise<void>;
  /**
   * Does something to processes, one after the other.
   * @throws Error for a name that there is none of, and when one does not start
   */
  act(action: Action, names: string[]): Promise<void>;
  /** Ends everything that still runs, the proxy first and the stores last; no more starts. */
  end(): Promise<void>;
  /** Kills everything that still runs, at once. */
  kill(): void;
  /** Removes its directory. */
  remove(): void;
}

/** Prepares a rehearsal in a directory. @throws Error when a program is missing, or the directory cannot be used */
export async function prepareRehearsal(directory: string): Promise<Rehearsal> {
  const programs = findPrograms();
  const place = await preparePlace(directory);
  const files = makeCertificate(programs.openssl, directory);
  const { stores, simulator, poundkey, proxy } = createParts({ place, programs, files });
  const parts = [...stores, simulator, ...poundkey, proxy];
  let isEnding = false;
  const startPart = async (part: Part) => {
    if (isEnding) throw new Error('The rehearsal is ending.');
    await part.start();
  };
  const startAll = (some: Part[]) => Promise.all(some.map(startPart));
  const does: Record<Action, (part: Part) => Promise<void>> = {
    start: startPart,
    stop: (part) => part.stop(),
    async restart(part) {
      await part.stop();
      await startPart(part);
    },
    kill: (part) => part.kill(),
  };
  return {
    place,
    parts,
    async start(say) {
      say('PostgreSQL, Redis and the simulator start …');
      await startAll([...stores, simulator]);
      if (!existsSync(place.file('api-key'))) await createTenant(place);
      writeShell(place, programs, files.authority);
      say('The proxy and four processes of Poundkey start …');
      // First the proxy: a web process asks its public address when it starts.
      await startPart(proxy);
      await startAll(poundkey);
    },
    async act(action, names) {
      for (const part of names.map((name) => named(parts, name))) await does[action](part);
    },
    async end() {
      isEnding = true;
      for (const some of [[proxy], poundkey, [simulator], stores])
        await Promise.all(some.map((part) => part.stop(LAST_END_MS)));
    },
    kill() {
      isEnding = true;
      for (const part of parts) void part.kill();
    },
    remove: () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }),
  };
}

function named(parts: readonly Part[], name: string): Part {
  const part = parts.find((each) => each.name === name);
  if (part) return part;
  throw new Error(`There is no process "${name}". Use one of: ${parts.map((each) => each.name).join(', ')}.`);
}

/** Makes a tenant with an API key, as an operator does. */
async function createTenant(place: Place): Promise<void> {
  await runPoundkey(place, ['create-tenant', 'rehearsal', 'Rehearsal', '--all-countries']);
  writePrivate(
    place.file('api-key'),
    await runPoundkey(place, [
      'create-key',
      'rehearsal',
      'backend',
      '--scopes',
      'read,verifications:write,users:write,policy:write',
    ]),
  );
}

async function runPoundkey(place: Place, words: string[]): Promise<string> {
  const args = [`--env-file=${place.file('settings.env')}`, 'scripts/poundkey.ts', ...words];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: PROJECT, env: {} });
  return stdout;
}
