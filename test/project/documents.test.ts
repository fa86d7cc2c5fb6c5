// Documents lead where they say: links, paths and names in them are there.
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VARIABLES } from '../../src/config.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const DOCUMENTS = globSync(['*.md', 'docs/**/*.md', 'src/*.md', 'twiml/*.md'], { cwd: ROOT });
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
const NO_SETTINGS = ['ASKED_IN_ALL', 'REQUIRE_SERVERS', 'NODE_EXTRA_CA_CERTS'];

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

describe('the map', () => {
  const map = read(MAP);

  it('leads to files and folders that there are, and to names in them', () => {
    const paths = [...map.matchAll(/`((?:\.\.\/)?[a-z][\w-]*(?:\/[\w.-]*)+|[a-z][\w-]*\.ts)`/g)];
    expect(paths.length).toBeGreaterThan(40);
    for (const [, path = ''] of paths)
      expect(existsSync(join(ROOT, 'src', path)) || existsSync(join(ROOT, path)), path).toBe(true);
    for (const [, name = '', file = ''] of map.matchAll(/`(\w+)` in `([\w/.-]+\.ts)`/g))
      expect(read(join('src', file)), `${name} in ${file}`).toContain(name);
  });

  it('leaves out no folder of the source', () => {
    const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((each) =>
      each.isDirectory(),
    );
    for (const { name } of folders) expect(map).toContain(`${name}/`);
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
