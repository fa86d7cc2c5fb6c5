import { SaxesParser } from 'saxes';

/** Verbs in the order in which they open, with attributes and own text. Throws when the document is not well-formed. */
export function read(document: string) {
  const verbs: {
    name: string;
    attributes: Record<string, string>;
    text: string;
    parent: string | undefined;
  }[] = [];
  const open: typeof verbs = [];
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }) => {
    const verb = { name, attributes: { ...attributes }, text: '', parent: open.at(-1)?.name };
    verbs.push(verb);
    open.push(verb);
  });
  parser.on('closetag', () => void open.pop());
  parser.on('text', (text) => {
    const verb = open.at(-1);
    if (verb) verb.text += text;
  });
  parser.write(document).close();
  return verbs;
}

/** What the voice says, from beginning to end. */
export function spoken(document: string): string {
  return read(document)
    .filter(({ name }) => name === 'Say')
    .map(({ text }) => text)
    .join(' ');
}
