import { z } from 'zod';
import { defineRoute } from '../api.ts';
import type { Imported, ImportPhones } from './import.ts';
import { ImportedView, MOST_IMPORTED, PhoneMethodList } from './schemas.ts';

/** For the longest list, bytes. */
const MOST_BYTES = 256 * MOST_IMPORTED;

/** `POST /v1/phone-methods/import`. */
export function importRoute(importPhones: ImportPhones) {
  return defineRoute({
    method: 'post',
    path: '/v1/phone-methods/import',
    mostBytes: MOST_BYTES,
    summary: 'Enter numbers for many users, who have to verify them before they count',
    operationId: 'importPhoneMethods',
    scope: 'users:write',
    body: PhoneMethodList,
    responses: {
      200: {
        description:
          'What became of each entry, in the same order. The same list again changes nothing; a verified number is never overwritten',
        schema: z.object({ value: z.array(ImportedView) }),
      },
    },
    problems: [],
    async handle({ body, caller }) {
      const imported = await importPhones(caller.tenantId, body.value);
      const value = body.value.map(({ userId, phoneType }, place) => ({
        userId,
        phoneType,
        ...(imported[place] as Imported),
      }));
      return { status: 200, body: { value } };
    },
  });
}
