/** Builds the package `poundkey-client` in `dist/client-package/`, ready for `npm pack` and `npm publish`. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyClientSource } from './build-client/client-source.ts';
import { describePackage } from './build-client/package-description.ts';

const PROJECT = join(import.meta.dirname, '..');
const SOURCE = join(PROJECT, 'dist/client-source');
const PACKAGE = join(PROJECT, 'dist/client-package');
/** What comes along as it is. */
const COPIED = ['src/client/README.md', 'src/client/CHANGELOG.md', 'docs/verification-job.schema.json'];

const inProject = (path: string) => join(PROJECT, path);

for (const folder of [SOURCE, PACKAGE]) rmSync(folder, { recursive: true, force: true });
const entries = { 'index.ts': inProject('src/client.ts'), 'queue.ts': inProject('src/client/queue.ts') };
await copyClientSource(entries, SOURCE);
// Comments are of use beside the types; once more in what runs they are a tenth of the package.
const [types, code] = [['--emitDeclarationOnly'], ['--declaration', 'false', '--removeComments']];
for (const how of [types, code]) {
  const tsc = [inProject('node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', ...how];
  execFileSync(process.execPath, tsc, { cwd: PROJECT, stdio: 'inherit' });
}
for (const path of COPIED) copyFileSync(inProject(path), join(PACKAGE, path.replace(/^.*\//, '')));
const description = describePackage(JSON.parse(readFileSync(inProject('package.json'), 'utf8')));
writeFileSync(join(PACKAGE, 'package.json'), `${JSON.stringify(description, null, 2)}\n`);
rmSync(SOURCE, { recursive: true });
console.log('Built dist/client-package. Pack it: npm pack ./dist/client-package');
