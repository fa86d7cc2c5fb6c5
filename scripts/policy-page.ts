/**
 * Writes `docs/policy.md`, the page about a tenant's policy, from the schema that reads policies:
 *   node scripts/policy-page.ts
 */
import { writeFileSync } from 'node:fs';
import { policyPage } from './policy-page/policy-page.ts';

writeFileSync(new URL('../docs/policy.md', import.meta.url), policyPage());
