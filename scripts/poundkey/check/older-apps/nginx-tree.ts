// What `nginx -T` prints, as a tree of directives.
import { dirname, isAbsolute, resolve } from 'node:path';
import { UsageError } from '../../command.ts';

/** A directive: its name, its words, and what stands in its braces. */
export interface Directive {
  name: string;
  words: string[];
  inside: Directive[];
  /** File and line. */
  at: string;
}

/** Blocks around a directive, the innermost first; what is set in none of them has nginx's default. */
export type Scope = readonly Directive[];

const FILE = /^# configuration file (.+):$/;

/**
 * Reads what `nginx -T` prints, or one file; what a file includes stands where it is included.
 * @throws UsageError when it is neither
 */
export function readNginx(text: string): Directive[] {
  const files = new Map<string, Directive[]>();
  for (const [name, lines] of filesIn(text)) files.set(name, parse(name, lines));
  const [main] = files;
  if (main === undefined || main[1].length === 0)
    throw new UsageError('--nginx: This must be what "nginx -T" prints; it has no configuration in it.');
  return included(main[1], files, dirname(main[0]), 0);
}

/** The value that counts in the innermost block that sets it; undefined: none does. */
export function wordsOf(scope: Scope, name: string): string[] | undefined {
  return allOf(scope, name).at(-1);
}

/** Of directives that may come several times. Those of an outer block count only where an inner one has none. */
export function allOf(scope: Scope, name: string): string[][] {
  for (const { inside } of scope) {
    const own = inside.filter((each) => each.name === name);
    if (own.length > 0) return own.map(({ words }) => words);
  }
  return [];
}

/** Files and their lines. Before the first file `nginx -T` may say something about its own test. */
function filesIn(text: string): [string, string[]][] {
  const lines = text.split(/\r?\n/);
  const starts = lines.flatMap((line, index) => (FILE.test(line) ? index : []));
  if (starts.length === 0) return [['nginx.conf', lines]];
  return starts.map((start, index) => [
    FILE.exec(lines[start] ?? '')?.[1] ?? '',
    lines.slice(start + 1, starts[index + 1]),
  ]);
}

/** A comment, a quoted word, a sign of its own, or a bare word (nginx, `ngx_conf_read_token`). */
const TOKEN =
  /#[^\n]*|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([{};])|((?:\$\{[^}]*\}|\\.|[^\s{};"'\\])(?:\$\{[^}]*\}|\\.|[^\s{};\\])*)|\n/g;

/** A word, or `{`, `}` or `;` outside of quotes, and the line that it begins in. */
interface Token {
  word?: string;
  sign?: string;
  line: number;
}

function* tokensIn(text: string): Generator<Token> {
  let line = 1;
  for (const [all, double, single, sign, bare] of text.matchAll(TOKEN)) {
    const word = double ?? single ?? bare;
    if (word !== undefined || sign !== undefined)
      yield { line, ...(word === undefined ? {} : { word }), ...(sign === undefined ? {} : { sign }) };
    line += all.split('\n').length - 1;
  }
}

function parse(file: string, lines: string[]): Directive[] {
  const root: Directive = { name: '', words: [], inside: [], at: file };
  const open = [root];
  let begun: Token[] = [];
  for (const token of tokensIn(lines.join('\n'))) {
    if (token.sign === undefined) begun.push(token);
    else if (token.sign === '}') open.length = Math.max(1, open.length - 1);
    else {
      const [name = '', ...words] = begun.map(({ word = '' }) => word);
      const directive = { name, words, inside: [], at: `${file}:${(begun[0] ?? token).line}` };
      open.at(-1)?.inside.push(directive);
      if (token.sign === '{') open.push(directive);
      begun = [];
    }
  }
  return root.inside;
}

const DEEPEST = 20;

function included(
  directives: Directive[],
  files: ReadonlyMap<string, Directive[]>,
  directory: string,
  depth: number,
): Directive[] {
  return directives.flatMap((directive) => {
    if (directive.name !== 'include' || depth > DEEPEST)
      return { ...directive, inside: included(directive.inside, files, directory, depth + 1) };
    const [pattern = ''] = directive.words;
    const path = isAbsolute(pattern) ? pattern : resolve(directory, pattern);
    const isMeant = new RegExp(
      `^${path
        .replaceAll(/[.+^${}()|\\]/g, '\\$&')
        .replaceAll('*', '[^/]*')
        .replaceAll('?', '[^/]')}$`,
    );
    return [...files]
      .filter(([name]) => isMeant.test(name))
      .flatMap(([, inside]) => included(inside, files, directory, depth + 1));
  });
}
