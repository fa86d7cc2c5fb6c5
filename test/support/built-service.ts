/** The service as the production image has it. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inject } from 'vitest';
import { bundleService } from '../../scripts/build-service/bundle.ts';

let building: Promise<URL> | null = null;

/** Bundles the service, once for each process of tests. @returns what to start */
export function builtService(): Promise<URL> {
  building ??= build();
  return building;
}

async function build(): Promise<URL> {
  const directory = join(inject('buildDirectory'), `${process.pid}`);
  await bundleService(directory);
  return pathToFileURL(join(directory, 'main.js'));
}
