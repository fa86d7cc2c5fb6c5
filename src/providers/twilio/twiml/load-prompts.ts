/** Reads what calls and texts say from files that an operator can edit, and refuses to start with any that would fail on a call. */

import { CALL_STEPS, type CallStep, STEP_RULES } from '../../dialogue.ts';
import { checkLanguage, type Language, type NeededMessage, readLanguage } from './check-language.ts';
import { checkTemplate, messageKeysOf } from './check-template.ts';
import { loadTenants } from './load-tenants.ts';
import { type Report, readFolder } from './read-files.ts';
import { createPrompts, type Documents, type Prompts, prepareDocument } from './render.ts';
import { parseXml, type XmlElement } from './xml.ts';

/** The prompt files cannot be used. `problems` has one sentence for each fault, each beginning with file and line. */
export class PromptFilesError extends Error {
  override name = 'PromptFilesError';
  readonly problems: string[];
  constructor(directory: string, problems: string[]) {
    super(
      `The prompts in ${directory} cannot be used:\n${problems.map((problem) => `- ${problem}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

/** Twilio, error 11750: the most bytes of a document. Room is left for addresses and the organisation's name. */
const LONGEST_DOCUMENT = 64 * 1024 - 8 * 1024;

/**
 * Loads and checks `steps/*.xml` (one per call step), `languages/*.json` (one per language) and
 * `tenants/<tenant>/languages/*.json` (the texts that a tenant replaces; the folder may be absent).
 * @param directory the `twiml` directory
 * @throws PromptFilesError with everything that is wrong in any file
 */
export function loadPrompts(directory: string): Prompts {
  const problems: string[] = [];
  const report: Report = (place, problem) => problems.push(`${place}: ${problem}`);
  const templates = loadTemplates(directory, report);
  const needed = messagesOf(templates);
  // A template that cannot be read may need keys that nobody else does.
  const isAll = templates.size === CALL_STEPS.length;
  const languages = loadLanguages(directory, needed, isAll, report);
  const tenants = loadTenants(directory, languages, needed, isAll, report);
  if (problems.length > 0) throw new PromptFilesError(directory, problems);
  const prepare = (all: readonly Language[]) =>
    new Map(
      all.map((language) => [
        language.locale,
        { documents: prepareAll(templates, language, report), text: language.text },
      ]),
    );
  const prepared = prepare(languages);
  const ofTenants = new Map([...tenants].map(([tenantId, own]) => [tenantId, prepare(own)]));
  if (problems.length > 0) throw new PromptFilesError(directory, problems);
  return createPrompts(languages, prepared, ofTenants);
}

function loadTemplates(directory: string, report: Report): Map<CallStep, XmlElement> {
  const templates = new Map<CallStep, XmlElement>();
  const files = readFolder(directory, 'steps', '.xml', report);
  for (const [name, text] of files) {
    const step = CALL_STEPS.find((known) => known === name);
    const root = step ? readTemplate(step, text, report) : null;
    if (step && root) templates.set(step, root);
    if (!step) report(`steps/${name}.xml`, `there is no such step, expected ${CALL_STEPS.join(', ')}`);
  }
  for (const step of CALL_STEPS) {
    if (!files.has(step)) report(`steps/${step}.xml`, 'the file is missing');
  }
  return templates;
}

function readTemplate(step: CallStep, text: string, report: Report): XmlElement | null {
  const parsed = parseXml(text);
  const at = (line: number) => `steps/${step}.xml:${line}`;
  if ('problem' in parsed) {
    report(at(parsed.line), `it is not well-formed XML: ${parsed.problem}`);
    return null;
  }
  for (const { line, problem } of checkTemplate(step, parsed.root)) report(at(line), problem);
  return parsed.root;
}

function loadLanguages(
  directory: string,
  needed: ReadonlyMap<string, NeededMessage>,
  isAll: boolean,
  report: Report,
): Language[] {
  const files = readFolder(directory, 'languages', '.json', report);
  if (files.size === 0)
    report('languages', 'there is no language, expected at least one file such as en-US.json');
  return [...files].flatMap(([name, text]) => {
    const place = `languages/${name}.json`;
    const read = readLanguage(text);
    const problems = 'problems' in read ? read.problems : checkLanguage(read.content, name, needed, isAll);
    for (const problem of problems) report(place, problem);
    return 'content' in read ? [read.content] : [];
  });
}

function messagesOf(templates: Map<CallStep, XmlElement>): Map<string, NeededMessage> {
  const needed = new Map<string, NeededMessage>();
  for (const [step, root] of templates) {
    for (const key of messageKeysOf(root)) {
      const before = needed.get(key)?.knowsOrganisation ?? true;
      needed.set(key, { knowsOrganisation: before && STEP_RULES[step].knowsOrganisation });
    }
  }
  return needed;
}

function prepareAll(templates: Map<CallStep, XmlElement>, language: Language, report: Report): Documents {
  const documents = new Map<CallStep, string>();
  for (const [step, root] of templates) {
    const document = prepareDocument(root, language);
    const bytes = Buffer.byteLength(document);
    if (bytes > LONGEST_DOCUMENT) {
      report(
        `steps/${step}.xml`,
        `it has ${bytes} bytes in ${language.locale}, expected at most ${LONGEST_DOCUMENT}`,
      );
    }
    documents.set(step, document);
  }
  return documents;
}
