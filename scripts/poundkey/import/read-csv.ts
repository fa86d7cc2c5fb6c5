// Reads a file with phone numbers as spreadsheets write them.
import { parse } from 'csv-parse/sync';
import { entraUserId, isEntraId } from '../../../src/domain/entra-user.ts';
import type { ListedPhone } from '../../../src/phone-methods/import.ts';
import { UsageError } from '../command.ts';

/** One line of the file: a number, or what is wrong with the line. */
export interface FileLine {
  /** Counted from 1, the line of the column names. */
  line: number;
  phone: ListedPhone | null;
  /** Why there is no number; null when there is one. */
  fault: string | null;
}

/** What a column may be. People of Entra are named by two ids, in place of a user id. */
type Field = keyof ListedPhone | 'directoryId' | 'objectId';

/** The columns by their names; other names that are in use for them. */
const COLUMNS: Record<Field, readonly string[]> = {
  userId: ['userid', 'user', 'userprincipalname', 'upn'],
  phoneType: ['phonetype', 'type'],
  number: ['number', 'phonenumber', 'phone'],
  country: ['country', 'countrycode'],
  extension: ['extension', 'ext'],
  directoryId: ['directoryid', 'entradirectoryid', 'tid'],
  objectId: ['objectid', 'oid', 'entraobjectid'],
};
const FIELDS = Object.keys(COLUMNS) as Field[];
const EXPECTED = `The first line names the columns: userId and number, and where wanted phoneType (office, mobile or alternateMobile; office when left out), country and extension. People of Entra may be named by the columns directoryId and objectId in place of userId.`;

/**
 * Reads the lines of a CSV file (RFC 4180; also with semicolons or tabs, and with a byte order mark).
 * @throws UsageError when it is no such file, or its columns are others
 */
export function readCsv(bytes: Buffer): FileLine[] {
  const text = decoded(bytes);
  const rows = parsed(text);
  const [head, ...rest] = rows;
  if (!head) throw new UsageError(`The file is empty. ${EXPECTED}`);
  const columns = columnsOf(head.record);
  return rest
    .filter(({ record }) => record.some((cell) => cell.trim() !== ''))
    .map(({ record, line }) => toLine(record, line, columns));
}

interface Row {
  record: string[];
  line: number;
}

function decoded(bytes: Buffer): string {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b)
    throw new UsageError('This is a workbook (.xlsx) and no CSV file. Save it as "CSV UTF-8".');
  const [first, second] = bytes;
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  try {
    if (!isUtf16) return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Said below.
  }
  throw new UsageError(
    'The file is not UTF-8. Save it as "CSV UTF-8": in other encodings letters of user names change.',
  );
}

function parsed(text: string): Row[] {
  const [firstLine = ''] = text.split(/\r\n|\n|\r/, 1);
  try {
    const found: unknown = parse(text, {
      delimiter: delimiterOf(firstLine),
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    });
    return (found as { record: string[]; info: { lines: number } }[]).map(({ record, info }) => ({
      record,
      line: lineOf(record, info.lines),
    }));
  } catch (error) {
    const where = (error as { lines?: number }).lines;
    throw new UsageError(
      `Line ${where ?? '?'} of the file cannot be read: a quotation mark is missing or stands in the middle of a cell. Correct it in a text editor.`,
    );
  }
}

/** The line at which a record begins: the parser counts to its end, and cells may have line breaks. */
function lineOf(record: string[], end: number): number {
  return end - (record.join('').match(/\r\n|\n|\r/g) ?? []).length;
}

/** What separates the names in the first line. */
function delimiterOf(firstLine: string): string {
  const counted = [',', ';', '\t'].map((each) => ({ each, count: firstLine.split(each).length }));
  return counted.toSorted((one, other) => other.count - one.count)[0]?.each ?? ',';
}

/** What stands at each place of a line. */
type Columns = Map<number, Field>;

function columnsOf(names: string[]): { columns: Columns; count: number } {
  const columns: Columns = new Map();
  for (const [place, name] of names.entries()) {
    const plain = name.toLowerCase().replaceAll(/[\s_-]/g, '');
    const field = FIELDS.find((each) => COLUMNS[each].includes(plain));
    if (plain === '') continue;
    if (field === undefined) throw new UsageError(`There is no column "${shown(name)}". ${EXPECTED}`);
    if ([...columns.values()].includes(field))
      throw new UsageError(`The column ${field} is there twice. ${EXPECTED}`);
    columns.set(place, field);
  }
  const missing = missingIn(new Set(columns.values()));
  if (missing !== undefined) throw new UsageError(`The column ${missing} is missing. ${EXPECTED}`);
  return { columns, count: names.length };
}

/** A user is named by one id, or by two. */
function missingIn(there: ReadonlySet<Field>): Field | undefined {
  const ofEntra = (['directoryId', 'objectId'] as const).filter((field) => !there.has(field));
  const ofUser: readonly Field[] = there.has('userId') || ofEntra.length === 2 ? ['userId'] : ofEntra;
  return [...ofUser, 'number' as const].find((field) => !there.has(field));
}

/** A file without names has a number in its first line. */
const shown = (name: string) => (/\d{4}/.test(name) ? '…' : name.slice(0, 30));

function toLine(
  record: string[],
  line: number,
  { columns, count }: { columns: Columns; count: number },
): FileLine {
  if (record.length > count && record.slice(count).some((cell) => cell.trim() !== ''))
    return {
      line,
      phone: null,
      fault: `This line has ${record.length} cells, and the first line names ${count}: a separator stands in a cell without quotation marks.`,
    };
  const cells = Object.fromEntries(
    [...columns].map(([place, field]) => [field, (record[place] ?? '').trim()]),
  ) as Record<Field, string | undefined>;
  const { phoneType, number = '', country, extension } = cells;
  const user = userOf(cells);
  if (user.fault !== null) return { line, phone: null, fault: user.fault };
  return {
    line,
    phone: {
      userId: user.id,
      phoneType: phoneType || 'office',
      number,
      country: country || undefined,
      extension: extension || undefined,
    },
    fault: null,
  };
}

/** Whose number it is: `userId` if the line has it, else whoever Entra's two ids name. */
function userOf({
  userId,
  directoryId = '',
  objectId = '',
}: Partial<Record<Field, string | undefined>>): { id: string; fault: null } | { fault: string } {
  if (userId || (directoryId === '' && objectId === '')) return { id: userId ?? '', fault: null };
  if (isEntraId(directoryId) && isEntraId(objectId))
    return { id: entraUserId(directoryId, objectId), fault: null };
  return { fault: 'directoryId and objectId: both must be ids as Entra shows them, UUIDs.' };
}
