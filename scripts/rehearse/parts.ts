/** What a rehearsal consists of, process by process. */
import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { accountOf } from '../../test/support/processes.ts';
import type { CertificateFiles } from './certificate.ts';
import { nginxConf } from './nginx-conf.ts';
import { createPart, type Part, type PartOptions } from './part.ts';
import type { Place } from './place.ts';
import type { Programs } from './programs.ts';

/** The project's folder. */
export const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
/** How long a server may take to end, ms; and a process of Poundkey, whose live calls are answered for up to a minute. */
const SERVER_END_MS = 20_000;
const POUNDKEY_END_MS = 75_000;
/** How long one look may take, ms. */
const LOOK_MS = 3_000;

/** Everything, in the order in which it starts. */
export interface Parts {
  stores: Part[];
  simulator: Part;
  proxy: Part;
  poundkey: Part[];
}

/** What the parts need. */
interface PartsDeps {
  place: Place;
  programs: Programs;
  files: CertificateFiles;
}

/** Describes all processes; none runs yet. */
export function createParts(deps: PartsDeps): Parts {
  const roles = ['web', 'web', 'worker', 'worker'] as const;
  return {
    stores: [postgres(deps), redis(deps)],
    simulator: simulator(deps),
    poundkey: roles.map((role, index) => poundkey(deps, role, index)),
    proxy: proxy(deps),
  };
}

function partOf(
  place: Place,
  options: Omit<PartOptions, 'logFile' | 'stopSignal' | 'stopLimitMs'> & Partial<PartOptions>,
): Part {
  const ending = { stopSignal: 'SIGTERM', stopLimitMs: SERVER_END_MS } as const;
  return createPart({ ...ending, logFile: place.file(join('log', `${options.name}.log`)), ...options });
}

function makeCluster(initdb: string, home: string, owner?: { uid: number; gid: number }): void {
  mkdirSync(home, { recursive: true });
  if (owner) chownSync(home, owner.uid, owner.gid);
  const args = [
    '-D',
    join(home, 'data'),
    '-U',
    'poundkey',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
  ];
  try {
    execFileSync(initdb, args, { ...owner, cwd: home, stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (cause) {
    const hint = owner
      ? ` As root, PostgreSQL runs as the user postgres, who must be able to enter every folder above ${home}: give another --dir, or do not run this as root.`
      : '';
    throw new Error(`The database cannot be made. ${(cause as Error).message}${hint}`, { cause });
  }
}

/** PostgreSQL refuses to run as root. */
function postgres({ place, programs }: PartsDeps): Part {
  const { databaseUrl, ports } = place;
  const home = place.file('postgres');
  const owner = process.getuid?.() === 0 ? accountOf('postgres') : undefined;
  const data = join(home, 'data');
  if (!existsSync(data)) makeCluster(programs.initdb, home, owner);
  return partOf(place, {
    name: 'postgres',
    what: `PostgreSQL, ${databaseUrl}`,
    command: join(dirname(programs.initdb), 'postgres'),
    args: ['-D', data, '-p', `${ports.postgres}`, '-h', '127.0.0.1', '-k', ''],
    owner,
    cwd: home,
    // PostgreSQL, shutdown modes: SIGINT is the fast one.
    stopSignal: 'SIGINT',
    async probe() {
      const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: LOOK_MS });
      await client.connect();
      await client.end();
    },
  });
}

function redis({ place, programs }: PartsDeps): Part {
  const { ports, redisUrl } = place;
  const directory = place.file('redis');
  mkdirSync(directory, { recursive: true });
  const keeping = ['--appendonly', 'yes', '--maxmemory-policy', 'noeviction'];
  return partOf(place, {
    name: 'redis',
    what: `Redis, ${redisUrl}`,
    command: programs.redis,
    args: ['--port', `${ports.redis}`, '--bind', '127.0.0.1', '--dir', directory, ...keeping],
    async probe() {
      const client = new Redis(redisUrl, {
        lazyConnect: true,
        connectTimeout: LOOK_MS,
        retryStrategy: () => null,
      });
      client.on('error', () => undefined);
      await client.connect();
      client.disconnect();
    },
  });
}

function simulator({ place, files }: PartsDeps): Part {
  const url = `http://127.0.0.1:${place.ports.simulator}`;
  const program = fileURLToPath(new URL('simulator.ts', import.meta.url));
  return partOf(place, {
    name: 'simulator',
    what: `the provider: a simulator with Twilio's API, ${url}`,
    command: process.execPath,
    args: [...options(place), program],
    // It sends its webhooks through the proxy, whose certificate only this authority vouches for.
    env: { NODE_EXTRA_CA_CERTS: files.authority },
    cwd: PROJECT,
    probe: () => look(`${url}/desk-phones`),
  });
}

function poundkey({ place, files }: PartsDeps, role: 'web' | 'worker', index: number): Part {
  const { ops, web } = place.ports;
  const opsUrl = `http://127.0.0.1:${ops[index]}`;
  return partOf(place, {
    name: `${role}-${(index % web.length) + 1}`,
    what: `Poundkey, ROLE=${role}, operators' port ${opsUrl}`,
    command: process.execPath,
    args: [...options(place), 'src/main.ts'],
    // A web process asks its public address, whose certificate only this authority vouches for.
    env: {
      ...{ ROLE: role, PORT: `${web[index] ?? 0}`, OPS_PORT: `${ops[index]}` },
      NODE_EXTRA_CA_CERTS: files.authority,
    },
    cwd: PROJECT,
    stopLimitMs: POUNDKEY_END_MS,
    probe: () => look(`${opsUrl}/readyz`),
  });
}

function proxy({ place, programs, files }: PartsDeps): Part {
  const { ports, prefix, publicUrl } = place;
  const directory = place.file('nginx');
  mkdirSync(directory, { recursive: true });
  const user = process.getuid?.() === 0 ? 'root' : null;
  const text = nginxConf({ directory, port: ports.proxy, webPorts: ports.web, prefix, files, user });
  writeFileSync(join(directory, 'nginx.conf'), text);
  const authority = readFileSync(files.authority);
  return partOf(place, {
    name: 'nginx',
    what: `the proxy, ${publicUrl}`,
    command: programs.nginx,
    args: ['-p', directory, '-c', join(directory, 'nginx.conf'), '-e', join(directory, 'error.log')],
    probe: () =>
      new Promise((resolve, reject) => {
        const asked = get(publicUrl, { ca: authority, agent: false }, (answer) => resolve(answer.resume()));
        asked.on('error', reject).setTimeout(LOOK_MS, () => asked.destroy(new Error('no answer')));
      }),
  });
}

/** The environment has nothing of the caller's own, which would win over the file. */
const options = (place: Place) => [
  `--env-file=${place.file('settings.env')}`,
  '--import=./src/platform/compile-cache.mjs',
];

async function look(url: string): Promise<void> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(LOOK_MS) });
  await answer.text();
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
}
