/** Reads TwiML documents. */
import { SaxesParser } from 'saxes';

/** An element of a document: verbs, and the elements inside them. `text` is all text inside, trimmed. */
export interface Verb {
  name: string;
  attributes: Record<string, string>;
  text: string;
  children: Verb[];
}

/** A document that cannot be fetched or played; `code` is Twilio's number, `url` the document's address. */
export class DocumentError extends Error {
  override name = 'DocumentError';
  readonly code: number;
  readonly url: string;
  constructor(code: number, message: string, url: string) {
    super(message);
    this.code = code;
    this.url = url;
  }
}

const VERBS = ['Say', 'Play', 'Pause', 'Gather', 'Redirect', 'Hangup', 'Reject'];
/** Twilio, Gather: only these may stand inside. */
const IN_GATHER = ['Say', 'Play', 'Pause'];
/** Twilio, error 11750: a document holds at most 64 kB. */
const MAX_BYTES = 64 * 1024;

/**
 * The verbs of the document in `xml`; `url` is where it came from, for the error. Throws `DocumentError`: 11750 too
 * large, 12100 not well-formed, 12200 not a Response, or a verb that the simulator or TwiML does not know.
 */
export function readTwiml(xml: string, url: string): Verb[] {
  if (Buffer.byteLength(xml) > MAX_BYTES)
    throw new DocumentError(11750, 'The document is larger than 64 kB', url);
  const root = parse(xml, url);
  if (root.name !== 'Response')
    throw new DocumentError(12200, `The document is a ${root.name}, not a Response`, url);
  requireKnown(root, VERBS, url);
  for (const verb of root.children) if (verb.name === 'Gather') requireKnown(verb, IN_GATHER, url);
  return root.children;
}

function requireKnown(parent: Verb, known: string[], url: string): void {
  const stranger = parent.children.find((child) => !known.includes(child.name));
  if (!stranger) return;
  const message = `<${stranger.name}> is not allowed in <${parent.name}>; allowed: ${known.join(', ')}`;
  throw new DocumentError(12200, message, url);
}

function parse(xml: string, url: string): Verb {
  const top: Verb = { name: '', attributes: {}, text: '', children: [] };
  const open = [top];
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }) => {
    const verb: Verb = { name, attributes, text: '', children: [] };
    open.at(-1)?.children.push(verb);
    open.push(verb);
  });
  const addText = (text: string) => {
    for (const verb of open) verb.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const closed = open.pop();
    if (closed) closed.text = closed.text.trim().replace(/\s+/g, ' ');
  });
  parser.on('error', (error) => {
    throw new DocumentError(12100, `The document is not well-formed XML: ${error.message}`, url);
  });
  parser.write(xml.trimStart()).close();
  const root = top.children[0];
  if (!root) throw new DocumentError(12100, 'The document is empty', url);
  return root;
}
