import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ERRORS } from '../../../../src/errors.ts';
import { type Sample, send, startSample } from '../../../support/sample-service.ts';

type Json = Record<string, unknown>;
interface Operation {
  operationId: string;
  summary: string;
  parameters?: { name: string; in: string; required?: boolean; schema: Json }[];
  requestBody?: { required: boolean; content: Record<string, { schema: Json }> };
  responses: Record<
    string,
    { description: string; headers?: Json; content: Record<string, { schema: Json }> }
  >;
}
interface Document {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  security: Json[];
  components: { schemas: Record<string, Json>; securitySchemes: Record<string, Json> };
}

let service: Sample;
let api: Document;
let operations: { path: string; method: string; operation: Operation }[];
beforeAll(async () => {
  service = await startSample();
  const answer = await send(service, 'GET', '/openapi.json', { headers: { authorization: [] } });
  expect(answer.status).toBe(200);
  api = answer.json as unknown as Document;
  operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
});
afterAll(() => service.close(1_000));

/** Every value of a key, at any depth. */
function valuesOf(key: string, node: unknown): unknown[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, child]) => (name === key ? [child] : valuesOf(key, child)));
}

describe('the OpenAPI document', () => {
  test('is of version 3.1 and has the parts that OpenAPI asks for', () => {
    expect(api.openapi).toMatch(/^3\.1\.\d$/);
    expect(api.info).toEqual({ title: 'Birds', version: '1.0.0' });
    expect(new Set(Object.keys(api))).toEqual(
      new Set(['openapi', 'info', 'paths', 'security', 'components']),
    );
  });

  test('lists every route under its path and method', () => {
    expect(operations.map(({ path, method, operation }) => [path, method, operation.operationId])).toEqual([
      ['/v1/birds', 'post', 'reportBird'],
      ['/v1/birds/{id}', 'get', 'readBird'],
      ['/v1/birds/{id}', 'delete', 'forgetBird'],
    ]);
  });

  test('describes each parameter in a path, and requires it', () => {
    for (const { path, operation } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const described = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(described.map(({ name, required }) => [name, required])).toEqual(
        inPath.map((name) => [name, true]),
      );
    }
  });

  test('describes queries, headers and bodies as they are parsed', () => {
    const read = api.paths['/v1/birds/{id}']?.get;
    expect(read?.parameters).toContainEqual({
      name: 'lang',
      in: 'query',
      schema: { type: 'string', enum: ['en', 'sv'] },
    });
    expect(read).not.toHaveProperty('requestBody');
    const report = api.paths['/v1/birds']?.post;
    expect(report?.parameters).toMatchObject([
      { name: 'idempotency-key', in: 'header', schema: { maxLength: 20 } },
    ]);
    expect(report?.requestBody).toMatchObject({
      required: true,
      content: {
        'application/json': {
          schema: { type: 'object', required: ['species'], additionalProperties: false },
        },
      },
    });
  });

  test('has a description and a schema for every answer', () => {
    for (const { operation } of operations) {
      for (const [status, response] of Object.entries(operation.responses)) {
        expect(response.description).not.toBe('');
        const type = Number(status) < 400 ? 'application/json' : 'application/problem+json';
        expect(Object.keys(response.content)).toEqual([type]);
        const schema = response.content[type]?.schema ?? {};
        expect('$ref' in schema || 'type' in schema).toBe(true);
      }
    }
  });

  test('resolves every reference', () => {
    const references = valuesOf('$ref', api);
    expect(references).toContain('#/components/schemas/Problem');
    expect(references).toContain('#/components/schemas/Bird');
    for (const reference of references) {
      const [root, ...names] = String(reference).split('/');
      expect(root).toBe('#');
      expect(names.reduce<unknown>((node, name) => (node as Json | undefined)?.[name], api)).toBeTypeOf(
        'object',
      );
    }
  });

  test('names the problems of a route by status', () => {
    const responses = api.paths['/v1/birds']?.post?.responses ?? {};
    expect(Object.keys(responses)).toEqual(['201', '400', '401', '413', '415', '422', '500', '503']);
    expect(responses['422']?.description).toBe('`number.invalid`: The phone number is not valid.');
    expect(responses['401']?.description).toMatch(/`apiKey\.missing`.*`apiKey\.invalid`/);
    expect(responses['503']?.headers).toHaveProperty('Retry-After');
    expect(Object.keys(api.paths['/v1/birds/{id}']?.get?.responses ?? {})).toEqual([
      '200',
      '400',
      '401',
      '404',
      '500',
      '503',
    ]);
  });

  test('describes the problem with all codes', () => {
    expect(api.components.schemas.Problem).toMatchObject({
      type: 'object',
      required: ['type', 'title', 'status', 'detail', 'instance', 'code'],
      properties: { code: { enum: Object.keys(ERRORS) } },
    });
  });

  test('asks for a bearer key', () => {
    expect(api.security).toEqual([{ apiKey: [] }]);
    expect(api.components.securitySchemes.apiKey).toMatchObject({ type: 'http', scheme: 'bearer' });
  });
});
