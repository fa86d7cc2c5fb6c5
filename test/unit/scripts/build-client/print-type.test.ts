import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type JsonSchema, printType } from '../../../../scripts/build-client/print-type.ts';

const print = (schema: z.ZodType, io: 'input' | 'output' = 'output') =>
  printType(z.toJSONSchema(schema, { io }) as JsonSchema).replaceAll(/\s+/g, ' ');

describe('a schema as a type', () => {
  it.each<[schema: z.ZodType, type: string]>([
    [z.string().nullable(), 'string | null'],
    [z.enum(['a', 'b']), '"a" | "b"'],
    [z.enum(['a', 'b']).nullable(), '"a" | "b" | null'],
    [z.literal(1), '1'],
    [z.int(), 'number'],
    [z.array(z.union([z.string(), z.boolean()])), 'Array<string | boolean>'],
    [z.record(z.string(), z.unknown()), 'Record<string, unknown>'],
    [z.record(z.string(), z.object({ a: z.number() })), 'Record<string, { a: number; }>'],
    [z.unknown(), 'unknown'],
  ])('%#: %s', (schema, type) => {
    expect(print(schema)).toBe(type);
  });

  it('has optional fields where a value may be left out, with what is said of them', () => {
    const schema = z.object({
      a: z.string().default('x').meta({ description: 'Its name' }),
      b: z.int().optional(),
    });
    expect(print(schema)).toBe('{ /** Its name. */ a: string; b?: number | undefined; }');
    expect(print(schema, 'input')).toBe(
      '{ /** Its name. */ a?: string | undefined; b?: number | undefined; }',
    );
  });

  it('has what is defined under a name written out', () => {
    const part = z.object({ a: z.null() }).meta({ id: 'PartOfThisTest' });
    expect(print(z.object({ part }))).toBe('{ part: { a: null; }; }');
  });

  it('is refused where the kind is not known, so that no type is wrong in silence', () => {
    expect(() => printType({ type: 'tuple' })).toThrow('Add its kind');
  });
});
