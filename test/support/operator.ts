// What an operator, a probe or Prometheus does at the operators' port.
import { worldOfThisTest } from './open-worlds.ts';
import type { StoreCombination } from './stores.ts';
import type { World, WorldOptions } from './world.ts';

/** Somebody who may change something on the board. */
export const OPERATOR = { user: 'olga', password: 'correct horse battery' };
/** As settings; any free port. */
export const OPS = { host: '127.0.0.1', port: 0, board: OPERATOR };

/** A world of its own for one test. */
export function worldOf(combination: StoreCombination, options: WorldOptions = {}): Promise<World> {
  return worldOfThisTest(combination, { ...options, config: { ops: OPS, ...options.config } });
}

/** An answer of the port. */
export interface OpsAnswer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers have every shape
  json: any;
}

/** Sends a request to the port; redirects are not followed. */
export async function ask(
  world: World,
  path: string,
  { method = 'GET', ...init }: RequestInit = {},
): Promise<OpsAnswer> {
  const response = await fetch(`${world.service.opsUrl}${path}`, { method, redirect: 'manual', ...init });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: /^[[{]/.test(text) ? JSON.parse(text) : null,
  };
}

/** The header of HTTP Basic. */
export const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

/** A sample's value in Prometheus' text format, or undefined. `sample` is the name with its labels, as written. */
export function sampleOf(metrics: string, sample: string): number | undefined {
  const line = metrics.split('\n').find((each) => each.startsWith(`${sample} `));
  return line === undefined ? undefined : Number(line.slice(sample.length + 1));
}
