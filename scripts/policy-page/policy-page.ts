import { z } from 'zod';
import { tenantPolicySchema } from '../../src/domain/policy-schema.ts';

type Schema = z.core.JSONSchema.JSONSchema;

/** A field that holds a value, by its path within the document. */
export interface PolicyField {
  path: string;
  schema: Schema;
}

/** Every field of a policy, in the order of the schema; objects stand for their fields. */
export function policyFields(): PolicyField[] {
  return fieldsWithin(z.toJSONSchema(tenantPolicySchema, { io: 'input' }), '');
}

function fieldsWithin({ properties = {} }: Schema, prefix: string): PolicyField[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    if (typeof schema === 'boolean') return [];
    const path = `${prefix}${name}`;
    return schema.properties ? fieldsWithin(schema, `${path}.`) : [{ path, schema }];
  });
}

/** The page about the policy, in Markdown. */
export function policyPage(): string {
  const rows = policyFields().map(
    ({ path, schema }) =>
      `| \`${path}\` | ${valuesOf(schema)} | ${defaultOf(schema)} | ${schema.description ?? ''} |`,
  );
  return `# The policy of a tenant

<!-- Written by scripts/policy-page.ts from src/domain/policy-schema.ts: change the descriptions there. -->

A policy says who may be called, how, how often and how long. A backend reads and replaces it with
[\`/v1/policy\`](api.md#the-policy), an operator with [\`npm run poundkey -- set-policy\`](operating/command-line.md).
A field that is left out has its default. Every version is kept. A change counts at once, also for calls that wait: one
that is no longer allowed is not placed and ends as \`blocked\`. Times are in seconds.

| field | values | default | meaning |
| ----- | ------ | ------- | ------- |
${rows.join('\n')}
`;
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

/** An organisation has the tenant's name by default, which no schema knows. */
function defaultOf(schema: Schema): string {
  if (schema.default === undefined) return '';
  return Array.isArray(schema.default)
    ? schema.default.map(shown).join(', ')
    : `\`${JSON.stringify(schema.default).replaceAll('"', '')}\``;
}

/** Words in capitals stand without quotation, since such are settings everywhere else in the documents. */
function shown(value: unknown): string {
  return /^[A-Z_]+$/.test(String(value)) ? String(value) : `\`${value}\``;
}
