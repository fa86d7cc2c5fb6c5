/** Styles and browser modules, as they are served. */
import { existsSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';

/** In the order in which they apply. */
const STYLES = [
  ...['tokens', 'layout', 'pane', 'desk', 'phone', 'display', 'phone-keys', 'mobile', 'timeline', 'drawer'],
  'windows',
];

/** The mark, as the icon of the page's tab. */
export const MARK =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect x="1" y="3" width="30" height="29" rx="8" fill="#063c41"/><rect x="1" width="30" height="29" rx="8" fill="#0b5a60"/><path d="M13.9 6.2 11.7 22.8M20.3 6.2l-2.2 16.6M8.2 11.6h16.4M7.4 17.4h16.4" stroke="#fff" stroke-width="2.75" stroke-linecap="round" fill="none"/></svg>';

/** One style sheet. */
export function styleSheet(): string {
  return STYLES.map((name) => read(`page/css/${name}.css`)).join('\n');
}

const stripped = new Map<string, string>();

/** A module for the browser, `name.ts` without its types, or null. They import each other by these very names. */
export function browserModule(name: string): string | null {
  if (!/^[a-z-]+\.ts$/.test(name) || !existsSync(addressOf(`browser/${name}`))) return null;
  const before = stripped.get(name);
  if (before !== undefined) return before;
  const script = withoutWarning(() => stripTypeScriptTypes(read(`browser/${name}`)));
  stripped.set(name, script);
  return script;
}

/** Node.js warns once that stripping types is experimental, which nobody who opens the sandbox needs to know. */
function withoutWarning<T>(work: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return work();
  } finally {
    process.emitWarning = emitWarning;
  }
}

function read(path: string): string {
  return readFileSync(addressOf(path), 'utf8');
}

function addressOf(path: string): URL {
  return new URL(`./${path}`, import.meta.url);
}
