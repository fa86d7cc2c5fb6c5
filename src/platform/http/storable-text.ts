import type { FieldProblem } from '../../errors.ts';

/**
 * The texts in a JSON value that PostgreSQL cannot store: those with a NUL character or with half of a surrogate
 * pair (PostgreSQL, character types: no NUL; UTF-8 has no form for a lone surrogate). Names of fields count as well.
 * @param value anything `JSON.parse` returns
 * @param fieldAt names the field at a path of names and indexes
 * @returns one problem per text, none if all is well
 */
export function findUnstorableText(value: unknown, fieldAt: (path: Path) => string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  // A list instead of recursion: a body of nothing but brackets must not exhaust the stack.
  const waiting: { value: unknown; path: PathLink | null }[] = [{ value, path: null }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, path } = next;
    const rule = brokenRule(value);
    if (rule !== undefined) problems.push({ field: fieldAt(toPath(path)), rule });
    else
      for (const [name, child] of childrenOf(value))
        waiting.push({ value: child, path: { parent: path, name } });
  }
  return problems;
}

/** Names and indexes from the outside in. */
export type Path = readonly PropertyKey[];

interface PathLink {
  parent: PathLink | null;
  name: string;
}

function brokenRule(value: unknown): string | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : `This must be ${PLAIN}.`;
  return childrenOf(value).every(([name]) => isStorable(name))
    ? undefined
    : `The names of fields must be ${PLAIN}.`;
}

const PLAIN = 'plain text, without NUL characters and without halves of surrogate pairs';

function childrenOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function isStorable(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

function toPath(link: PathLink | null): Path {
  const path: string[] = [];
  for (let at = link; at !== null; at = at.parent) path.unshift(at.name);
  return path;
}
