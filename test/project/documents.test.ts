// Documents lead where they say: links, paths and names in them are there.
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../scripts/poundkey/commands.ts';
import { VARIABLES } from '../../src/config.ts';
import { NETWORK_ERRORS } from '../../src/ops/explain/own-error-codes.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const DOCUMENTS = globSync(['*.md', 'docs/**/*.md', 'src/**/*.md', 'twiml/*.md'], { cwd: ROOT });
const MAP = 'src/README.md';

/** The anchor that a heading has on the usual hosts. */
function anchorOf(heading: string): string {
  const words = heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, '');
  return words.trim().replaceAll(' ', '-');
}

function anchorsIn(file: string): string[] {
  return [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
}

/** A constant of the code, and variables of the tests and of Node.js. */
const NO_SETTINGS = [
  ...[
    'ASKED_IN_ALL',
    'MOST_CHECKS',
    'REQUIRE_SERVERS',
    'NODE_EXTRA_CA_CERTS',
    'MAY_STOP_CALLS',
    'IS_SUPPRESSED',
  ],
  ...['OWN_ERRORS', 'ERROR_CODES', 'AUDIT_TYPES'],
  ...Object.keys(NETWORK_ERRORS),
];

/** What decides about wrong keys, blocked users, checks, channels and outcomes, and what leads on from each state. */
const LOOKED_FOR = ['wrongKey', 'ASKED_IN_ALL', 'refuseBlocked', 'CHECKS', 'CHANNELS', 'OUTCOMES', 'TABLE'];

describe('the documents', () => {
  it('have no link that leads nowhere', () => {
    const links = DOCUMENTS.flatMap((document) =>
      [...read(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => ({ document, link })),
    );
    expect(links.length).toBeGreaterThan(10);
    for (const { document, link } of links.filter((each) => !/^[a-z]+:/.test(each.link))) {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? document : join(dirname(document), path);
      expect(existsSync(join(ROOT, target)), `${document}: ${link} leads nowhere`).toBe(true);
      if (anchor !== undefined) expect(anchorsIn(target), document).toContain(anchor);
    }
  });

  it('name scripts of npm that there are', () => {
    const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
    const named = namedIn(/npm run (?:-s )?([a-z][\w:-]*)/g);
    expect(named.length).toBeGreaterThan(10);
    for (const { document, name } of named) expect(scripts, document).toContain(name);
  });

  it('show every command of the command line', () => {
    const shown = read('docs/operating/command-line.md');
    for (const name of COMMANDS.keys()) expect(shown).toMatch(new RegExp(`poundkey -- ${name}(?![\\w-])`));
  });

  it('name settings that there are', () => {
    const known = [...VARIABLES, ...NO_SETTINGS];
    const named = namedIn(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`/g);
    expect(named.length).toBeGreaterThan(10);
    for (const { document, name } of named) expect(known, document).toContain(name);
  });
});

function namedIn(pattern: RegExp): { document: string; name: string }[] {
  return DOCUMENTS.flatMap((document) =>
    [...read(document).matchAll(pattern)].map(([, name = '']) => ({ document, name })),
  );
}

/** Where a document that speaks of the source leads: from `src/`, or from the project's folder. */
const placeOf = (path: string) =>
  ['src', ''].map((from) => join(from, path)).find((place) => existsSync(join(ROOT, place)));

describe('the map', () => {
  const map = read(MAP);

  it.each([MAP, 'CONTRIBUTING.md'])(
    '%s leads to files and folders that there are, and to names in them',
    (document) => {
      const text = read(document);
      const paths = [...text.matchAll(/`((?:\.\.\/)?[a-z][\w-]*(?:\/[\w.-]*)+|[a-z][\w-]*\.ts)`/g)];
      expect(paths.length).toBeGreaterThan(5);
      for (const [, path = ''] of paths) expect(placeOf(path), `${document}: ${path}`).toBeDefined();
      for (const [, name = '', file = ''] of text.matchAll(/`(\w+)` (?:in|of) `([\w/.-]+\.ts)`/g))
        expect(read(placeOf(file) ?? file), `${name} in ${file}`).toMatch(new RegExp(`\\b${name}\\b`));
    },
  );

  it('leaves out no folder of the source, and no room of the journey', () => {
    const foldersIn = (folder: string) =>
      readdirSync(join(ROOT, folder), { withFileTypes: true }).filter((each) => each.isDirectory());
    for (const { name } of foldersIn('src')) expect(map).toContain(`${name}/`);
    for (const { name } of foldersIn('src/journey')) expect(map).toContain(`\`journey/${name}/\``);
  });

  it('has a line for what is looked for first', () => {
    const named = [...map.matchAll(/`(\w+)` (?:in|of) `[\w/.-]+\.ts`/g)].map(([, name]) => name);
    expect(named).toEqual(expect.arrayContaining(LOOKED_FOR));
  });
});

describe('the decisions', () => {
  it('are numbered without a gap, in name and title', () => {
    const files = readdirSync(join(ROOT, 'docs/decisions'))
      .filter((file) => /^\d/.test(file))
      .sort();
    for (const [index, file] of files.entries()) {
      expect(file).toMatch(new RegExp(`^${String(index + 1).padStart(4, '0')}-[a-z0-9-]+\\.md$`));
      expect(read(join('docs/decisions', file))).toMatch(new RegExp(`^# ${index + 1}\\. `));
    }
  });
});
