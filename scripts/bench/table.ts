/** Tables of results: on the console, and in docs/performance.md between markers. */
import { readFileSync, writeFileSync } from 'node:fs';
import { median } from './statistics.ts';

/** One table. `id` names its place in the document. */
export interface Table {
  id: string;
  title: string;
  columns: string[];
  rows: string[][];
  /** Not for the document. */
  isPrintedOnly?: boolean;
}

/** A number with so many decimals; a dash where there is none, `∞` for what did not come in time. */
export function number(value: number, decimals = 0): string {
  if (value === Number.POSITIVE_INFINITY) return '∞';
  return Number.isFinite(value) ? value.toFixed(decimals) : '–';
}

/** The median of several rounds and, where there was more than one, their least and greatest value. */
export function spread(values: readonly number[], decimals = 0): string {
  const known = values.filter((value) => !Number.isNaN(value));
  const middle = number(median(known), decimals);
  if (known.length < 2) return middle;
  return `${middle} [${number(Math.min(...known), decimals)}–${number(Math.max(...known), decimals)}]`;
}

/** A table as text for a terminal. */
export function asText({ title, columns, rows }: Table): string {
  const all = [columns, ...rows];
  const widths = columns.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const lines = all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return ['', title, ...lines.map((line) => `  ${line.trimEnd()}`)].join('\n');
}

/** A table in Markdown. */
function asMarkdown({ title, columns, rows }: Table): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = `|${columns.map(() => '---|').join('')}`;
  return [`**${title}**`, '', line(columns), rule, ...rows.map(line)].join('\n');
}

/**
 * Puts tables into a document: each between `<!-- table:ID -->` and `<!-- end -->`. Other tables stay as they are.
 * @param stamp when, where and how it was measured; goes under each table
 * @throws Error when the document has no place for a table
 */
export function writeTables(file: URL, tables: Table[], stamp: string): void {
  let text = readFileSync(file, 'utf8');
  for (const table of tables.filter(({ isPrintedOnly }) => !isPrintedOnly)) {
    const place = new RegExp(`(<!-- table:${table.id} -->\n)[^]*?(<!-- end -->)`);
    if (!place.test(text))
      throw new Error(`${file.pathname} has no <!-- table:${table.id} --> … <!-- end -->`);
    text = text.replace(place, (_, open, end) => `${open}\n${asMarkdown(table)}\n\n_${stamp}_\n\n${end}`);
  }
  writeFileSync(file, text);
}
