// What leaves the project: the schema of jobs as it is published, and a client that brings little with it.
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verificationJobSchema } from '../../src/journey/request/job-schema.ts';
import { VerificationJob } from '../../src/journey/request/request-schema.ts';
import { PROJECT } from '../support/lint.ts';

/** Every file that importing `file` loads, and every package; what is imported as a type only is not loaded. */
function loadedBy(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const source = readFileSync(file, 'utf8');
  for (const [statement, target = ''] of source.matchAll(/^(?:import|export)\s[^;]*?from '([^']+)';/gms)) {
    if (/^(?:import|export) type\b/.test(statement)) continue;
    if (target.startsWith('.')) loadedBy(join(dirname(file), target), seen);
    else seen.add(target);
  }
  return seen;
}

describe.each([
  { entry: 'client.ts', others: [], packages: [] },
  {
    entry: 'client/queue.ts',
    others: ['journey/job/job-names.ts', 'platform/queue/redis-prefix.ts'],
    packages: ['bullmq'],
  },
])('the client from $entry', ({ entry, others, packages }) => {
  const loaded = [...loadedBy(join(PROJECT, 'src', entry))];

  it('loads its own files and what is said here of the service', () => {
    const files = loaded
      .filter((name) => name.startsWith('/'))
      .map((name) => relative(join(PROJECT, 'src'), name));
    const ofService = files.filter((name) => name !== entry && !name.startsWith('client/'));
    expect(ofService.toSorted()).toEqual(others);
    expect(files.length).toBeGreaterThan(4);
  });

  it('needs no package but what is said here', () => {
    expect(loaded.filter((name) => !name.startsWith('/') && !name.startsWith('node:'))).toEqual(packages);
  });
});

describe('the schema of jobs', () => {
  it('is published as it is (npx vitest -u writes it)', async () => {
    const text = `${JSON.stringify(verificationJobSchema(), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../docs/verification-job.schema.json');
  });

  it('has the fields that jobs are parsed with', () => {
    const { properties, required, additionalProperties } = verificationJobSchema();
    expect(Object.keys(properties ?? {})).toEqual(Object.keys(VerificationJob.shape));
    expect(required).toEqual(['tenantId', 'userId']);
    expect(additionalProperties).toBe(false);
  });
});
