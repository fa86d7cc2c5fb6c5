/**
 * Makes package-lock.json good for every npm, on every platform and behind every registry:
 *   node scripts/complete-lock.mjs [--check] [file]
 * npm leaves packages for other platforms out of the lock where its registry lacks them, and `npm ci` of npm 11 and 12 then
 * refuses that very lock. Their entries are added here, without a hash, since there was nothing to hash. Addresses of
 * registries are taken out, so that `npm ci` uses the one that is configured. With --check nothing is written: what is wrong
 * is listed, and the exit code is 1.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const PLATFORMS = {
  android: 'android',
  darwin: 'darwin',
  freebsd: 'freebsd',
  linux: 'linux',
  netbsd: 'netbsd',
  openbsd: 'openbsd',
  openharmony: 'openharmony',
  sunos: 'sunos',
  win32: 'win32',
  windows: 'win32',
};
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];

const flags = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const [file = 'package-lock.json'] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const lock = JSON.parse(readFileSync(file, 'utf8'));

const missing = findMissing(lock.packages);
const addressed = Object.entries(lock.packages).filter(([, entry]) => /^https?:/.test(entry.resolved ?? ''));
const findings = [
  ...missing.map(({ path, entry }) => `missing: ${path} ${entry.version}`),
  ...addressed.map(([path]) => `names a registry: ${path}`),
];

for (const finding of findings) console.log(finding);
if (flags.includes('--check')) {
  if (findings.length > 0) console.log('Run: node scripts/complete-lock.mjs');
  process.exitCode = findings.length > 0 ? 1 : 0;
} else if (findings.length > 0) {
  for (const { path, entry } of missing) lock.packages[path] = entry;
  for (const [, entry] of addressed) delete entry.resolved;
  const inOrder = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(inOrder) }, null, 2)}\n`);
}

/** Entries that some package's optional dependencies ask for and that are nowhere it would look. */
function findMissing(packages) {
  const found = new Map();
  for (const [parent, { optionalDependencies = {}, dev }] of Object.entries(packages)) {
    for (const [name, range] of Object.entries(optionalDependencies)) {
      if (placesToLook(parent, name).some((path) => packages[path])) continue;
      const path = `node_modules/${name}`;
      found.set(path, { path, entry: entryFor(name, range, dev) });
    }
  }
  return [...found.values()];
}

/** Node looks in the package's own node_modules, then in those of the packages around it. */
function placesToLook(parent, name) {
  const parts = parent === '' ? [] : parent.split('/node_modules/');
  const around = parts.map((_, index) => parts.slice(0, parts.length - index).join('/node_modules/'));
  return [...around.map((outer) => `${outer}/node_modules/${name}`), `node_modules/${name}`];
}

/** Such packages carry their platform in their name, as in `linux-arm64-musl`. */
function entryFor(name, range, dev) {
  const words = name.split(/[/@.-]/);
  const os = words.map((word) => PLATFORMS[word]).find((platform) => platform);
  if (!os)
    throw new Error(
      `${name} is missing from ${file}, and its name tells no platform: install it, or add it by hand.`,
    );
  const cpu = words.find((word) => PROCESSORS.includes(word));
  return {
    version: range.replace(/^[\^~]/, ''),
    ...(cpu && { cpu: [cpu] }),
    ...(dev && { dev: true }),
    ...(words.includes('musl') && { libc: ['musl'] }),
    optional: true,
    os: [os],
  };
}
