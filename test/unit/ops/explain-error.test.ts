// Each code that an operator meets is explained: in the log, by story and find, and in the documents.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../scripts/poundkey/commands.ts';
import { ERRORS, type ErrorCode } from '../../../src/errors.ts';
import { VERIFICATION_REFUSALS } from '../../../src/journey/request/routes.ts';
import { END_REASONS } from '../../../src/journey/store/end-open.ts';
import { ALL_EXPLAINED, explainError, meaningOf } from '../../../src/ops/explain/explain-error.ts';
import { ERROR_CODES } from '../../../src/providers/twilio/error-codes.ts';
import { TEXT_CODES } from '../../../src/providers/twilio/text-codes.ts';

const DOCUMENT = join(import.meta.dirname, '../../../docs/operating/error-codes.md');
const explained = Object.values(ALL_EXPLAINED).flat();

describe('the explanations of error codes', () => {
  it.each([
    ...['callNotFound', 'callLost', 'callNeverEnded', 'networkUnreachable', 'unknownLine', 'noWebhook'],
    ...[
      ...END_REASONS,
      'smsSignInEnded',
      'assertionMissing',
      'appPasswordLimit',
      'mobileMissing',
      'startMissed',
      'badAnswer',
      'ECONNREFUSED',
      'ETIMEDOUT',
      '503',
      '401',
    ],
    ...['20003', '21215', '13227', '21210'],
  ])('have %s', (code) => {
    expect(explained).toContain(code);
  });

  it('have every code that a request for a verification can be refused with', () => {
    for (const code of VERIFICATION_REFUSALS) expect(explained).toContain(code);
  });

  it('have every code of the table of providers', () => {
    for (const code of [...ERROR_CODES.keys(), ...TEXT_CODES.keys()])
      expect(explained).toContain(String(code));
  });

  it.each([...explained, 'EHOSTDOWN', '418', '599', '99999', 'constructor', 'toString', 'route.notFound'])(
    'say of %s what it means and what to do',
    (code) => {
      const { meaning, action } = explainError(code);
      expect(meaning).toMatch(/^[^.].{10,}[^.]$/);
      expect(action).toMatch(/^.{15,}[.?]$/);
      expect(meaningOf(code)).toBe(`${meaning}. ${action}`);
    },
  );

  it('name commands that there are', () => {
    const named = [
      ...explained
        .map(meaningOf)
        .join(' ')
        .matchAll(/npm run poundkey -- ([a-z-]+)/g),
    ];
    expect(named.length).toBeGreaterThan(5);
    for (const [, name = ''] of named) expect([...COMMANDS.keys()]).toContain(name);
  });

  it('know an outcome of Poundkey from a code of the API', () => {
    expect(explainError('limit.reached').action).toContain('show-policy');
    for (const code of Object.keys(ERRORS) as ErrorCode[]) expect(explainError(code).meaning).toBeTruthy();
  });

  it('stand in the documents, word for word', () => {
    const rows = Object.entries(ALL_EXPLAINED).flatMap(([kind, codes]) => [
      `## ${kind}`,
      ...codes.map((code) => {
        const { meaning, action } = explainError(code);
        return `- \`${code}\`: ${meaning}. **Do:** ${action}`;
      }),
    ]);
    const lines = readFileSync(DOCUMENT, 'utf8').split('\n');
    expect(lines.filter((line) => /^(## |- `)/.test(line))).toEqual(rows);
  });
});
