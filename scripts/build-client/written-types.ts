/** Writes out the types of `src/client/types.ts`, so that the package needs neither zod nor the source of the service. */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { type JsonSchema, printType } from './print-type.ts';

/** `import type { A, B as C } from '…';` */
const IMPORT = /^import type \{([^}]+)\} from '([^']+)';$/gms;
/** `export type Name = z.input<typeof Schema>;`, with the comment before it. */
const INFERRED = /^export type (\w+) = z\.(input|output)<typeof (\w+)>;$/gm;
/** `export type Name = (typeof LIST)[number];` or `export type Name = keyof typeof TABLE;` */
const NAMES = /^export type (\w+) = (?:\(typeof (\w+)\)\[number\]|keyof typeof (\w+));$/gm;

/**
 * The text of the file with every inferred type written out; the rest stays as it is.
 * @param path of `types.ts`
 * @throws Error when a type is left that is inferred in another way
 */
export async function writtenTypes(path: string): Promise<string> {
  const source = readFileSync(path, 'utf8');
  const values = await importedValues(source, path);
  const written = source
    .replaceAll(IMPORT, '')
    .replaceAll(INFERRED, (_line, name: string, io: 'input' | 'output', schema: string) => {
      const described = z.toJSONSchema(values.get(schema) as z.ZodType, { io, unrepresentable: 'any' });
      return `export type ${name} = ${printType(described as JsonSchema)};`;
    })
    .replaceAll(NAMES, (_line, name: string, list?: string, table?: string) => {
      const names = list === undefined ? Object.keys(values.get(table ?? '') as object) : values.get(list);
      return `export type ${name} = ${(names as string[]).map((each) => JSON.stringify(each)).join(' | ')};`;
    });
  const left = /^.*(?:\bz\.|\btypeof\b).*$/m.exec(written)?.[0];
  if (left !== undefined)
    throw new Error(`This type cannot be written out: ${left}. Use one of the forms above.`);
  return written;
}

/** What the file names of other files, by the names that it has here. */
async function importedValues(source: string, path: string): Promise<Map<string, unknown>> {
  const values = new Map<string, unknown>();
  for (const [, names = '', from = ''] of source.matchAll(IMPORT)) {
    if (!from.startsWith('.')) continue;
    const module: Record<string, unknown> = await import(new URL(from, pathToFileURL(path)).href);
    for (const name of names.split(',').map((each) => each.trim())) {
      const [there = '', here = there] = name.split(' as ');
      if (there !== '') values.set(here, module[there]);
    }
  }
  return values;
}
