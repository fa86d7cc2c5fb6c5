/** Where a rehearsal keeps its files, which ports it has, and the settings that its processes share. */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { newKeyRingText } from '../../src/platform/secrets/key-ring.ts';
import { newSigningRingText } from '../../src/platform/secrets/signing-ring.ts';
import { REHEARSAL_ACCOUNT } from '../../src/providers/rehearsal.ts';
import { freePorts } from '../../test/support/processes.ts';
import { quoted } from '../shell-word.ts';
import type { Programs } from './programs.ts';

/** Ports on loopback. Those of `ops` belong to the web processes and then the workers. */
interface Ports {
  postgres: number;
  redis: number;
  simulator: number;
  proxy: number;
  web: number[];
  ops: number[];
}

/** A prepared directory. */
export interface Place {
  directory: string;
  ports: Ports;
  /** The path that the proxy takes off. */
  prefix: string;
  publicUrl: string;
  databaseUrl: string;
  redisUrl: string;
  file(name: string): string;
}

/** The path under which the proxy serves Poundkey. */
const PREFIX = '/poundkey';
/** The longest name of a UNIX socket that every system takes, bytes (Linux: unix(7), 108 with the final zero). */
const LONGEST_SOCKET = 100;

/** The socket by which another terminal tells a rehearsal what to do. */
export const socketIn = (directory: string) => join(directory, 'control.sock');

/**
 * Prepares the directory: makes it, or takes up one that an earlier rehearsal has left.
 * @throws Error when it holds something else, or its name is too long
 */
export async function preparePlace(directory: string): Promise<Place> {
  if (Buffer.byteLength(socketIn(directory)) > LONGEST_SOCKET)
    throw new Error(
      `The name of the directory ${directory} is too long for a socket in it. Give a shorter --dir.`,
    );
  const known = join(directory, 'ports.json');
  if (existsSync(directory) && !existsSync(known) && readdirSync(directory).length > 0)
    throw new Error(
      `${directory} is not empty and no rehearsal made it. Give another --dir, or empty this directory.`,
    );
  mkdirSync(join(directory, 'log'), { recursive: true });
  // The servers' own accounts must get through to their folders; files with secrets are for their owner only.
  chmodSync(directory, 0o711);
  const ports: Ports = existsSync(known) ? JSON.parse(readFileSync(known, 'utf8')) : await choosePorts();
  writeFileSync(known, JSON.stringify(ports));
  const place = placeOf(directory, ports);
  if (!existsSync(place.file('settings.env'))) writePrivate(place.file('settings.env'), settingsOf(place));
  return place;
}

function placeOf(directory: string, ports: Ports): Place {
  return {
    directory,
    ports,
    prefix: PREFIX,
    publicUrl: `https://localhost:${ports.proxy}${PREFIX}`,
    databaseUrl: `postgres://poundkey@127.0.0.1:${ports.postgres}/postgres`,
    redisUrl: `redis://127.0.0.1:${ports.redis}`,
    file: (name) => join(directory, name),
  };
}

async function choosePorts(): Promise<Ports> {
  const [postgres = 0, redis = 0, simulator = 0, proxy = 0, ...others] = await freePorts(10);
  return { postgres, redis, simulator, proxy, web: others.slice(0, 2), ops: others.slice(2) };
}

/** What all of Poundkey's processes read, as production would have it. */
function settingsOf({ ports, publicUrl, databaseUrl, redisUrl }: Place): string {
  const settings = {
    NODE_ENV: 'production',
    REHEARSAL: 'true',
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    HASH_KEYS: newKeyRingText(),
    SEAL_KEYS: newKeyRingText(),
    SIGNING_KEYS: newSigningRingText(),
    PUBLIC_URL: publicUrl,
    PHONE_NETWORK: 'twilio',
    TWILIO_ACCOUNT_SID: REHEARSAL_ACCOUNT,
    TWILIO_AUTH_TOKEN: randomBytes(16).toString('hex'),
    TWILIO_API_BASE_URL: `http://127.0.0.1:${ports.simulator}`,
    // North American Numbering Plan: reserved for fiction.
    CALLER_LINE: '+12025550100',
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** Writes the file that a shell reads to work with the rehearsal: its settings, the key, the authority, PostgreSQL's programs. */
export function writeShell(place: Place, programs: Programs, authority: string): void {
  const lines = [
    'set -a',
    `. ${quoted(place.file('settings.env'))}`,
    `API_KEY="$(cat ${quoted(place.file('api-key'))})"`,
    `CA=${quoted(authority)}`,
    // So that `check` can ask the public address.
    `NODE_EXTRA_CA_CERTS=${quoted(authority)}`,
    `SIMULATOR="$TWILIO_API_BASE_URL"`,
    `PATH=${quoted(dirname(programs.initdb))}:"$PATH"`,
    'set +a',
  ];
  writePrivate(place.file('shell'), `${lines.join('\n')}\n`);
}

/** Writes a file that only its owner can read. */
export function writePrivate(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600 });
}
