/** The files that browsers load: read once, under an address that changes with their contents. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file as it is served. */
export interface Asset {
  /** Its Content-Type. */
  type: string;
  body: string;
}

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
function modules(): [string, Asset][] {
  const names = readdirSync(join(import.meta.dirname, '..', 'browser')).filter((name) =>
    name.endsWith('.js'),
  );
  const type = 'text/javascript; charset=utf-8';
  return names.map((name) => [name, { type, body: read('..', 'browser', name) }]);
}

const ASSETS: ReadonlyMap<string, Asset> = new Map([
  [
    'page.css',
    { type: 'text/css; charset=utf-8', body: STYLES.map((name) => read(`${name}.css`)).join('\n') },
  ],
  ['icon.svg', { type: 'image/svg+xml', body: read('icon.svg') }],
  ...modules(),
]);

/** Stands in the addresses of all files. */
export const ASSET_VERSION = createHash('sha256')
  .update(JSON.stringify([...ASSETS]))
  .digest('hex')
  .slice(0, 12);

/** A file by its name; undefined: there is none. */
export const assetNamed = (name: string): Asset | undefined => ASSETS.get(name);
