import { SaxesParser } from 'saxes';

/** An element of a template. Text of all its text nodes is one string, comments are left out. */
export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  children: XmlElement[];
  text: string;
  /** Where its opening tag ends, from 1. */
  line: number;
}

/** A parsed document, or the first reason why it is not well-formed and the line of it. */
export type ParsedXml = { root: XmlElement } | { problem: string; line: number };

/** Parses an XML 1.0 document into its elements. */
export function parseXml(text: string): ParsedXml {
  const parser = new SaxesParser();
  const top = emptyElement('', {}, 1);
  const open: XmlElement[] = [top];
  const failures: { problem: string; line: number }[] = [];
  const addText = (part: string) => {
    const element = open.at(-1);
    if (element) element.text += part;
  };
  parser.on('error', (error) => {
    failures.push({ problem: error.message.replace(/^\d+:\d+: /, ''), line: parser.line });
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element = emptyElement(name, attributes, parser.line);
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(text).close();
  const [root] = top.children;
  const [failure] = failures;
  return failure ?? (root ? { root } : { problem: 'there is no element', line: 1 });
}

/** The element as XML on one line: comments and the white space around its text are gone, text and attribute values are escaped. */
export function toXml({ name, attributes, text, children }: XmlElement): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`);
  const content = escapeXml(text.trim()) + children.map(toXml).join('');
  return content === '' ? `<${name}${pairs.join('')}/>` : `<${name}${pairs.join('')}>${content}</${name}>`;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** A text as XML text or attribute value. Characters that XML cannot hold at all are left out (XML 1.0, 2.2 Char). */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

function emptyElement(name: string, attributes: Record<string, string>, line: number): XmlElement {
  return { name, attributes, children: [], text: '', line };
}
