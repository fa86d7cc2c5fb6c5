import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Plugin, rolldown } from 'rolldown';

const PROJECT = join(import.meta.dirname, '../..');
const SOURCES = join(PROJECT, 'src');
/** Where `npm run build` writes to. */
const DIRECTORY = join(PROJECT, 'dist/service');
/** What the service starts with. */
const ENTRY = join(SOURCES, 'main.ts');

/** Packages that stay as they are installed. */
const INSTALLED = [
  // They look for files beside their code: WebAssembly, workers, pages.
  ...['@electric-sql/pglite', 'pino', '@bull-board/api', '@bull-board/express', 'msgpackr'],
  // Half of it is loaded only when it is used, which a bundle would undo: 26 MB of memory.
  'twilio',
  // Whoever wants traces installs them beside Poundkey.
  ...Object.keys(JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')).peerDependencies),
];

/** Packages that know where their code is only for what Poundkey does not use. */
const UNUSED_PLACES: Readonly<Record<string, string>> = {
  bullmq: 'processors in files of their own',
  ioredis: 'the option showFriendlyErrorStack',
};

/** A source that asks where it is in another way than by `url` and `dirname`, or resolves a file and not a package. */
const UNKNOWN_PLACE = /\bimport\.meta\b(?!\.(?:url|dirname)\b|\.resolve\('[^.])/;

/** What code says that needs to know where its file is. */
const PLACE = /\bimport\.meta\b|\b__dirname\b|\b__filename\b|\brequire\.resolve\b/;

/**
 * Bundles the service into a few files, so that a start need not find, read and compile two thousand. Other files that the
 * sources read stay where they are: the bundle is of use only beside `src`, `node_modules` and `twiml`.
 * @param directory where the bundle is written, within the project; what is there is removed
 * @returns the file that the service starts with, and how long the code is, bytes
 * @throws Error when a package needs to know where its file is, and so cannot be part of a bundle
 */
export async function bundleService(directory = DIRECTORY): Promise<{ main: URL; bytes: number }> {
  const bundle = await rolldown({
    input: { main: ENTRY },
    platform: 'node',
    external: isInstalled,
    plugins: [allowMissingSimulator(directory), keepPlaces(directory), findPlaces()],
    onLog(level, log) {
      if (level === 'warn') throw new Error(`The service cannot be bundled: ${log.message}`);
    },
  });
  rmSync(directory, { recursive: true, force: true });
  const { output } = await bundle.write({ dir: directory, format: 'esm', sourcemap: true });
  await bundle.close();
  const codes = output.map((file) => (file.type === 'chunk' ? Buffer.byteLength(file.code) : 0));
  return { main: pathToFileURL(join(directory, 'main.js')), bytes: codes.reduce((sum, each) => sum + each) };
}

function isInstalled(id: string): boolean {
  return INSTALLED.some((name) => id === name || id.startsWith(`${name}/`));
}

/** Has sources find the files beside them from where the bundle is. */
function keepPlaces(directory: string): Plugin {
  return {
    name: 'keep-places',
    transform(code, id) {
      if (!id.startsWith(SOURCES) || !PLACE.test(code)) return null;
      if (UNKNOWN_PLACE.test(code))
        throw new Error(`${id} asks where it is in another way than import.meta.url or import.meta.dirname.`);
      const path = relative(directory, id);
      const changed = code
        .replaceAll('import.meta.url', `new URL('${path}', import.meta.url).href`)
        .replaceAll('import.meta.dirname', `(import.meta.dirname + '/${dirname(path)}')`);
      return { code: changed, map: null };
    },
  };
}

/** The production image has no simulator. A start that asks for it finds that out, and says so. */
function allowMissingSimulator(directory: string): Plugin {
  return {
    name: 'allow-missing-simulator',
    resolveId(id, importer) {
      if (importer === undefined || !id.startsWith('../simulator/')) return null;
      const path = join(dirname(importer), id);
      return existsSync(path) ? null : { id: relative(directory, path), external: 'relative' };
    },
  };
}

/** Refuses packages that would look for their files beside the bundle. */
function findPlaces(): Plugin {
  return {
    name: 'find-places',
    transform(code, id) {
      const [, name = null] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id) ?? [];
      if (name === null || name in UNUSED_PLACES || !PLACE.test(code)) return;
      throw new Error(
        `${id} needs to know where it is. Add ${name} to INSTALLED in ${import.meta.filename}.`,
      );
    },
  };
}
