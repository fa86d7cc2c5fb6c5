import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { policyFields, policyPage } from '../../../scripts/policy-page/policy-page.ts';

test.each(policyFields().map(({ path, schema }) => [path, schema.description]))(
  'the field %s of a policy says what it means',
  (_path, description) => {
    expect(description).toMatch(/^.{10,}$/);
  },
);

test('docs/policy.md is what scripts/policy-page.ts writes', () => {
  const page = readFileSync(new URL('../../../docs/policy.md', import.meta.url), 'utf8');
  expect(policyFields().length).toBeGreaterThan(25);
  expect(page, 'Run: node scripts/policy-page.ts').toBe(policyPage());
});
