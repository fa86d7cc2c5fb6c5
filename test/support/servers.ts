/** Real servers for tests, on loopback and on ports that were free. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { makeCertificate } from '../../scripts/rehearse/certificate.ts';
import { nginxConf } from '../../scripts/rehearse/nginx-conf.ts';
import { findBalancer, findMailServers } from './mail-programs.ts';
import {
  accountOf,
  createRunner,
  findProgram,
  freePort,
  type ServerProgram,
  type TestServer,
  versionsIn,
} from './processes.ts';

/** How long the making of a cluster may take, ms. */
const LONGEST_INITDB_MS = 60_000;
/** How long one look at a server that starts may take, ms. */
const LOOK_MS = 5_000;

/** Where Debian keeps PostgreSQL's programs. */
const POSTGRES_HOME = '/usr/lib/postgresql';

/** Programs of the servers, or null where they are not installed. */
export function findServers(): Record<
  'postgres' | 'redis' | 'pgbouncer' | 'nginx' | 'prometheus' | 'dovecot' | 'haproxy',
  string | null
> {
  const binaries = versionsIn(POSTGRES_HOME).map((version) => join(POSTGRES_HOME, version, 'bin'));
  return {
    postgres: findProgram(['initdb'], binaries),
    redis: findProgram(['redis-server', 'valkey-server'], ['/usr/local/bin', '/opt/homebrew/bin']),
    pgbouncer: findProgram(['pgbouncer'], ['/usr/sbin', '/opt/homebrew/bin']),
    nginx: findProgram(['openssl']) && findProgram(['nginx'], ['/usr/sbin', '/opt/homebrew/bin']),
    prometheus: findProgram(['prometheus']),
    dovecot: findMailServers()?.dovecot ?? null,
    haproxy: findBalancer(),
  };
}

/**
 * Starts PostgreSQL with a new, empty cluster; user `poundkey`, no password.
 * @param options.isDurable whether a commit waits until it is on disk, as in production; by default it does not
 * @param options.settings more settings of the server, NAME=VALUE
 */
export async function startPostgres(
  options: { isDurable?: boolean; settings?: string[] } = {},
): Promise<TestServer> {
  const initdb = findServers().postgres;
  if (initdb === null) throw new Error('PostgreSQL is not installed: apt-get install postgresql');
  const owner = process.getuid?.() === 0 ? accountOf('postgres') : undefined;
  const directory = mkdtempSync(join(tmpdir(), 'poundkey-postgres-'));
  if (owner) chownSync(directory, owner.uid, owner.gid);
  const data = join(directory, 'data');
  execFileSync(
    initdb,
    ['-D', data, '-U', 'poundkey', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    {
      ...owner,
      cwd: directory,
      timeout: LONGEST_INITDB_MS,
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const port = await freePort();
  const url = `postgres://poundkey@127.0.0.1:${port}/postgres`;
  const settings = [...(options.isDurable ? [] : ['fsync=off']), ...(options.settings ?? [])];
  return run(url, {
    command: join(initdb, '..', 'postgres'),
    args: [
      ...['-D', data, '-p', `${port}`, '-h', '127.0.0.1', '-k', '', '-N', '200'],
      ...settings.flatMap((setting) => ['-c', setting]),
    ],
    owner,
    directory,
    // PostgreSQL, shutdown modes: SIGINT is the fast one.
    stopSignal: 'SIGINT',
    probe: () => askPostgres(url),
  });
}

/**
 * Starts Redis, which keeps its data over a restart.
 * @param options.args more arguments for the server
 * @param options.password asked for by it, and by a master that it copies
 */
export async function startRedis(
  options: { args?: string[]; port?: number; password?: string } = {},
): Promise<TestServer> {
  const directory = mkdtempSync(join(tmpdir(), 'poundkey-redis-'));
  const { args: more = [], port = await freePort(), password } = options;
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', directory, '--appendonly', 'yes'];
  const guard = password === undefined ? [] : ['--requirepass', password, '--masterauth', password];
  return runRedis(
    `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${port}`,
    [...args, '--save', '', '--maxmemory-policy', 'noeviction', ...guard, ...more],
    directory,
  );
}

/**
 * Starts PgBouncer with its defaults in front of a database.
 * @param databaseUrl of a database without a password
 */
export async function startPgbouncer(
  databaseUrl: string,
  poolMode: 'session' | 'transaction',
): Promise<TestServer> {
  const command = findServers().pgbouncer;
  if (command === null) throw new Error('PgBouncer is not installed: apt-get install pgbouncer');
  const owner = process.getuid?.() === 0 ? accountOf('postgres') : undefined;
  const directory = mkdtempSync(join(tmpdir(), 'poundkey-pgbouncer-'));
  if (owner) chownSync(directory, owner.uid, owner.gid);
  const url = new URL(databaseUrl);
  const { hostname, port, username } = url;
  url.port = `${await freePort()}`;
  const file = join(directory, 'pgbouncer.ini');
  const settings = [
    `[databases]\n* = host=${hostname} port=${port} user=${username}\n[pgbouncer]`,
    `listen_addr = 127.0.0.1\nlisten_port = ${url.port}\nunix_socket_dir =\nauth_type = any`,
    `pool_mode = ${poolMode}\ndefault_pool_size = 60\n`,
  ];
  writeFileSync(file, settings.join('\n'));
  // A gentle end waits for clients in newer versions.
  const stopSignal = 'SIGKILL';
  return run(url.href, {
    command,
    args: [file],
    owner,
    directory,
    stopSignal,
    probe: () => askPostgres(url.href),
  });
}

/** nginx in front of web processes, with a certificate of its own making. */
export interface TestProxy extends TestServer {
  /** The certificate of the authority that vouches for it, PEM. */
  authority: string;
}

/** Starts nginx as a rehearsal does. @param options.port of the proxy; `prefix`: the path that it takes off; `more`: see `nginxConf` */
export async function startNginx(options: {
  port: number;
  webPorts: readonly number[];
  prefix: string;
  more?: string;
}): Promise<TestProxy> {
  const command = findServers().nginx;
  const openssl = findProgram(['openssl']);
  if (command === null || openssl === null)
    throw new Error('nginx or OpenSSL is not installed: apt-get install nginx-light openssl');
  const directory = mkdtempSync(join(tmpdir(), 'poundkey-nginx-'));
  const files = makeCertificate(openssl, directory);
  const user = process.getuid?.() === 0 ? 'root' : null;
  const file = join(directory, 'nginx.conf');
  writeFileSync(file, nginxConf({ ...options, directory, files, user }));
  const url = `https://localhost:${options.port}${options.prefix}`;
  const server = await run(url, {
    command,
    args: ['-p', directory, '-c', file, '-e', join(directory, 'error.log')],
    directory,
    stopSignal: 'SIGTERM',
    probe: () => askTcp(options.port),
  });
  return { ...server, authority: readFileSync(files.authority, 'utf8') };
}

/**
 * Starts Prometheus.
 * @param config the text of `prometheus.yml`
 * @param rules the text of the file `alerts.yml` beside it
 */
export async function startPrometheus(config: string, rules: string): Promise<TestServer> {
  const command = findServers().prometheus;
  if (command === null) throw new Error('Prometheus is not installed: apt-get install prometheus');
  const directory = mkdtempSync(join(tmpdir(), 'poundkey-prometheus-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const file = join(directory, 'prometheus.yml');
  writeFileSync(file, config);
  writeFileSync(join(directory, 'alerts.yml'), rules);
  const place = [`--storage.tsdb.path=${join(directory, 'data')}`, `--web.listen-address=127.0.0.1:${port}`];
  return run(url, {
    command,
    args: [`--config.file=${file}`, ...place],
    directory,
    stopSignal: 'SIGTERM',
    async probe() {
      const answer = await fetch(`${url}/-/ready`);
      if (!answer.ok) throw new Error(`not ready: ${answer.status}`);
    },
  });
}

/** Starts a sentinel. @param settings the lines of its configuration that say what it watches */
export async function startSentinel(settings: string[]): Promise<TestServer> {
  const directory = mkdtempSync(join(tmpdir(), 'poundkey-redis-'));
  const port = await freePort();
  // A sentinel keeps what it learns in its own configuration.
  const file = join(directory, 'sentinel.conf');
  writeFileSync(file, [`port ${port}`, 'bind 127.0.0.1', `dir ${directory}`, ...settings, ''].join('\n'));
  return runRedis(`redis://127.0.0.1:${port}`, [file, '--sentinel'], directory);
}

function runRedis(url: string, args: string[], directory: string): Promise<TestServer> {
  const command = findServers().redis;
  if (command === null) throw new Error('Redis is not installed: apt-get install redis-server');
  return run(url, { command, args, directory, stopSignal: 'SIGTERM', probe: () => askRedis(url) });
}

async function run(url: string, program: ServerProgram): Promise<TestServer> {
  const runner = createRunner(program);
  const stop = async () => {
    await runner.halt();
    runner.remove();
  };
  const restart = async () => {
    await runner.halt();
    await runner.start();
  };
  try {
    await runner.start();
  } catch (error) {
    await stop();
    throw error;
  }
  const { halt, kill, start, log } = runner;
  return {
    url,
    get pid() {
      return runner.pid();
    },
    stop,
    restart,
    halt,
    kill,
    start,
    log,
  };
}

async function askTcp(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
}

async function askPostgres(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: LOOK_MS });
  await client.connect();
  await client.end();
}

async function askRedis(url: string): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: LOOK_MS,
    commandTimeout: LOOK_MS,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined);
  await redis.connect();
  redis.disconnect();
}
