// Entering the numbers of many users from a file.
import { readFileSync } from 'node:fs';
import { SingleBar } from 'cli-progress';
import { ServiceError } from '../../../src/errors.ts';
import { checkList, type Imported, type ListedPhone } from '../../../src/phone-methods/import.ts';
import { type Command, table, UsageError } from '../command.ts';
import { existing } from '../tenant-commands.ts';
import type { Tools } from '../tools.ts';
import { type FileLine, readCsv } from './read-csv.ts';

/** What became of a line. `possible`: it would be entered (`--dry-run`). */
interface Reported {
  line: number;
  userId: string | null;
  result: Imported['result'] | 'possible';
  code: string | null;
  text: string | null;
}

const SAID: Record<Reported['result'], string> = {
  added: 'added, to be verified by the user',
  changed: 'changed: another number that was not verified is replaced',
  unchanged: 'unchanged: the number is there already',
  possible: 'can be entered',
  refused: 'REFUSED',
};

const importPhoneMethods: Command<Tools> = {
  usage: 'import-phone-methods TENANT FILE.csv [--dry-run]',
  what: 'enters numbers that users have to verify; says what became of each line, exit code 1 if one was refused. The columns: userId (or directoryId and objectId, for people of Entra), number, phoneType, country, extension. --dry-run only looks at the file',
  async run(tools, [tenantId = '', file = ''], { dryRun }) {
    await existing(tools.tenants, tenantId);
    const lines = readCsv(bytesOf(file));
    const readable = lines.filter(hasPhone);
    const results = dryRun
      ? await tryOut(tools, tenantId, readable)
      : await enterAll(tools, tenantId, readable);
    const byLine = new Map(readable.map(({ line }, place) => [line, results[place]]));
    const data = lines.map((each) => report(each, byLine.get(each.line)));
    const refused = data.filter(({ result }) => result === 'refused').length;
    return {
      text: [
        ...(data.length === 0 ? [] : [table(data.map(toRow))]),
        summary(data, dryRun !== undefined),
      ].join('\n'),
      data,
      isAlarming: refused > 0,
    };
  },
};

/** Commands about lists of numbers. */
export const IMPORT_COMMANDS = [importPhoneMethods];

type Readable = FileLine & { phone: ListedPhone };
const hasPhone = (line: FileLine): line is Readable => line.phone !== null;

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`FILE: ${(error as Error).message}`);
  }
}

async function tryOut({ policies }: Tools, tenantId: string, lines: Readable[]): Promise<Result[]> {
  const { policy } = await policies.current(tenantId);
  return checkList(
    lines.map(({ phone }) => phone),
    policy,
  ).map((checked) =>
    checked instanceof ServiceError
      ? { result: 'refused', code: checked.code, text: checked.message }
      : { result: 'possible', code: null, text: null },
  );
}

type Result = Pick<Reported, 'result' | 'code' | 'text'>;

/** With a bar on a terminal. */
async function enterAll({ phoneMethods }: Tools, tenantId: string, lines: Readable[]): Promise<Result[]> {
  const bar = new SingleBar({
    format: '{bar} {value} of {total} lines',
    stream: process.stderr,
    clearOnComplete: true,
  });
  bar.start(lines.length, 0);
  try {
    return await phoneMethods.import(
      tenantId,
      lines.map(({ phone }) => phone),
      (entered) => bar.update(entered),
    );
  } finally {
    bar.stop();
  }
}

function report({ line, phone, fault }: FileLine, result: Result | undefined): Reported {
  const { result: became = 'refused', code = null, text = fault } = result ?? {};
  return { line, userId: phone?.userId ?? null, result: became, code, text };
}

function toRow({ line, userId, result, text }: Reported): string[] {
  const said = result === 'refused' ? `${SAID.refused}: ${text}` : SAID[result];
  return [`line ${line}`, userId ?? '?', said];
}

function summary(data: Reported[], isDryRun: boolean): string {
  const counts = (['possible', 'added', 'changed', 'unchanged', 'refused'] as const)
    .map((result) => ({ result, count: data.filter((each) => each.result === result).length }))
    .filter(({ count }) => count > 0)
    .map(({ result, count }) => `${result}: ${count}`);
  const nothing = isDryRun ? ' Nothing was entered (--dry-run).' : '';
  return `Lines: ${data.length}${counts.length === 0 ? '' : ` (${counts.join(', ')})`}.${nothing}`;
}
