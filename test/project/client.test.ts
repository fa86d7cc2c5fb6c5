// What leaves the project: the schema of jobs as it is published, and a client that brings little with it.
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verificationJobSchema } from '../../src/journey/request/job-schema.ts';
import { VerificationJob } from '../../src/journey/request/request-schema.ts';
import { PROJECT } from '../support/lint.ts';

const packed = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
  files: string[];
  dependencies: Record<string, string>;
};

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

describe('the client', () => {
  const loaded = [...loadedBy(join(PROJECT, 'src/client.ts'))];
  const files = loaded
    .filter((name) => name.startsWith('/'))
    .map((name) => relative(join(PROJECT, 'src'), name));

  it('loads its own files, the names of jobs and how keys begin, and nothing else of the service', () => {
    const others = files.filter((name) => name !== 'client.ts' && !name.startsWith('client/'));
    expect(others.toSorted()).toEqual(['journey/job/job-names.ts', 'platform/queue/redis-prefix.ts']);
    expect(files.length).toBeGreaterThan(8);
  });

  it('is packed with every file that it loads', () => {
    const isPacked = (name: string) =>
      packed.files.some((entry) => `dist/${name}` === entry || `dist/${name}`.startsWith(`${entry}/`));
    expect(files.map((name) => name.replace(/\.ts$/, '.js')).filter((name) => !isPacked(name))).toEqual([]);
  });

  it('needs packages that come with it', () => {
    const packages = loaded.filter((name) => !name.startsWith('/') && !name.startsWith('node:'));
    expect(packages.toSorted()).toEqual(['bullmq', 'pg', 'standardwebhooks']);
    expect(Object.keys(packed.dependencies)).toEqual(expect.arrayContaining(packages));
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
