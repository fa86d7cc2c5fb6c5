import type { z } from 'zod';
import { ServiceError } from '../errors.ts';

/** What is wrong with a message, by fields; nothing of what was sent is repeated. */
export function readOrRefuse<T>(schema: z.ZodType<T>, body: unknown): T {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const fields = [...new Set(read.error.issues.map(({ path }) => `/${path.join('/')}`))].join(', ');
  throw new ServiceError(
    'message.invalid',
    `The message was not taken. These fields are missing or wrong: ${fields}.`,
  );
}
