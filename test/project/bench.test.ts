// What the benchmark says about samples is right, and its tables find their place in the document.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { identityOf, ofNumber, ofUser, seededNumber } from '../../scripts/bench/identity.ts';
import { MEASURES } from '../../scripts/bench/measures/index.ts';
import { helpText, readOptions } from '../../scripts/bench/options.ts';
import { median, mostInWindow, quantile } from '../../scripts/bench/statistics.ts';
import { spread, writeTables } from '../../scripts/bench/table.ts';

describe('samples', () => {
  it('have a median and quantiles by the nearest rank', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(quantile([5, 1, 4, 2, 3], 0.5)).toBe(3);
    expect(quantile([5, 1, 4, 2, 3], 0.99)).toBe(5);
    expect(median([])).toBeNaN();
  });

  it('are counted in the fullest window, wherever it begins', () => {
    expect(mostInWindow([0, 900, 1000, 1100, 1899], 1000)).toBe(4);
    expect(mostInWindow([0, 1000, 2000], 1000)).toBe(1);
  });

  it('are shown with their range, what is missing as a dash, what did not come as infinite', () => {
    expect(spread([2, 1, 3], 1)).toBe('2.0 [1.0–3.0]');
    expect(spread([2])).toBe('2');
    expect(spread([Number.NaN])).toBe('–');
    expect(spread([1, Number.POSITIVE_INFINITY])).toBe('∞ [1–∞]');
  });
});

describe('verifications of the load', () => {
  it('are known by user and by number, those that were there before by neither', () => {
    const { userId, number } = identityOf(42);
    expect([ofUser(userId), ofNumber(number)]).toEqual([42, 42]);
    expect([ofUser('waiting-42'), ofNumber(seededNumber(42))]).toEqual([Number.NaN, Number.NaN]);
  });
});

describe('options', () => {
  it('have defaults, and refuse what is unknown or no number', () => {
    expect(readOptions([], ['start'])).toMatchObject({ only: ['start'], rounds: 4, inFlight: 50 });
    expect(readOptions(['--help'], ['start'])).toBeNull();
    expect(() => readOptions(['--only', 'end'], ['start'])).toThrow('Known are: start');
    expect(() => readOptions(['--rounds', 'x'], ['start'])).toThrow('--rounds');
  });

  it('name every measure once, and the help says what it measures', () => {
    const names = MEASURES.map(({ name }) => name);
    expect(names).toContain('app-passwords');
    expect(new Set(names).size).toBe(names.length);
    for (const { name, about } of MEASURES)
      expect(helpText([...MEASURES])).toMatch(new RegExp(`^ {2}${name} +${RegExp.escape(about)}$`, 'm'));
  });
});

describe('tables', () => {
  const table = { id: 'rate', title: 'Rate', columns: ['a', 'b'], rows: [['1', '2|3']] };
  const documentOf = (text: string) => {
    const directory = mkdtempSync(join(tmpdir(), 'poundkey-test-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const file = join(directory, 'performance.md');
    writeFileSync(file, text);
    return pathToFileURL(file);
  };

  it('replace what stood in their place, and nothing else', () => {
    const file = documentOf('before\n<!-- table:rate -->\nold\n<!-- end -->\nafter\n');
    writeTables(file, [table], 'today');
    writeTables(file, [table], 'today');
    const expected = [
      'before\n<!-- table:rate -->\n\n**Rate**\n\n| a | b |\n|---|---|\n| 1 | 2\\|3 |',
      '_today_\n\n<!-- end -->\nafter\n',
    ];
    expect(readFileSync(file, 'utf8')).toBe(expected.join('\n\n'));
  });

  it('are missed where the document has no place for them', () => {
    expect(() => writeTables(documentOf('nothing'), [table], 'today')).toThrow('table:rate');
  });
});
