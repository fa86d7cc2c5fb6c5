import { type CallStep, STEP_RULES } from '../../dialogue.ts';
import { ownValue } from './own-value.ts';
import { LAST_VERBS, type VerbRule, verbRulesFor } from './verb-rules.ts';
import type { XmlElement } from './xml.ts';

/** Something wrong in a template, and the line of it (from 1). */
export interface TemplateProblem {
  line: number;
  problem: string;
}

/**
 * Checks a step's template: only verbs, attributes and values that Twilio knows and Poundkey answers, in places
 * where Twilio allows them, and an end on every path.
 * @returns everything that is wrong; empty when the template is good
 */
export function checkTemplate(step: CallStep, root: XmlElement): TemplateProblem[] {
  if (root.name !== 'Response')
    return [{ line: root.line, problem: `the document is a <${root.name}>, expected <Response>` }];
  return [
    ...checkElement(root, verbRulesFor(STEP_RULES[step])),
    ...checkEnd(root),
    ...checkAddresses(step, root),
    ...checkGreeting(step, root),
  ];
}

/** The keys of the messages that a template says: the `x` of each `{{say.x}}`. */
export function messageKeysOf(root: XmlElement): string[] {
  return textsOf(root).flatMap((text) =>
    [...text.matchAll(/\{\{say\.([a-z0-9-]+)\}\}/g)].map((match) => match[1] ?? ''),
  );
}

function checkElement(element: XmlElement, rules: Record<string, VerbRule>): TemplateProblem[] {
  const rule = ownValue(rules, element.name);
  if (!rule) return [];
  return [
    ...checkAttributes(element, rule),
    ...checkText(element, rule),
    ...checkChildren(element, rule),
    ...element.children.flatMap((child) => checkElement(child, rules)),
  ];
}

function checkChildren({ name, children }: XmlElement, rule: VerbRule): TemplateProblem[] {
  const expected = rule.children.length === 0 ? 'nothing' : rule.children.join(', ');
  return children
    .filter((child) => !rule.children.includes(child.name))
    .map(({ name: child, line }) => ({
      line,
      problem: `<${child}> may not stand in <${name}>, expected ${expected}`,
    }));
}

function checkText({ name, text, line }: XmlElement, rule: VerbRule): TemplateProblem[] {
  if (rule.text ? rule.text.pattern.test(text.trim()) : text.trim() === '') return [];
  return [{ line, problem: `<${name}> has the wrong text, expected ${rule.text?.expected ?? 'none'}` }];
}

function checkAttributes({ name, attributes, line }: XmlElement, rule: VerbRule): TemplateProblem[] {
  const rules = { ...rule.required, ...rule.optional };
  const missing = Object.entries(rule.required)
    .filter(([key]) => !Object.hasOwn(attributes, key))
    .map(([key, { expected }]) => ({ line, problem: `<${name}> has no ${key}, expected ${expected}` }));
  const wrong = Object.entries(attributes)
    .filter(([key, value]) => !ownValue(rules, key)?.pattern.test(value))
    .map(([key, value]) => {
      const expected =
        ownValue(rules, key)?.expected ?? `only ${Object.keys(rules).join(', ') || 'no attributes'}`;
      return { line, problem: `<${name}> has ${key}="${value}", expected ${expected}` };
    });
  return [...missing, ...wrong];
}

/** Verbs are read in order and only a gather that got a key leaves early, so the last verb decides how all paths end. */
function checkEnd({ children, line }: XmlElement): TemplateProblem[] {
  const early = children
    .slice(0, -1)
    .filter(({ name }) => LAST_VERBS.includes(name))
    .map(({ name, line }) => ({
      line,
      problem: `nothing after <${name}> is ever played, expected it at the end`,
    }));
  const last = children.at(-1);
  if (last && LAST_VERBS.includes(last.name)) return early;
  return [
    ...early,
    { line: last?.line ?? line, problem: 'the document has to end with <Redirect> or <Hangup>' },
  ];
}

function checkAddresses(step: CallStep, root: XmlElement): TemplateProblem[] {
  const used = new Set(textsOf(root).flatMap((text) => text.match(/(?<=\{\{)\w+Url(?=\}\})/g) ?? []));
  const expected = new Set<string>(STEP_RULES[step].leadsTo);
  const missing = [...expected.difference(used)].map(
    (name) => `the step "${step}" has to lead to {{${name}}}`,
  );
  const extra = [...used.difference(expected)].map(
    (name) => `the step "${step}" may not lead to {{${name}}}`,
  );
  return [...missing, ...extra].map((problem) => ({ line: root.line, problem }));
}

/** A greeting that some template forgot would be configured and never heard; outside the gather no key could cut it short. */
function checkGreeting(step: CallStep, root: XmlElement): TemplateProblem[] {
  if (!STEP_RULES[step].greets) return [];
  const gathers = root.children.filter(({ name }) => name === 'Gather');
  const places = gathers.flatMap(({ children }) => children.filter(({ name }) => name === 'Greeting'));
  if (places.length === 1) return [];
  const problem = `the step "${step}" has ${places.length} <Greeting>, expected one in its <Gather>`;
  return [{ line: places.at(-1)?.line ?? root.line, problem }];
}

function textsOf({ text, attributes, children }: XmlElement): string[] {
  return [text, ...Object.values(attributes), ...children.flatMap(textsOf)];
}
