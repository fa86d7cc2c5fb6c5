/** Starts one PostgreSQL and one Redis for the whole run and ends them afterwards. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { PROJECT } from './lint.ts';
import type { TestServer } from './processes.ts';
import { findServers, startPostgres, startRedis } from './servers.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Null where PostgreSQL is not installed. */
    postgresUrl: string | null;
    /** Null where Redis is not installed. */
    redisUrl: string | null;
    /** A directory for the files of this run; removed at its end. */
    runDirectory: string;
    /** The same within the project, for programs that load its packages. */
    buildDirectory: string;
  }
}

/** Called by vitest once per run; what it returns is called at the end. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const found = findServers();
  sayWhatIsLeftOut(found);
  const runDirectory = mkdtempSync(join(tmpdir(), 'poundkey-test-'));
  const buildDirectory = join(PROJECT, 'dist', basename(runDirectory));
  const removeDirectories = () => {
    for (const directory of [runDirectory, buildDirectory])
      rmSync(directory, { recursive: true, force: true });
  };
  process.once('exit', removeDirectories);
  const starting = [found.postgres && startPostgres(), found.redis && startRedis()];
  const started = await Promise.allSettled(starting);
  const servers = started.map((result) => (result.status === 'fulfilled' && result.value) || null);
  const teardown = async () => {
    await Promise.all(servers.map((server) => server?.stop()));
    removeDirectories();
  };
  const failure = started.find((result) => result.status === 'rejected');
  if (failure) {
    await teardown();
    throw failure.reason;
  }
  const [postgres, redis] = servers as Array<TestServer | null>;
  project.provide('postgresUrl', postgres?.url ?? null);
  project.provide('redisUrl', redis?.url ?? null);
  project.provide('runDirectory', runDirectory);
  project.provide('buildDirectory', buildDirectory);
  return teardown;
}

function sayWhatIsLeftOut(found: ReturnType<typeof findServers>): void {
  const names = {
    postgres: 'PostgreSQL',
    redis: 'Redis',
    pgbouncer: 'PgBouncer',
    nginx: 'nginx',
    prometheus: 'Prometheus',
    dovecot: 'Dovecot or the mail module of nginx',
    haproxy: 'HAProxy',
  } as const;
  const programs = Object.keys(names) as Array<keyof typeof names>;
  const missing = programs.filter((program) => found[program] === null).map((program) => names[program]);
  if (missing.length === 0) return;
  const message = `Tests on ${missing.join(' and ')} are left out: not installed. To run them: apt-get install redis-server postgresql pgbouncer nginx-light openssl prometheus libnginx-mod-mail dovecot-imapd dovecot-pop3d dovecot-submissiond haproxy curl`;
  if (process.env.REQUIRE_SERVERS === '1') throw new Error(message);
  process.stderr.write(`${message}\n`);
}
