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
  const refuse = (link: PathLink | null, rule: string) =>
    void problems.push({ field: fieldAt(toPath(link)), rule });
  // A list instead of recursion: a body of nothing but brackets must not exhaust the stack.
  const waiting: { value: object; path: PathLink | null }[] = [];
  const look = (value: unknown, path: PathLink | null) => {
    if (typeof value === 'string' && !isStorable(value)) refuse(path, `This must be ${PLAIN}.`);
    else if (typeof value === 'object' && value !== null) waiting.push({ value, path });
  };
  look(value, null);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, path } = next;
    const children = Object.entries(value);
    if (children.every(([name]) => isStorable(name)))
      for (const [name, child] of children) look(child, { parent: path, name });
    else refuse(path, `The names of fields must be ${PLAIN}.`);
  }
  return problems;
}

/** Names and indexes from the outside in. */
export type Path = readonly PropertyKey[];

interface PathLink {
  parent: PathLink | null;
  name: string;
}

const PLAIN = 'plain text, without NUL characters and without halves of surrogate pairs';

function isStorable(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

function toPath(link: PathLink | null): Path {
  const path: string[] = [];
  for (let at = link; at !== null; at = at.parent) path.unshift(at.name);
  return path;
}
