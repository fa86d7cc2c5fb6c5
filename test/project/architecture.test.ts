// Shows that the lint rules hold what src/README.md promises: which way imports go, no cycles, and the limits.
import { readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Finding, lintWith, PROJECT } from '../support/lint.ts';

/**
 * The layers: where each lives, a file of it that others might import, and which others it may import. A layer that
 * is a folder may import itself.
 */
const LAYERS: Record<string, { file: string; imports: string[] }> = {
  'main.ts': { file: 'main.ts', imports: ['service.ts', 'service/', 'config.ts'] },
  'service.ts': { file: 'service.ts', imports: ['service/'] },
  'service/': { file: 'service/open-stores.ts', imports: [] },
  'config.ts': {
    file: 'config.ts',
    imports: [
      'platform/',
      'providers/settings.ts',
      'providers/rehearsal.ts',
      'domain/ceiling-settings.ts',
      'domain/entra-settings.ts',
      'domain/older-app-settings.ts',
      'domain/ops-settings.ts',
    ],
  },
  'client.ts': { file: 'client.ts', imports: ['client/'] },
  'client/': { file: 'client/rest.ts', imports: ['platform/', 'errors.ts'] },
  'api.ts': { file: 'api.ts', imports: ['platform/', 'domain/scope.ts'] },
  'journey/': { file: 'journey/states.ts', imports: [] },
  'phone-methods/': { file: 'phone-methods/list.ts', imports: [] },
  'app-passwords/': { file: 'app-passwords/reveal.ts', imports: [] },
  'assertions/': { file: 'assertions/assertions.ts', imports: [] },
  'policy/': { file: 'policy/tenant-policy.ts', imports: [] },
  'tenants/': { file: 'tenants/tenants.ts', imports: [] },
  'outbox/': { file: 'outbox/deliver.ts', imports: [] },
  'progress/': { file: 'progress/routes.ts', imports: [] },
  'users/': { file: 'users/routes.ts', imports: [] },
  'blocks/': { file: 'blocks/routes.ts', imports: [] },
  'audit/': { file: 'audit/audit-store.ts', imports: [] },
  'retention/': { file: 'retention/purge.ts', imports: [] },
  'capabilities/': { file: 'capabilities/routes.ts', imports: [] },
  'pbx-profiles/': { file: 'pbx-profiles/routes.ts', imports: [] },
  'entra/': { file: 'entra/clouds.ts', imports: [] },
  'delivery-hooks/': { file: 'delivery-hooks/authentic.ts', imports: [] },
  'self-service/': { file: 'self-service/brand/brand.ts', imports: [] },
  'ops/': { file: 'ops/readiness.ts', imports: [] },
  'providers/port.ts': {
    file: 'providers/port.ts',
    imports: ['providers/text-port.ts', 'providers/dialogue.ts'],
  },
  'providers/text-port.ts': {
    file: 'providers/text-port.ts',
    imports: ['providers/port.ts', 'providers/dialogue.ts'],
  },
  'providers/dialogue.ts': {
    file: 'providers/dialogue.ts',
    imports: ['providers/port.ts', 'providers/text-port.ts'],
  },
  'providers/texts/': { file: 'providers/texts/segments.ts', imports: [] },
  'providers/failover.ts': {
    file: 'providers/failover.ts',
    imports: ['providers/port.ts', 'providers/text-port.ts', 'providers/dialogue.ts'],
  },
  'providers/locales.ts': {
    file: 'providers/locales.ts',
    imports: ['providers/port.ts', 'providers/dialogue.ts', 'errors.ts'],
  },
  'providers/create-providers.ts': {
    file: 'providers/create-providers.ts',
    imports: ['providers/port.ts', 'providers/dialogue.ts', 'errors.ts'],
  },
  'providers/explain-code.ts': {
    file: 'providers/explain-code.ts',
    imports: [],
  },
  'providers/prices.ts': { file: 'providers/prices.ts', imports: ['platform/'] },
  'providers/settings.ts': {
    file: 'providers/settings.ts',
    imports: ['platform/', 'providers/rehearsal.ts', 'providers/text-senders.ts'],
  },
  'providers/text-senders.ts': { file: 'providers/text-senders.ts', imports: [] },
  'providers/rehearsal.ts': {
    file: 'providers/rehearsal.ts',
    imports: ['platform/', 'providers/settings.ts', 'providers/text-senders.ts'],
  },
  'providers/twilio/': {
    file: 'providers/twilio/twilio-provider.ts',
    imports: [
      'providers/port.ts',
      'providers/text-port.ts',
      'providers/texts/',
      'providers/dialogue.ts',
      'providers/locales.ts',
      'platform/',
      'errors.ts',
      'log.ts',
      'domain/',
    ],
  },
  'simulator/': { file: 'simulator/simulator.ts', imports: [] },
  'registry/': { file: 'registry/schema.ts', imports: ['platform/', 'errors.ts', 'log.ts'] },
  'platform/': { file: 'platform/clock.ts', imports: ['errors.ts', 'log.ts'] },
  'events.ts': { file: 'events.ts', imports: ['log.ts'] },
  'errors.ts': { file: 'errors.ts', imports: [] },
  'log.ts': { file: 'log.ts', imports: [] },
  'domain/': { file: 'domain/pauses.ts', imports: ['api.ts', 'platform/', 'errors.ts', 'log.ts'] },
};
/** The steps of the journey, which `journey/index.ts` connects. */
const STEPS = [
  'request/request-verification',
  'request/take-over-job',
  'request/read-verification',
  'request/cancel-verification',
  'place/place-call',
  'place/find-lost-call',
  'call/answer-call',
  'call/record-digits',
  'call/follow-call',
  'call/watch-call',
  'finish/complete',
  'finish/complete-approved',
  'job/sweep',
];
const FEATURES = [
  'journey/',
  'phone-methods/',
  'app-passwords/',
  'assertions/',
  'policy/',
  'tenants/',
  'outbox/',
  'progress/',
  'users/',
  'blocks/',
  'audit/',
  'retention/',
  'capabilities/',
  'pbx-profiles/',
  'entra/',
  'delivery-hooks/',
  'self-service/',
  'ops/',
];
const BELOW_FEATURES = [
  'api.ts',
  'providers/port.ts',
  'providers/text-port.ts',
  'providers/texts/',
  'providers/dialogue.ts',
  'providers/failover.ts',
  'providers/explain-code.ts',
  'providers/locales.ts',
  'registry/',
  'platform/',
  'events.ts',
  'errors.ts',
  'log.ts',
  'domain/',
];
const BELOW_SERVICE = [
  ...FEATURES,
  ...BELOW_FEATURES,
  'providers/create-providers.ts',
  'providers/settings.ts',
  'providers/text-senders.ts',
  'providers/prices.ts',
  'providers/rehearsal.ts',
  'providers/twilio/',
  'simulator/',
];

const NAMES = Object.keys(LAYERS);
const isFolder = (layer: string) => layer.endsWith('/');
const layerOf = (path: string) =>
  NAMES.filter((layer) => (isFolder(layer) ? path.startsWith(layer) : path === layer));

function mayImport(from: string, to: string): boolean {
  const isOwn = from === to;
  const stated = LAYERS[from]?.imports.includes(to);
  const asFeature = FEATURES.includes(from) && BELOW_FEATURES.includes(to);
  const asService = from.startsWith('service') && [...BELOW_SERVICE, 'config.ts'].includes(to);
  // Types and names only: see client.test.ts.
  const asClient = from === 'client/' && FEATURES.includes(to);
  return isOwn || stated || asFeature || asService || asClient;
}

/** Whom a file of this layer could import: all others and, in a folder, another file of its own. */
const others = (layer: string) => NAMES.filter((other) => other !== layer || isFolder(layer));

/** A file of a layer that imports one file of each of the others, one a line. */
function importOthers(layer: string): [path: string, content: string] {
  const path = isFolder(layer) ? `${layer}planted-imports.ts` : layer;
  const lines = others(layer).map((other) => {
    const target = posix.relative(posix.dirname(path), LAYERS[other]?.file ?? '');
    return `import '${target.startsWith('.') ? target : `./${target}`}';`;
  });
  return [`src/${path}`, `${lines.join('\n')}\n`];
}

describe('the direction of imports', () => {
  const findings = lintWith(Object.fromEntries(NAMES.map(importOthers))).filter(
    ({ rule }) => rule === 'noRestrictedImports',
  );

  // main.ts may import everything: nothing but the process stands above it.
  it.each(NAMES.filter((layer) => layer !== 'main.ts'))(
    'lets %s import what it may and nothing else',
    (layer) => {
      const [path] = importOthers(layer);
      const refusedLines = findings.filter((finding) => finding.path === path).map(({ line }) => line);
      const refused = others(layer).filter((_, index) => refusedLines.includes(index + 1));
      expect(refused).toEqual(others(layer).filter((other) => !mayImport(layer, other)));
    },
  );

  it('keeps every step from being imported by its neighbours', () => {
    const content = STEPS.map((step) => `import './${step}.ts';\n`).join('');
    const path = 'src/journey/planted-neighbour.ts';
    const refused = lintWith({ [path]: content }).filter((finding) => finding.path === path);
    expect(refused.map(({ rule }) => rule)).toEqual(STEPS.map(() => 'noRestrictedImports'));
  });

  it('has a layer for every file in src', () => {
    const files = readdirSync(join(PROJECT, 'src'), { recursive: true, encoding: 'utf8' })
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => path.endsWith('.ts'));
    expect(files.length).toBeGreaterThan(100);
    expect(files.filter((path) => layerOf(path).length !== 1)).toEqual([]);
  });
});

const LONG_FUNCTION = `export function planted(): number {\n  let sum = 0;\n${'  sum += 1;\n'.repeat(60)}  return sum;\n}\n`;

/** What each planted file does wrong, and which rule has to say so. */
const FAULTS: { fault: string; path: string; code: string; rule: string }[] = [
  {
    fault: 'a step that imports a step',
    path: 'src/journey/call/planted-step.ts',
    code: `import type { ReadVerification } from '../request/read-verification.ts';\nexport type Planted = ReadVerification;\n`,
    rule: 'noRestrictedImports',
  },
  {
    fault: 'a store that imports a step',
    path: 'src/journey/store/planted-store.ts',
    code: `export { createSweep } from '../job/sweep.ts';\n`,
    rule: 'noRestrictedImports',
  },
  {
    fault: 'a late import of another feature',
    path: 'src/policy/planted-late.ts',
    code: `export const planted = () => import('../tenants/tenants.ts');\n`,
    rule: 'noRestrictedImports',
  },
  {
    fault: 'a cycle, one half',
    path: 'src/platform/planted-hen.ts',
    code: `import { egg } from './planted-egg.ts';\nexport const hen = (): string => egg();\n`,
    rule: 'noImportCycles',
  },
  {
    fault: 'a cycle, the other half',
    path: 'src/platform/planted-egg.ts',
    code: `import { hen } from './planted-hen.ts';\nexport const egg = (): string => hen();\n`,
    rule: 'noImportCycles',
  },
  {
    fault: 'any',
    path: 'src/tenants/planted-any.ts',
    code: 'export const planted: any = 1;\n',
    rule: 'noExplicitAny',
  },
  {
    fault: 'the environment read outside config.ts',
    path: 'src/service/planted-environment.ts',
    code: 'export const planted = process.env.HOME;\n',
    rule: 'noProcessEnv',
  },
  {
    fault: 'console',
    path: 'src/journey/planted-console.ts',
    code: `console.log('planted');\n`,
    rule: 'noConsole',
  },
  {
    fault: 'a default export',
    path: 'src/registry/planted-default.ts',
    code: 'const planted = 1;\nexport default planted;\n',
    rule: 'noDefaultExport',
  },
  {
    fault: 'an empty catch',
    path: 'src/app-passwords/planted-catch.ts',
    code: `export function planted(): void {\n  try {\n    JSON.parse('');\n  } catch {}\n}\n`,
    rule: 'noEmptyBlockStatements',
  },
  {
    fault: 'a promise that nobody waits for',
    path: 'src/platform/planted-floating.ts',
    code: `import { later } from './planted-later.ts';\nexport function planted(): void {\n  later();\n}\n`,
    rule: 'noFloatingPromises',
  },
  {
    fault: 'a promise taken for an answer',
    path: 'src/platform/planted-misused.ts',
    code: `import { later } from './planted-later.ts';\nexport const planted = (): number => (later() ? 1 : 2);\n`,
    rule: 'noMisusedPromises',
  },
  {
    fault: 'a function over 60 lines',
    path: 'src/providers/twilio/planted-long.ts',
    code: LONG_FUNCTION,
    rule: 'noExcessiveLinesPerFunction',
  },
  {
    fault: 'a function of too many branches',
    path: 'src/simulator/planted-branches.ts',
    code: `export function planted(a: boolean, b: boolean): number {\n${'  if (a) {\n    if (b) return 1;\n  }\n'.repeat(5)}  return 2;\n}\n`,
    rule: 'noExcessiveCognitiveComplexity',
  },
  {
    fault: 'a file over 300 lines',
    path: 'src/phone-methods/planted-file.ts',
    code: Array.from({ length: 301 }, (_, n) => `export const planted${n} = ${n};\n`).join(''),
    rule: 'noExcessiveLinesPerFile',
  },
  {
    fault: 'a value asserted not to be null',
    path: 'src/policy/planted-assertion.ts',
    code: 'export const planted = (text: string | null): number => text!.length;\n',
    rule: 'noNonNullAssertion',
  },
];

describe('the limits', () => {
  const helper = { 'src/platform/planted-later.ts': `export async function later(): Promise<void> {}\n` };
  const findings = lintWith({
    ...helper,
    ...Object.fromEntries(FAULTS.map(({ path, code }) => [path, code])),
  });
  const rulesBroken = (path: string) => [
    ...new Set(findings.filter((finding) => finding.path === path).map(({ rule }) => rule)),
  ];

  it.each(FAULTS)('refuse $fault', ({ path, rule }) => {
    expect(rulesBroken(path)).toEqual([rule]);
  });

  it('are kept by the project', () => {
    expect(lintWith({})).toEqual<Finding[]>([]);
  });
});
