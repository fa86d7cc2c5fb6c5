import { z } from 'zod';
import type { Path } from './storable-text.ts';

/** Other names that people know a field by, as products for the same purpose have them: `schema.register(alsoCalled, …)`. */
export const alsoCalled = z.registry<{ names: readonly string[] }>();

/**
 * The fields that an object within a schema has, each with its other names.
 * @param path of the object, from the outermost; empty for the schema itself
 */
export function knownFields(schema: z.core.$ZodType, path: Path): Map<string, readonly string[]> {
  const [step, ...rest] = path;
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'readonly':
      return knownFields(def.innerType, path);
    case 'union':
      return new Map(def.options.flatMap((option) => [...knownFields(option, path)]));
    case 'array':
      return step === undefined ? new Map() : knownFields(def.element, rest);
    case 'record':
      return step === undefined ? new Map() : knownFields(def.valueType, rest);
    case 'object': {
      if (step === undefined) return namesOf(def.shape);
      const field = Object.hasOwn(def.shape, step) ? def.shape[String(step)] : undefined;
      return field ? knownFields(field, rest) : new Map();
    }
    default:
      return new Map();
  }
}

function namesOf(shape: Readonly<Record<string, z.core.$ZodType>>): Map<string, readonly string[]> {
  return new Map(Object.entries(shape).map(([name, field]) => [name, otherNames(field)]));
}

function otherNames(field: z.core.$ZodType): readonly string[] {
  const own = alsoCalled.get(field);
  if (own) return own.names;
  const { def } = (field as z.core.$ZodTypes)._zod;
  return 'innerType' in def ? otherNames(def.innerType) : [];
}
