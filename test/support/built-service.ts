/** The service as the production image has it. */
import { join } from 'node:path';
import { inject } from 'vitest';
import { bundleService } from '../../scripts/build-service/bundle.ts';

let building: ReturnType<typeof bundleService> | null = null;

/** Bundles the service, once for each process of tests. @returns what to start */
export async function builtService(): Promise<URL> {
  building ??= bundleService(join(inject('buildDirectory'), `${process.pid}`));
  return (await building).main;
}
