/** The files that browsers load: read once, under an address that changes with their contents. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type StaticFile, staticFiles } from '../../platform/http/static-files.ts';

/** The style sheets in the order in which they apply. */
const STYLES = [
  'tokens',
  'layout',
  'sheet',
  'parts',
  'fields',
  'boxes',
  'call',
  'phones',
  'desk-phone',
  'sign-in',
  'narrow',
];

const read = (...path: string[]) => readFileSync(join(import.meta.dirname, ...path), 'utf8');

/** Plain JavaScript with types in comments: browsers get it as it is. */
function modules(): [string, StaticFile][] {
  const names = readdirSync(join(import.meta.dirname, '..', 'browser')).filter((name) =>
    name.endsWith('.js'),
  );
  const type = 'text/javascript; charset=utf-8';
  return names.map((name) => [name, { type, bytes: Buffer.from(read('..', 'browser', name)) }]);
}

/** All of them, by their names. */
export const ASSETS = staticFiles(
  new Map<string, StaticFile>([
    [
      'page.css',
      {
        type: 'text/css; charset=utf-8',
        bytes: Buffer.from(STYLES.map((name) => read(`${name}.css`)).join('\n')),
      },
    ],
    ['icon.svg', { type: 'image/svg+xml', bytes: Buffer.from(read('icon.svg')) }],
    ...modules(),
  ]),
);
