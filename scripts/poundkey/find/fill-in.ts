import { quoted } from '../../shell-word.ts';
import { NOBODY } from './read-whom.ts';

/** What is known of whom an action is about, and which command prints it. */
export interface Known {
  tenantId: string;
  /** As it is printed: one that is a number is masked, and not filled in. */
  userId: string;
  /** Of the verification; null: there is none. */
  id: string | null;
  printedBy: 'find' | 'story';
}

/** What leads back to the command that prints it. */
const LOOPS: Record<Known['printedBy'], RegExp> = {
  find: /npm run poundkey -- find TENANT USER says [^;.]*[;.] ?/g,
  story: / ?The error code says why; npm run poundkey -- story ID says what to do\./g,
};

/** A text with what is known in place of `TENANT`, `USER` and `story ID`, so that its commands can be pasted. */
export function fillIn(text: string, { tenantId, userId, id, printedBy }: Known): string {
  const words: [name: RegExp, value: string | null][] = [
    [/\bTENANT\b/g, wordOf(tenantId)],
    [/\bUSER\b/g, userId.includes('•') || userId === NOBODY ? null : wordOf(userId)],
    [/\bstory ID\b/g, id && `story ${id}`],
  ];
  return words.reduce(
    (filled, [name, value]) => (value === null ? filled : filled.replaceAll(name, () => value)),
    text.replaceAll(LOOPS[printedBy], ''),
  );
}

const wordOf = (text: string): string => (/^[\w.@:+-]+$/.test(text) ? text : quoted(text));
