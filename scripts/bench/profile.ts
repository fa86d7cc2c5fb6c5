/** CPU profiles of Node.js processes, and where in them the time went. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { number, type Table } from './table.ts';

/** Options of Node.js that write a profile when the process ends in an orderly way. */
export function profileOptions(directory: string | null): string[] {
  return directory === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${directory}`];
}

/** A part of a profile's time, in milliseconds of the monotonic clock. */
export interface Window {
  from: number;
  to: number;
}

/** Now, on the clock that profiles have. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

const Profile = z.object({
  nodes: z.array(
    z.object({ id: z.number(), callFrame: z.object({ functionName: z.string(), url: z.string() }) }),
  ),
  startTime: z.number(),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

const MOST_FUNCTIONS = 15;

/** Where the CPU went in all profiles of a directory within a window: by library, and the functions that took most. */
export function profileTables(id: string, directory: string, window: Window): Table[] {
  const totals = { library: new Map<string, number>(), function: new Map<string, number>() };
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.cpuprofile')))
    addProfile(join(directory, file), window, totals);
  const tables = [
    ['library', 'by library or part of Node.js', Number.POSITIVE_INFINITY],
    ['function', 'the functions that took most themselves', MOST_FUNCTIONS],
  ] as const;
  return tables.map(([kind, about, most]) => ({
    id: `profile-${kind}`,
    title: `CPU of ${id}, ${about}`,
    columns: [kind, 'ms', 'share of busy time'],
    rows: rowsOf(totals[kind], most),
    isPrintedOnly: true,
  }));
}

function addProfile(
  file: string,
  { from, to }: Window,
  totals: Record<'library' | 'function', Map<string, number>>,
): void {
  const profile = Profile.parse(JSON.parse(readFileSync(file, 'utf8')));
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  let at = profile.startTime / 1000;
  for (const [index, sample] of profile.samples.entries()) {
    const ms = (profile.timeDeltas[index] ?? 0) / 1000;
    at += ms;
    const frame = frames.get(sample);
    if (!frame || at < from || at > to || frame.functionName === '(idle)') continue;
    const library = libraryOf(frame);
    add(totals.library, library, ms);
    add(totals.function, `${frame.functionName || '(anonymous)'} in ${library}`, ms);
  }
}

function add(totals: Map<string, number>, key: string, ms: number): void {
  totals.set(key, (totals.get(key) ?? 0) + ms);
}

/** A package, a module of Node.js, a folder of ours, or what V8 does itself. */
function libraryOf({ functionName, url }: { functionName: string; url: string }): string {
  const [, library] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (library) return library;
  const [, own] = /\/((?:src|scripts)\/(?:[\w-]+\/)*)[\w.-]+$/.exec(url) ?? [];
  if (own) return own;
  if (url.startsWith('node:')) return url.split('/').slice(0, 2).join('/');
  // Whom a write wakes up may take the core at once, and the profile goes on counting.
  if (/^write(v|Buffer|\w*String)$/.test(functionName)) return 'writes, and waits for a core after them';
  return functionName.startsWith('(') ? functionName : 'other native code';
}

function rowsOf(totals: Map<string, number>, most: number): string[][] {
  const sum = [...totals.values()].reduce((total, ms) => total + ms, 0);
  return [...totals]
    .sort(([, a], [, b]) => b - a)
    .filter(([, ms], index) => index < most && ms / sum >= 0.002)
    .map(([key, ms]) => [key, number(ms), `${number((100 * ms) / sum, 1)} %`]);
}
