// Every error that a request for a verification can be refused with is in the list that describes and explains them.
import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { VERIFICATION_REFUSALS } from '../../src/journey/request/routes.ts';

/** Where requests are checked. */
const CHECKED_IN = ['src/journey/**/*.ts', 'src/domain/*.ts', 'src/providers/locales.ts'];
/** What is thrown there and refuses no request for a verification, or any request of any kind. */
const OTHERS = {
  'request.invalid': 'any request',
  'service.unavailable': 'any request',
  'tenant.notFound': 'operators who look for refusals',
  'verification.notFound': 'reading',
  'verification.alreadyDecided': 'canceling',
  'code.wrong': 'checking a code',
  'code.expired': 'checking a code',
  'code.notSent': 'checking a code, and sending it again',
  'signIn.notFound': 'sign-ins by number',
  'signIn.alreadyDecided': 'sign-ins by number',
  'policy.audienceRefused': 'assertions',
  'code.replacedByCall': 'checking a code',
  'code.alreadyTyped': 'a call in the place of a text',
  'policy.callInsteadRefused': 'a call in the place of a text',
};

test('the refusals of a request are all listed', async () => {
  const thrown = new Set<string>();
  for await (const file of glob(CHECKED_IN))
    for (const [, code = ''] of readFileSync(file, 'utf8').matchAll(
      /(?:ServiceError|refusal)\(\s*'([\w.]+)'/g,
    ))
      thrown.add(code);
  expect([...thrown].sort()).toEqual([...VERIFICATION_REFUSALS, ...Object.keys(OTHERS)].sort());
});
