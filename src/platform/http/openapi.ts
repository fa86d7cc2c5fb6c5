import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiResponsesObject } from 'zod-openapi';
import { ERRORS, type ErrorCode } from '../../errors.ts';
import { problemSchema } from './problem.ts';
import type { ResponseSpec, Route } from './route.ts';

/** What the document says about the whole. */
export interface ApiInfo {
  title: string;
  version: string;
}

/** An OpenAPI 3.1 document, ready for JSON. */
export type OpenApiDocument = ReturnType<typeof createDocument>;

/** Errors that any route can answer, and those of reading parameters and bodies. */
const EVERYWHERE: ErrorCode[] = [
  'request.invalid',
  'apiKey.missing',
  'apiKey.invalid',
  'service.internal',
  'service.stopping',
  'service.unavailable',
];
const WITH_BODY: ErrorCode[] = ['request.malformedJson', 'request.tooLarge', 'request.unsupportedMediaType'];

/** Describes the routes in OpenAPI 3.1, from the very schemas that parse requests and answers. */
export function describeRoutes<Caller>(routes: Route<Caller>[], info: ApiInfo): OpenApiDocument {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: describeRoute(route) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: { ...info },
    paths,
    security: [{ apiKey: [] }],
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: `Authorization: Bearer pk_…`' },
      },
    },
  });
}

function describeRoute<Caller>(route: Route<Caller>): ZodOpenApiOperationObject {
  return {
    operationId: route.operationId,
    summary: route.summary,
    requestParams: { path: route.params, query: route.query, header: route.headers },
    ...(route.hasBody
      ? {
          requestBody: {
            required: !mayBeLeftOut(route),
            content: { 'application/json': { schema: route.body } },
          },
        }
      : {}),
    responses: { ...describeAnswers(route), ...describeProblems(route) },
  };
}

/** No body is read as `{}`; see `read-json-body.ts`. */
function mayBeLeftOut<Caller>({ body }: Route<Caller>): boolean {
  return body.safeParse({}).success;
}

function describeAnswers<Caller>(route: Route<Caller>): ZodOpenApiResponsesObject {
  const answers = Object.entries(route.responses).map(([status, spec]) => [status, describeAnswer(spec)]);
  return Object.fromEntries(answers);
}

function describeAnswer({ description, schema, media = 'json' }: ResponseSpec) {
  if (media === 'none') return { description };
  return { description, content: { [MEDIA_TYPES[media]]: { schema } } };
}

const MEDIA_TYPES = { json: 'application/json', events: 'text/event-stream' } as const;

function describeProblems<Caller>(route: Route<Caller>): ZodOpenApiResponsesObject {
  const codes = new Set([...EVERYWHERE, ...(route.hasBody ? WITH_BODY : []), ...route.problems]);
  const byStatus = Map.groupBy(codes, (code) => ERRORS[code].status);
  const problems = [...byStatus].map(([status, ofStatus]) => [
    status,
    {
      description: ofStatus.map((code) => `\`${code}\`: ${ERRORS[code].title}.`).join(' '),
      headers:
        status === 503
          ? z.object({ 'Retry-After': z.string().meta({ description: 'In seconds' }) })
          : undefined,
      content: { 'application/problem+json': { schema: problemSchema } },
    },
  ]);
  return Object.fromEntries(problems);
}
