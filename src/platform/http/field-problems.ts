import type { z } from 'zod';
import type { FieldProblem } from '../../errors.ts';
import { knownFields } from './known-fields.ts';
import { likelyName } from './likely-name.ts';
import type { Path } from './storable-text.ts';

/** How many fields one answer names at most, and how much of a name: the answer stays small whatever was sent. */
const MOST_PROBLEMS = 20;
const LONGEST_NAME = 100;

/** Hand this to `parse` so that broken rules become sentences of ours. A message written at a schema goes before it. */
export const parseOptions = { error: ruleSentence };

/**
 * What zod found, as one problem per field; of several for the same field the first. Values never appear. For a field
 * that is not known, the one that was probably meant is named.
 * @param schema what was to be parsed by
 * @param fieldAt names the field at a path; a JSON pointer (RFC 6901) by default
 */
export function fieldProblems(
  error: z.ZodError,
  schema: z.ZodType,
  fieldAt: (path: Path) => string = jsonPointer,
): FieldProblem[] {
  const problems = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.slice(0, MOST_PROBLEMS).map((key) => ({
          field: fieldAt([...issue.path, key]),
          rule: unknownRule(key, knownFields(schema, issue.path)),
        }))
      : [{ field: fieldAt(issue.path), rule: issue.message }],
  );
  return firstPerField(problems);
}

function unknownRule(name: string, known: ReturnType<typeof knownFields>): string {
  const meant = likelyName(shortName(name), known);
  return meant === undefined
    ? 'This field is not known; leave it out.'
    : `This field is not known. Did you mean ${meant}?`;
}

/** The first problem of each field, in order, and no more than fit in an answer. */
export function firstPerField(problems: FieldProblem[]): FieldProblem[] {
  const byField = new Map<string, FieldProblem>();
  for (const problem of problems) {
    if (!byField.has(problem.field)) byField.set(problem.field, problem);
  }
  return [...byField.values()].slice(0, MOST_PROBLEMS);
}

/** A path as a JSON pointer, such as `/countries/allowed/0`; the empty text is the whole document. */
export function jsonPointer(path: Path): string {
  return path.map((name) => `/${shortName(name).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** A name from a request, cut so that it cannot fill the answer. */
export function shortName(name: PropertyKey): string {
  const text = String(name);
  return text.length > LONGEST_NAME ? `${text.slice(0, LONGEST_NAME)}…` : text;
}

type RawIssue = z.core.$ZodRawIssue;

function ruleSentence(issue: RawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `${nameOf(issue.path)} is required.`
        : `This must be ${TYPE_NAMES[issue.expected] ?? 'of another type'}.`;
    case 'invalid_value':
      return `This must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}.`;
    case 'too_small':
      return `This must ${bound(issue.origin, 'at least', issue.minimum, issue.inclusive)}.`;
    case 'too_big':
      return `This must ${bound(issue.origin, 'at most', issue.maximum, issue.inclusive)}.`;
    case 'invalid_format':
      return `This must be ${FORMAT_NAMES[issue.format] ?? `in the form ${issue.format}`}.`;
    case 'not_multiple_of':
      return `This must be a multiple of ${issue.divisor}.`;
    case 'invalid_union':
      return 'This has none of the allowed forms.';
    default:
      return 'This is not valid.';
  }
}

/** A field by its name, as a request writes it; one within another after a point. */
function nameOf(path: Path = []): string {
  return path.length === 0 ? 'This' : path.map(shortName).join('.');
}

const TYPE_NAMES: Partial<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a JSON object',
  record: 'a JSON object',
  array: 'a list',
  null: 'null',
};

const FORMAT_NAMES: Partial<Record<string, string>> = {
  uuid: 'a UUID',
  guid: 'a UUID',
  datetime: 'an instant such as 2026-11-21T09:00:00Z',
  url: 'a URL',
  regex: 'in the expected form',
};

function bound(
  origin: string,
  side: 'at least' | 'at most',
  limit: number | bigint,
  inclusive = true,
): string {
  if (origin === 'string') return `be ${side} ${limit} ${plural(limit, 'character', 'characters')} long`;
  if (origin === 'array' || origin === 'set')
    return `have ${side} ${limit} ${plural(limit, 'entry', 'entries')}`;
  if (inclusive) return `be ${side} ${limit}`;
  return `be ${side === 'at least' ? 'greater' : 'less'} than ${limit}`;
}

function plural(count: number | bigint, one: string, many: string): string {
  return Number(count) === 1 ? one : many;
}
