/**
 * One process per data directory. PGlite takes no lock of its own, and a second process on the same directory destroys
 * data.
 *
 * The lock is one of the operating system, on the file `lock.db`: it goes when its owner goes, however that ends, and
 * stays as long as its owner lives, even if it is stopped or busy. So it needs neither host names nor process ids, which
 * containers change and use again, nor clocks. SQLite, which is part of Node.js, is the way to such locks (SQLite, "File
 * Locking And Concurrency"); nothing is stored in the file.
 *
 * Beside it, the file `lock` says who the owner is. Versions without a lock of the operating system knew that file
 * alone, so it keeps them out, and a file that they left is taken over by their rule only: its process is gone.
 */
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Held until `release`. */
export interface DataLock {
  release(): void;
}

/** How long a lock that is held may be waited for, ms: two who take it at once hold each other up for a moment. */
const WAIT_MS = 300;
/** SQLite: SQLITE_BUSY, another process or another connection of this one has the lock. */
const BUSY = 5;
/** The second line of a file `lock` whose owner has the lock of the operating system too. */
const HELD_IN = 'lock.db';

/**
 * Takes the lock on a directory that exists.
 * @throws Error naming the owner and the directory and saying what to do, when a live process holds the lock or the
 * file system has no locks
 */
export function takeDataLock(dataDir: string): DataLock {
  const path = join(dataDir, 'lock');
  const mine = `${process.pid} ${hostname()}\n${HELD_IN}\n`;
  const held = takeSystemLock(dataDir, path);
  try {
    refuseIfAlive(path, dataDir);
    rmSync(path, { force: true });
    writeFileSync(path, mine, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    held.close();
    throw error;
  }
  let isReleased = false;
  return {
    release() {
      if (isReleased) return;
      isReleased = true;
      if (readIfThere(path) === mine) rmSync(path, { force: true });
      held.close();
    },
  };
}

/** Nothing else may open and close the file: the first close in a process ends all its locks on a file (POSIX, fcntl). */
function takeSystemLock(dataDir: string, ownerPath: string): DatabaseSync {
  const path = join(dataDir, 'lock.db');
  makeFile(path);
  const database = new DatabaseSync(path, { timeout: WAIT_MS });
  try {
    database.exec('pragma journal_mode = memory; begin exclusive');
    return database;
  } catch (cause) {
    database.close();
    if (isBusy(cause))
      throw inUse(
        ownerIn(readIfThere(ownerPath) ?? ''),
        dataDir,
        'Stop that process or choose another directory.',
      );
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `The data directory ${dataDir} cannot be locked: ${why}. Choose a directory on a file system with locks, such as a local disk.`,
      { cause },
    );
  }
}

/** Private from its first moment. The file stays for ever: removing it would let two processes lock two files. */
function makeFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}

/**
 * Throws when the file `lock` is of a process that may live, although the lock of the operating system is free: of a
 * version that did not take that.
 */
function refuseIfAlive(path: string, dataDir: string): void {
  const owner = readIfThere(path);
  if (owner === null || owner.endsWith(`\n${HELD_IN}\n`)) return;
  const [, pidText = '', host = ''] = /^(\d+) (\S*)\n$/.exec(owner) ?? [];
  // With our own id it is left from an earlier process: we have the other lock.
  const isGone = host === hostname() && (Number(pidText) === process.pid || !isAlive(Number(pidText)));
  if (isGone) return;
  throw inUse(
    ownerIn(owner),
    dataDir,
    `Stop that process or choose another directory. If it is certain that no Poundkey runs on this directory, delete ${path} and start again.`,
  );
}

function ownerIn(content: string): string {
  const [, pid, host] = /^(\d+) (\S*)\n/.exec(content) ?? [];
  return pid === undefined ? 'something unknown' : `process ${pid} on ${host}`;
}

function inUse(owner: string, dataDir: string, advice: string): Error {
  return new Error(
    `The data directory ${dataDir} is in use by ${owner}; one process at a time may open it. ${advice}`,
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

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && Number(error.errcode) % 256 === BUSY;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
