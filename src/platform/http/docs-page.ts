/** The API as a page for people, made from its own description: no script, nothing from elsewhere. */
import { createHash } from 'node:crypto';
import type { ContentPolicy } from './security-headers.ts';

/** What the page reads of an OpenAPI 3.1 document. */
interface Described {
  info: { title: string; version: string };
  paths?: Record<string, Record<string, Operation>>;
  webhooks?: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
}
interface Operation {
  operationId?: string;
  summary?: string;
  /** Empty: nothing is asked of callers. */
  security?: unknown[];
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema }[];
  requestBody?: { content?: Content };
  responses?: Record<string, { description?: string; content?: Content }>;
}
type Content = Record<string, { schema?: Schema }>;
interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  const?: unknown;
  format?: string;
  anyOf?: Schema[];
  oneOf?: Schema[];
}

/** How many objects within each other are shown; schemas may contain themselves. */
const DEEPEST = 4;

const STYLE = `
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}
section{border-top:1px solid #8886;padding:.5rem 0 1rem}
h2 code{font-size:1.1rem}h3{font-size:1rem;margin:1rem 0 .25rem}
table{border-collapse:collapse;width:100%}
td{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top}
td:first-child{min-width:9rem}.quiet{opacity:.7}
nav ul{padding-left:1.2rem}nav li{margin:.15rem 0}
@media(max-width:48rem){td{display:block;padding:0}td:first-child{padding-top:.6rem}td:empty{display:none}}`;

/** Lets the page have its one style, known by its hash, and nothing else. */
export const DOCS_POLICY: ContentPolicy = {
  defaultSrc: ["'none'"],
  styleSrc: [`'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};

/**
 * The page as HTML.
 * @param document an OpenAPI 3.1 document
 */
export function renderDocs(document: object): string {
  const { info, paths = {}, webhooks = {}, components = {} } = document as Described;
  const schemas = components.schemas ?? {};
  const operations = [
    ...operationsOf(paths).map((each) => ({ ...each, isOpen: each.operation.security?.length === 0 })),
    ...operationsOf(webhooks).map((each) => ({ ...each, isOpen: false })),
  ];
  const list = operations.map(
    ({ path, method, operation }) =>
      `<li><a href="#${text(operation.operationId)}"><code>${method} ${text(path)}</code></a> ${text(operation.summary)}</li>`,
  );
  const sections = operations.map((each) => renderOperation(each, schemas));
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${text(info.title)} API</title>
<style>${STYLE}</style>
<h1>${text(info.title)} API, version ${text(info.version)}</h1>
<p>Send <code>Authorization: Bearer pk_…</code> with every request, unless it says that it needs none. For programs: <a href="openapi.json">openapi.json</a>.</p>
<nav><ul>${list.join('\n')}</ul></nav>
${sections.join('\n')}
</html>\n`;
}

/** Those of addresses, or of webhooks by their names. */
function operationsOf(methodsOf: Record<string, Record<string, Operation>>) {
  return Object.entries(methodsOf).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
}

function renderOperation(
  {
    path,
    method,
    operation,
    isOpen,
  }: { path: string; method: string; operation: Operation; isOpen: boolean },
  schemas: Record<string, Schema>,
): string {
  const parameters = (operation.parameters ?? []).map(({ name, in: place, required, schema }) =>
    row(name, `${typeOf(schema)}, ${place}${required ? '' : ', optional'}`, schema?.description),
  );
  const answers = Object.entries(operation.responses ?? {}).flatMap(([status, { description, content }]) => [
    row(status, '', description),
    ...(status < '300' ? fieldsOf(content, schemas) : []),
  ]);
  return `<section id="${text(operation.operationId)}">
<h2><code>${method} ${text(path)}</code></h2><p>${text(operation.summary)}${isOpen ? '. It needs no API key.' : ''}</p>
${table('Parameters', parameters)}${table('Body', fieldsOf(operation.requestBody?.content, schemas))}${table('Answers', answers)}</section>`;
}

function table(title: string, rows: string[]): string {
  return rows.length === 0 ? '' : `<h3>${title}</h3><table>${rows.join('')}</table>\n`;
}

function row(name: string, type: string, description = ''): string {
  return `<tr><td><code>${text(name)}</code></td><td class="quiet">${text(type)}</td><td>${text(description)}</td></tr>`;
}

/** The fields of a body, one row each; those of an object within follow it as `object.field`. */
function fieldsOf(content: Content | undefined, schemas: Record<string, Schema>): string[] {
  return rowsOf(Object.values(content ?? {})[0]?.schema, schemas, '', 0);
}

function rowsOf(
  given: Schema | undefined,
  schemas: Record<string, Schema>,
  prefix: string,
  depth: number,
): string[] {
  const schema = resolve(given, schemas);
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const type = `${typeOf(field)}${schema.required?.includes(name) ? '' : ', optional'}`;
    const { description } = { ...resolve(field, schemas), ...field };
    const self = row(`${prefix}${name}`, type, description);
    return depth === DEEPEST ? [self] : [self, ...rowsWithin(field, schemas, `${prefix}${name}`, depth + 1)];
  });
}

/** The fields of the object that a field is, may be, or has a list of. */
function rowsWithin(field: Schema, schemas: Record<string, Schema>, name: string, depth: number): string[] {
  const { items, anyOf = [], oneOf = [], properties } = resolve(field, schemas);
  if (properties) return rowsOf(field, schemas, `${name}.`, depth);
  if (items) return rowsWithin(items, schemas, `${name}[]`, depth);
  return [...anyOf, ...oneOf].flatMap((choice) => rowsWithin(choice, schemas, name, depth));
}

function resolve(schema: Schema = {}, schemas: Record<string, Schema>): Schema {
  const name = schema.$ref?.split('/').at(-1);
  return name === undefined ? schema : (schemas[name] ?? {});
}

function typeOf(schema: Schema = {}): string {
  if (schema.$ref) return schema.$ref.split('/').at(-1) ?? '';
  if (schema.enum) return schema.enum.map(String).join(' | ');
  if (schema.const !== undefined) return String(schema.const);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map(typeOf).join(' | ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items)}`;
  return [schema.type].flat().join(' | ') + (schema.format ? ` (${schema.format})` : '');
}

function text(value = ''): string {
  return value.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
