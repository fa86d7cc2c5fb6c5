/** The `package.json` of the client: the version of the service, and no package that it needs. */

interface Project {
  version: string;
  license: string;
  dependencies: Record<string, string>;
}

/** The oldest Node.js with everything that the client uses (`AbortSignal.any`). */
const OLDEST_NODE = '>=20.3.0';

/** Packages for the queue, which only those install who use it. */
const FOR_THE_QUEUE = { bullmq: null, ioredis: '>=5.0.0', pg: '>=8.0.0' };

/** @param project the `package.json` of the service */
export function describePackage({ version, license, dependencies }: Project): object {
  const peers = Object.entries(FOR_THE_QUEUE).map(([name, range]) => [name, range ?? dependencies[name]]);
  const optional = Object.keys(FOR_THE_QUEUE).map((name) => [name, { optional: true }]);
  const entry = (name: string) => ({ types: `./lib/${name}.d.ts`, default: `./lib/${name}.js` });
  return {
    name: 'poundkey-client',
    version,
    description:
      'Client of Poundkey, which places the phone calls of multi-factor sign-in: REST, queue, webhooks.',
    license,
    type: 'module',
    main: './lib/index.js',
    types: './lib/index.d.ts',
    exports: {
      '.': entry('index'),
      './queue': entry('queue'),
      './verification-job.schema.json': './verification-job.schema.json',
      './package.json': './package.json',
    },
    files: ['lib', 'verification-job.schema.json', 'CHANGELOG.md'],
    sideEffects: false,
    engines: { node: OLDEST_NODE },
    peerDependencies: Object.fromEntries(peers),
    peerDependenciesMeta: Object.fromEntries(optional),
  };
}
