/** The programs of other projects that a rehearsal runs, and the packages they come in. */
import { join } from 'node:path';
import { findProgram, versionsIn } from '../../test/support/processes.ts';

/** Where Debian keeps PostgreSQL's programs. */
const POSTGRES_HOME = '/usr/lib/postgresql';

/** Where each program is. */
export type Programs = Record<'initdb' | 'redis' | 'nginx' | 'openssl', string>;

/** Debian's package of each. */
const PACKAGES: Record<keyof Programs, string> = {
  initdb: 'postgresql',
  redis: 'redis-server',
  nginx: 'nginx-light',
  openssl: 'openssl',
};
const TITLES: Record<keyof Programs, string> = {
  initdb: 'PostgreSQL',
  redis: 'Redis',
  nginx: 'nginx',
  openssl: 'OpenSSL',
};

/** Finds all programs. @throws Error that names every missing one and the packages to install */
export function findPrograms(): Programs {
  const versions = versionsIn(POSTGRES_HOME).map((version) => join(POSTGRES_HOME, version, 'bin'));
  const found = {
    initdb: findProgram(['initdb'], versions),
    redis: findProgram(['redis-server', 'valkey-server']),
    nginx: findProgram(['nginx'], ['/usr/sbin']),
    openssl: findProgram(['openssl']),
  };
  const missing = (Object.keys(found) as (keyof Programs)[]).filter((name) => found[name] === null);
  if (missing.length === 0) return found as Programs;
  const titles = missing.map((name) => TITLES[name]).join(', ');
  const packages = missing.map((name) => PACKAGES[name]).join(' ');
  throw new Error(
    `A rehearsal runs the real programs, and these are not installed: ${titles}. On Debian: apt-get install ${packages}`,
  );
}
