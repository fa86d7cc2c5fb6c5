/** Makes an SVG picture from somebody else safe. */
import { type SaxesAttributeNS, SaxesParser, type SaxesTagNS } from 'saxes';
import {
  ELEMENTS_WITH_TEXT,
  KEPT_ATTRIBUTES,
  KEPT_ELEMENTS,
  SVG,
  styleProblem,
  UNSEEN_ELEMENTS,
  XLINK,
} from './allowed.ts';

/** More would take long to draw. */
const MOST_ELEMENTS = 2_000;
const DEEPEST = 40;

/** What keeps a picture from being safe, for its author. */
class Unsafe extends Error {}

/**
 * Writes the picture anew from what is known to be harmless. What is not seen (comments, descriptions, what editors add)
 * is left out; what could run, load or hide something refuses the whole picture, so that none looks other than its author
 * wants it.
 * @returns the picture, which comes out unchanged the next time, or the rule that it breaks
 */
export function safeSvg(text: string): { svg: string } | { problem: string } {
  try {
    return { svg: rewritten(text) };
  } catch (error) {
    if (error instanceof Unsafe) return { problem: error.message };
    throw error;
  }
}

function rewritten(text: string): string {
  const picture = new Rewriting();
  const parser = new SaxesParser({ xmlns: true, defaultXMLVersion: '1.0', forceXMLVersion: true });
  parser.on('error', () => refuse('This must be well-formed XML.'));
  parser.on('doctype', (doctype) => {
    if (doctype.includes('[')) refuse('The picture must define no entities.');
  });
  parser.on('processinginstruction', ({ target }) => {
    if (target === 'xml-stylesheet') refuse('The picture must refer to no stylesheet.');
  });
  parser.on('opentag', (tag) => picture.open(tag));
  parser.on('closetag', () => picture.close());
  parser.on('text', (content) => picture.text(content));
  parser.on('cdata', (content) => picture.text(content));
  parser.write(text).close();
  return picture.written();
}

/** The picture as far as it has been read. */
class Rewriting {
  readonly #parts: string[] = [];
  /** The elements around, the outermost first; null: one that is left out. */
  readonly #open: (string | null)[] = [];
  #elements = 0;
  /** The style that is being read: comments may cut it in pieces, so it is looked at as a whole. */
  #style = '';

  open(tag: SaxesTagNS): void {
    this.#elements += 1;
    if (this.#elements > MOST_ELEMENTS) refuse(`The picture must have at most ${MOST_ELEMENTS} elements.`);
    if (this.#open.length >= DEEPEST) refuse(`Elements of the picture must be at most ${DEEPEST} deep.`);
    const isRoot = this.#open.length === 0;
    if (isRoot) checkRoot(tag);
    const isKept = isRoot || (this.#open.at(-1) !== null && isSeen(tag));
    this.#open.push(isKept ? tag.local : null);
    if (isKept) this.#parts.push(`<${tag.local}${isRoot ? ` xmlns="${SVG}"` : ''}${attributesOf(tag)}>`);
  }

  text(content: string): void {
    const within = this.#open.at(-1) ?? '';
    if (within === 'style') this.#style += content;
    if (ELEMENTS_WITH_TEXT.has(within)) this.#parts.push(escaped(content));
  }

  close(): void {
    const name = this.#open.pop() ?? null;
    if (name === null) return;
    if (name === 'style') this.#closeStyle();
    this.#parts.push(`</${name}>`);
  }

  #closeStyle(): void {
    refuseIf(styleProblem(this.#style));
    this.#parts.push(escaped(this.#style));
    this.#style = '';
  }

  written(): string {
    return this.#parts.join('');
  }
}

function checkRoot({ local, uri, attributes }: SaxesTagNS): void {
  if (local !== 'svg' || uri !== SVG) refuse(`The picture must begin with <svg xmlns="${SVG}">.`);
  if (!('viewBox' in attributes)) refuse('The picture must have a viewBox, so that it fits every size.');
}

/** What editors add has namespaces of its own. */
function isSeen({ local, uri }: SaxesTagNS): boolean {
  if (uri !== SVG || UNSEEN_ELEMENTS.has(local)) return false;
  if (KEPT_ELEMENTS.has(local)) return true;
  const name = /^[A-Za-z]{1,30}$/.test(local) ? `<${local}>` : 'other elements';
  return refuse(
    `The picture must have shapes, text, gradients, clipPath and mask only, and no ${name}. Save it as plain SVG, or send a PNG.`,
  );
}

function attributesOf(tag: SaxesTagNS): string {
  const kept = new Map<string, string>();
  for (const attribute of Object.values(tag.attributes)) {
    if (!isKept(attribute)) continue;
    refuseIf(attributeProblem(attribute));
    kept.set(attribute.local, attribute.value);
  }
  return [...kept]
    .map(([name, value]) => ` ${name}="${escaped(value.replaceAll(/[\t\n\r]/g, ' '))}"`)
    .join('');
}

function isKept({ local, uri }: SaxesAttributeNS): boolean {
  if (uri === '' && /^on/i.test(local)) refuse('The picture must have no event handlers, such as onload.');
  return (uri === '' && KEPT_ATTRIBUTES.has(local)) || (uri === XLINK && local === 'href');
}

function attributeProblem({ local, value }: SaxesAttributeNS): string | null {
  if (local === 'id' || local === 'class') return null;
  if (local !== 'href') return styleProblem(value);
  return /^#[\w.:-]+$/.test(value)
    ? null
    : 'The picture must refer to its own parts only, as in href="#name".';
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escaped = (text: string): string =>
  text.replaceAll('\r', ' ').replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);

function refuseIf(problem: string | null): void {
  if (problem !== null) refuse(problem);
}

function refuse(problem: string): never {
  throw new Unsafe(problem);
}
