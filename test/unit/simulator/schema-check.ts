/** Checks an answer against Twilio's schema: types, patterns, enumerations, nullability, dates. */
import { readFileSync } from 'node:fs';

interface Rule {
  type: string;
  nullable?: boolean;
  pattern?: string;
  enum?: string[];
  format?: string;
}

const SCHEMAS = JSON.parse(readFileSync(new URL('./call-schema.json', import.meta.url), 'utf8')) as Record<
  'call' | 'text' | 'list',
  { properties: Record<string, Rule> }
>;

const RFC_2822 = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000$/;

/** The fields of `answer` that are missing, unknown or wrong by the named schema. */
export function deviations(name: 'call' | 'text' | 'list', answer: object): string[] {
  const { properties } = SCHEMAS[name];
  const unknown = Object.keys(answer).filter((field) => !(field in properties));
  const wrong = Object.entries(properties).flatMap(([field, rule]) => {
    const value = (answer as Record<string, unknown>)[field];
    if (value === undefined) return [`${field} is missing`];
    return fits(value, rule) ? [] : [field];
  });
  return [...unknown.map((field) => `${field} is unknown`), ...wrong];
}

function fits(value: unknown, rule: Rule): boolean {
  if (value === null) return rule.nullable === true;
  if (rule.type === 'integer') return Number.isInteger(value);
  if (typeof value !== rule.type) return false;
  if (typeof value !== 'string') return true;
  if (rule.pattern && !new RegExp(rule.pattern).test(value)) return false;
  if (rule.enum && !rule.enum.includes(value)) return false;
  return rule.format !== 'date-time-rfc-2822' || RFC_2822.test(value);
}
