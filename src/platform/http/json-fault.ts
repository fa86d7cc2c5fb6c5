/** Where a text stops being JSON (RFC 8259), told without repeating any of it. */

/** A place in a text, both from 1, and what was expected there. */
export interface JsonFault {
  line: number;
  /** In characters, as editors count. */
  column: number;
  expected: string;
}

/** Control characters must be escaped in text (section 7). */
const TEXT = String.raw`"(?:[^"\\\u0000-\u001F]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"`;
const NUMBER = String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])`;
const TOKEN = new RegExp(String.raw`[{}[\],:]|${TEXT}|${NUMBER}|(?:true|false|null)(?!\w)`, 'y');
const SPACE = /[ \t\n\r]*/y;

/** What may come next. `key` and `item` are the first in their object or list, which may also end at once. */
type Expecting = 'value' | 'item' | 'key' | 'nextKey' | 'colon' | 'objectEnd' | 'listEnd' | 'end';

const EXPECTED: Record<Expecting, string> = {
  value: 'a value: text in double quotes, a number, true, false, null, an object or a list',
  item: 'a value or ]',
  key: 'a name in double quotes or }',
  nextKey: 'a name in double quotes',
  colon: 'a colon',
  objectEnd: 'a comma or }',
  listEnd: 'a comma or ]',
  end: 'nothing more, for the value is complete',
};

/**
 * The first place at which the text cannot be JSON.
 * @returns undefined when it is JSON
 */
export function findJsonFault(text: string): JsonFault | undefined {
  const open: Open = [];
  let expecting: Expecting = 'value';
  let at = matchAt(SPACE, text, 0).length;
  while (at < text.length) {
    const token = matchAt(TOKEN, text, at);
    const next = after(expecting, token, open);
    if (next === undefined) return fault(text, at, expecting);
    expecting = next;
    at += token.length;
    at += matchAt(SPACE, text, at).length;
  }
  return expecting === 'end' ? undefined : fault(text, at, expecting);
}

type Open = ('{' | '[')[];

/** What is expected after a token; undefined when the token itself is not expected. `open` is changed. */
function after(expecting: Expecting, token: string, open: Open): Expecting | undefined {
  if (MAY_CLOSE[expecting] === token) return closed(open);
  if (expecting === 'value' || expecting === 'item') return afterValue(token, open);
  if (expecting === 'key' || expecting === 'nextKey') return token.startsWith('"') ? 'colon' : undefined;
  return AFTER_SIGN[expecting]?.[token];
}

const MAY_CLOSE: Partial<Record<Expecting, string>> = {
  key: '}',
  objectEnd: '}',
  item: ']',
  listEnd: ']',
};
const AFTER_SIGN: Partial<Record<Expecting, Partial<Record<string, Expecting>>>> = {
  colon: { ':': 'value' },
  objectEnd: { ',': 'nextKey' },
  listEnd: { ',': 'value' },
};

function afterValue(token: string, open: Open): Expecting | undefined {
  if (token === '{' || token === '[') {
    open.push(token);
    return token === '{' ? 'key' : 'item';
  }
  return /^["\w-]/.test(token) ? within(open) : undefined;
}

function closed(open: Open): Expecting {
  open.pop();
  return within(open);
}

function within(open: Open): Expecting {
  const innermost = open.at(-1);
  return innermost === undefined ? 'end' : innermost === '{' ? 'objectEnd' : 'listEnd';
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

function fault(text: string, at: number, expecting: Expecting): JsonFault {
  const before = text.slice(0, at).split('\n');
  const column = [...(before.at(-1) ?? '')].length + 1;
  const isText = text[at] === '"' && ['value', 'item', 'key', 'nextKey'].includes(expecting);
  const expected = isText
    ? 'text that ends with a double quote, with line breaks, quotes and backslashes escaped'
    : EXPECTED[expecting];
  return { line: before.length, column, expected };
}
