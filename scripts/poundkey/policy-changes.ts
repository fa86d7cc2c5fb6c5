import { isDeepStrictEqual } from 'node:util';

/** One field of a policy that a change gave another value. */
interface FieldChange {
  /** A JSON pointer (RFC 6901). */
  field: string;
  before: unknown;
  after: unknown;
}

/** What is different between two policies, field by field; a list counts as one field. */
export function changedFields(before: unknown, after: unknown, field = ''): FieldChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isFields(before) || !isFields(after)) return [{ field, before, after }];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => changedFields(before[name], after[name], `${field}/${escaped(name)}`));
}

/** The changes, one on each line. */
export const sayChanges = (changes: readonly FieldChange[]): string[] =>
  changes.map(({ field, before, after }) => `  ${field}: ${shown(before)} -> ${shown(after)}`);

/** A logo would fill the screen. */
const MOST_SHOWN = 200;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}… (${text.length} characters)` : text;
}

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
