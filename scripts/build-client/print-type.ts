/** Writes JSON Schema as TypeScript: as much of it as zod makes of the schemas of the REST API. */

/** A schema as zod's `toJSONSchema` makes it. */
export interface JsonSchema {
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  type?: string | string[];
  description?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  /** Of those that a field tells apart. */
  oneOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
}

/**
 * The type of the values that a schema describes.
 * @param schema its `$defs` are those of every `$ref` in it
 * @throws Error for a schema of another kind
 */
export function printType(schema: JsonSchema, defs: Record<string, JsonSchema> = schema.$defs ?? {}): string {
  const print = (part: JsonSchema) => printType(part, defs);
  if (schema.$ref !== undefined)
    return print(defs[schema.$ref.replace('#/$defs/', '')] ?? unknownKind(schema));
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return alternatives.map(print).join(' | ');
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (Array.isArray(schema.type)) return schema.type.map((type) => print({ ...schema, type })).join(' | ');
  switch (schema.type) {
    case 'object':
      return schema.properties ? printFields(schema, print) : `Record<string, ${printRest(schema, print)}>`;
    case 'array':
      return `Array<${print(schema.items ?? {})}>`;
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case undefined:
      return 'unknown';
    default:
      return unknownKind(schema);
  }
}

type Print = (part: JsonSchema) => string;

function printFields({ properties = {}, required = [] }: JsonSchema, print: Print): string {
  const fields = Object.entries(properties).map(([name, field]) => {
    const isRequired = required.includes(name);
    const type = isRequired ? print(field) : `${print(field)} | undefined`;
    return `${comment(field)}${name}${isRequired ? '' : '?'}: ${type};\n`;
  });
  return `{\n${fields.join('')}}`;
}

function printRest({ additionalProperties: rest }: JsonSchema, print: Print): string {
  return typeof rest === 'object' ? print(rest) : 'unknown';
}

function comment({ description }: JsonSchema): string {
  return description === undefined ? '' : `/** ${description.replaceAll('*/', '* /')}. */\n`;
}

function unknownKind(schema: JsonSchema): never {
  throw new Error(
    `This part of a schema cannot be written as a type yet: ${JSON.stringify(schema)}. Add its kind.`,
  );
}
