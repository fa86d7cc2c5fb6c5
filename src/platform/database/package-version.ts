import { readFileSync } from 'node:fs';

/** Name and version of an installed package, such as `bullmq@6.7.0`. @throws Error when it is not installed */
export function versionOf(name: string): string {
  const path = new URL(`../../../node_modules/${name}/package.json`, import.meta.url);
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
  return `${name}@${version}`;
}
