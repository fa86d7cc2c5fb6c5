/** Sends wrong requests and sees to what every refusal has in common. */
import { expect } from 'vitest';
import { type Answer, send } from '../support/sample-service.ts';
import type { World } from '../support/world.ts';

/** Headers by name; one that comes more than once has its values in a list. */
export type Headers = Record<string, string | string[]>;

/** A wrong request; a new verification unless told otherwise. A text or bytes are sent as they are. */
export interface Wrong {
  method?: string;
  path?: string;
  headers?: Headers;
  body?: unknown;
}

/** A refusal, and the fields it names. */
export type Refusal = Answer & { fields: string[] };

/** Sends it with a right key, unless it has an `authorization` of its own. */
export async function refusalOf(world: World, wrong: Wrong): Promise<Refusal> {
  const { method = 'POST', path = '/v1/verifications', headers = {}, body } = wrong;
  const asIs = body === undefined || typeof body === 'string' || Buffer.isBuffer(body);
  const answer = await send({ port: Number(new URL(world.service.url ?? '').port) }, method, path, {
    headers: { authorization: `Bearer ${world.key}`, ...headers },
    ...(body === undefined ? {} : { body: asIs ? body : JSON.stringify(body) }),
  });
  const { status, json, text } = answer;
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(json).toMatchObject({
    status,
    type: `urn:poundkey:problem:${json.code}`,
    title: expect.stringMatching(/./),
    detail: expect.stringMatching(/./),
  });
  expect(status).toSatisfy((code: number) => code >= 400 && code < 500);
  const errors = (json.errors ?? []) as { field: string; rule: string }[];
  for (const { rule } of errors) expect(rule).toMatch(/^\S.+\S$/);
  expectNoEcho(text, [world.key, String(headers.authorization ?? '')], body);
  return { ...answer, fields: errors.map(({ field }) => field) };
}

/** An answer repeats neither a key, nor the secret half of it, nor the number that was sent. */
function expectNoEcho(text: string, keys: string[], body: unknown): void {
  const secrets = keys.map((key) => key.slice(-20)).filter((secret) => secret.length === 20);
  for (const secret of secrets) expect(text).not.toContain(secret);
  const number = (body as { number?: unknown } | undefined)?.number;
  const digits = typeof number === 'string' ? number.replaceAll(/\D/g, '') : '';
  if (digits.length >= 7) expect(text.replaceAll(/[^\d•]/g, '')).not.toContain(digits.slice(-7));
}
