/**
 * One process per data directory. PGlite takes no lock of its own, and a second process on the same directory destroys
 * data. The lock is a file that holds the owner's process id and host; it appears whole or not at all (a hard link), and
 * only the lock of a process that is gone is taken over.
 */
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Held until `release`. */
export interface DataLock {
  release(): void;
}

/** Locks this process holds. A file with our own id that is not among them is left from an earlier process of this id (containers). */
const held = new Set<string>();

/**
 * Takes the lock on a directory that exists.
 * @throws Error naming the owner and the directory and saying what to do, when a live process holds the lock
 */
export function takeDataLock(dataDir: string): DataLock {
  const path = join(dataDir, 'lock');
  const mine = `${process.pid} ${hostname()}\n`;
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, mine, { flag: 'wx', mode: 0o600 });
  try {
    while (!tryLink(draft, path)) takeOver(path, dataDir);
  } finally {
    rmSync(draft, { force: true });
  }
  held.add(path);
  return { release: () => release(path, mine) };
}

function tryLink(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Removes the lock when its owner is gone, else throws. Returns when the next try may succeed. */
function takeOver(path: string, dataDir: string): void {
  const owner = readIfThere(path);
  if (owner === null) return;
  refuseIfAlive(owner, path, dataDir);
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  // Another process may have taken over since the file was read: then this is a live lock and is put back.
  if (readFileSync(aside, 'utf8') !== owner) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function refuseIfAlive(owner: string, path: string, dataDir: string): void {
  const [, pidText = '', host = ''] = /^(\d+) (\S*)\n$/.exec(owner) ?? [];
  const pid = Number(pidText);
  const isOurs = pid === process.pid && host === hostname();
  const isGone = host === hostname() && (isOurs ? !held.has(path) : !isAlive(pid));
  if (isGone) return;
  const who = pidText === '' ? 'something unknown' : `process ${pidText} on ${host}`;
  throw new Error(
    `The data directory ${dataDir} is in use by ${who}; one process at a time may open it. Stop that process or choose another directory. If it is certain that no Poundkey runs on this directory, delete ${path} and start again.`,
  );
}

/** Signal 0 only asks; EPERM means that the process lives and belongs to somebody else. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !hasCode(error, 'ESRCH');
  }
}

function release(path: string, mine: string): void {
  if (!held.delete(path)) return;
  if (readIfThere(path) === mine) rmSync(path, { force: true });
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
