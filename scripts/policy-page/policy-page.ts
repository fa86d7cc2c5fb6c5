import { z } from 'zod';
import { policyDocumentSchema } from '../../src/domain/policy-schema.ts';

type Schema = z.core.JSONSchema.JSONSchema;

/** A field that holds a value, by its path within the document. */
export interface PolicyField {
  path: string;
  schema: Schema;
  required: boolean;
}

/** Every field of a policy that is sent, in the order of the schema; objects stand for their fields. */
export function policyFields(): PolicyField[] {
  return fieldsWithin(document(), '');
}

/** The page about the policy, in Markdown. */
export function policyPage(): string {
  const whole = document();
  const alone = fieldsWithin(whole, '').filter(({ path }) => !path.includes('.'));
  return `# The policy of a tenant

<!-- Written by scripts/policy-page.ts from src/domain/policy-schema.ts: change the descriptions there. -->

A policy says who may be called, how, how often and how long. A backend reads and replaces it with
[\`/v1/policy\`](api.md#the-policy), an operator with [\`npm run poundkey -- set-policy\`](operating/command-line.md).
A field that is left out has its default. Every version is kept. A change counts at once, also for calls that wait: one
that is no longer allowed is not placed and ends as \`blocked\`.

A name that ends in \`S\` is a time in seconds; each other field says its unit.

## General

${tableOf(alone)}

${groupsWithin(whole, '').map(sectionOf).join('\n\n')}
`;
}

function document(): Schema {
  return z.toJSONSchema(policyDocumentSchema, { io: 'input' });
}

function fieldsWithin({ properties = {}, required = [] }: Schema, prefix: string): PolicyField[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    if (typeof schema === 'boolean') return [];
    const path = `${prefix}${name}`;
    return schema.properties
      ? fieldsWithin(schema, `${path}.`)
      : [{ path, schema, required: required.includes(name) }];
  });
}

interface Group {
  path: string;
  schema: Schema;
}

function sectionOf({ path, schema }: Group): string {
  const inner = groupsWithin(schema, `${path}.`).map(
    (group) => `- \`${group.path}\`: ${group.schema.description}.`,
  );
  return [
    `## \`${path}\``,
    `${schema.description}.`,
    ...(inner.length === 0 ? [] : [inner.join('\n')]),
    tableOf(fieldsWithin(schema, `${path}.`)),
  ].join('\n\n');
}

function groupsWithin({ properties = {} }: Schema, prefix: string): Group[] {
  return Object.entries(properties).flatMap(([name, schema]) =>
    typeof schema !== 'boolean' && schema.properties ? [{ path: `${prefix}${name}`, schema }] : [],
  );
}

function tableOf(fields: readonly PolicyField[]): string {
  const rows = fields.map(
    ({ path, schema, required }) =>
      `| \`${path}\` | ${valuesOf(schema)} | ${required ? 'must be sent' : defaultOf(schema)} | ${schema.description ?? ''} |`,
  );
  return ['| field | values | default | meaning |', '| ----- | ------ | ------- | ------- |', ...rows].join(
    '\n',
  );
}

function valuesOf(schema: Schema): string {
  const { type, enum: choices, const: only, items, minimum, maximum, multipleOf } = schema;
  const forms = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map(shown).join(', ');
  if (only !== undefined) return `\`${only}\``;
  if (forms) return [...new Set(forms.map((form) => valuesOf(form as Schema)))].join(' or ');
  if (type === 'array') return `list of ${valuesOf(items as Schema)}`;
  if (type === 'boolean') return '`true`, `false`';
  if (type === 'object') return 'object';
  if (type === 'string') return 'text';
  if (type === 'null') return '`null`';
  const step = multipleOf === undefined ? '' : ` in steps of ${multipleOf}`;
  return `${minimum} to ${maximum}${step}`;
}

/** Where the default depends on the tenant, no schema knows it and the description says it. */
function defaultOf(schema: Schema): string {
  if (schema.default === undefined) return '';
  return Array.isArray(schema.default) && schema.default.length > 0
    ? schema.default.map(shown).join(', ')
    : `\`${JSON.stringify(schema.default).replaceAll('"', '')}\``;
}

/** Words in capitals stand without quotation, since such are settings everywhere else in the documents. */
function shown(value: unknown): string {
  return /^[A-Z_]+$/.test(String(value)) ? String(value) : `\`${value}\``;
}
