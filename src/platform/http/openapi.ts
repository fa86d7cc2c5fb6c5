import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiResponsesObject } from 'zod-openapi';
import { ERRORS, type ErrorCode } from '../../errors.ts';
import type { ResponseSpec } from './answers.ts';
import type { ApiInfo, ApiTag, ApiWebhook } from './api-info.ts';
import type { MountedSet } from './mount-sets.ts';
import { problemSchema } from './problem.ts';
import type { Route } from './route.ts';
import type { SecurityDescription } from './route-set.ts';

/** An OpenAPI 3.1 document, ready for JSON. */
export type OpenApiDocument = ReturnType<typeof createDocument>;

/** Errors that any route can answer, those of reading a body, and that of a set that refuses requests while it stops. */
const EVERYWHERE: ErrorCode[] = ['request.invalid', 'service.internal', 'service.unavailable'];
const WITH_BODY: ErrorCode[] = ['request.malformedJson', 'request.tooLarge', 'request.unsupportedMediaType'];
const STOPPING: ErrorCode[] = ['service.stopping'];

type DescribedSet = MountedSet & { security: SecurityDescription | 'none' };

/**
 * Describes the sets that have a `security` in OpenAPI 3.1, from the schemas that parse requests and answers.
 * What the first of them that asks something of callers asks stands for the whole document, what the others ask at
 * their operations.
 */
export function describeSets(
  sets: readonly MountedSet[],
  { servers, tags, webhooks, ...info }: ApiInfo,
): OpenApiDocument {
  const described = sets.filter((set): set is DescribedSet => set.security !== null);
  const schemes = described.flatMap(({ security }) => (security === 'none' ? [] : [security]));
  const [first] = schemes;
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const set of described) {
    for (const route of set.routes) {
      const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
      const own = requiredOf(set, route, first);
      const operation = { ...describeRoute(set, route), ...tagged(path, tags), ...own };
      paths[path] = { ...paths[path], [route.method]: operation };
    }
  }
  const document = {
    openapi: '3.1.0' as const,
    info,
    ...(servers ? { servers } : {}),
    ...(tags ? { tags: tags.map(({ name, description }) => ({ name, description })) } : {}),
    paths,
    ...(webhooks ? { webhooks: Object.fromEntries(webhooks.map(describeWebhook)) } : {}),
    ...(first ? { security: [{ [first.name]: [] }] } : {}),
    components: {
      securitySchemes: Object.fromEntries(schemes.map(({ name, scheme }) => [name, scheme])),
    },
  };
  return createDocument(document, { override: ({ jsonSchema }) => leaveOutClasses(jsonSchema) });
}

/** Most validators and generators read patterns without classes of Unicode, and would refuse every text. */
function leaveOutClasses(jsonSchema: { pattern?: string | undefined }): void {
  if (jsonSchema.pattern?.includes('\\p{')) delete jsonSchema.pattern;
}

function tagged(path: string, tags: readonly ApiTag[] = []): { tags?: string[] } {
  const found = tags.filter(({ under }) =>
    under.some((start) => path === start || path.startsWith(`${start}/`)),
  );
  return found.length === 0 ? {} : { tags: found.map(({ name }) => name) };
}

/** Webhooks carry a signature instead of the key that callers have. */
function describeWebhook(webhook: ApiWebhook): [name: string, { post: ZodOpenApiOperationObject }] {
  const { name, operationId, summary, tag, headers, body, responses } = webhook;
  const described = Object.entries(responses).map(([status, description]) => [status, { description }]);
  const post: ZodOpenApiOperationObject = {
    operationId,
    summary,
    tags: [tag],
    security: [],
    requestParams: { header: headers },
    requestBody: { required: true, content: { 'application/json': { schema: body } } },
    responses: Object.fromEntries(described),
  };
  return [name, { post }];
}

/** What an operation asks of callers, unless it is what the whole document asks. */
function requiredOf(
  { security }: DescribedSet,
  { scope }: Route<never>,
  first: SecurityDescription | undefined,
) {
  if (security === 'none') return { security: [] };
  if (scope === null && security.name === first?.name) return {};
  // OpenAPI 3.1, Security Requirement Object: for schemes other than OAuth, the roles that are required.
  return { security: [{ [security.name]: scope === null ? [] : [scope] }] };
}

function describeRoute(set: DescribedSet, route: Route<never>): ZodOpenApiOperationObject {
  const { params, query, headers } = route;
  return {
    operationId: route.operationId,
    summary: route.summary,
    ...(route.scope === null ? {} : { description: `The API key needs the scope \`${route.scope}\`.` }),
    requestParams: { path: fieldsOf(params), query: fieldsOf(query), header: headers },
    ...(route.hasBody
      ? {
          requestBody: {
            required: !mayBeLeftOut(route),
            content: { [BODY_TYPES[set.body]]: { schema: route.body } },
          },
        }
      : {}),
    responses: { ...describeAnswers(route), ...describeProblems(set, route) },
  };
}

const BODY_TYPES = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  text: 'text/plain',
  none: 'application/octet-stream',
} as const;

function fieldsOf(part: Route<never>['params']): z.ZodObject {
  return part instanceof z.ZodObject ? part : z.object({});
}

/** No body is read as `{}`; see `read-body.ts`. */
function mayBeLeftOut({ body }: Route<never>): boolean {
  return body.safeParse({}).success;
}

function describeAnswers(route: Route<never>): ZodOpenApiResponsesObject {
  const answers = Object.entries(route.responses).map(([status, spec]) => [status, describeAnswer(spec)]);
  return Object.fromEntries(answers);
}

function describeAnswer(spec: ResponseSpec) {
  const { description, schema, media = 'json', type = MEDIA_TYPES[media], routeHeaders: headers } = spec;
  const [name = ''] = type.split(';');
  return { description, headers, ...(name === '' ? {} : { content: { [name]: { schema } } }) };
}

/** Empty: there is no body. */
const MEDIA_TYPES = {
  json: 'application/json',
  text: 'text/plain',
  bytes: 'application/octet-stream',
  events: 'text/event-stream',
  redirect: '',
  none: '',
} as const;

/** Every problem of these statuses says when to ask again. */
const SAY_WHEN_TO_RETRY: readonly number[] = [429, 503];
const retryHeaders = z.object({ 'Retry-After': z.string().meta({ description: 'In seconds' }) });

function describeProblems(set: DescribedSet, route: Route<never>): ZodOpenApiResponsesObject {
  const codes = new Set([
    ...EVERYWHERE,
    ...(set.security === 'none' ? [] : set.security.problems),
    ...(set.security === 'none' || route.scope === null ? [] : (set.security.scopeProblems ?? [])),
    ...(set.whileDraining === 'refuse' ? STOPPING : []),
    ...(route.hasBody ? WITH_BODY : []),
    ...route.problems,
  ]);
  const byStatus = Map.groupBy(codes, (code) => ERRORS[code].status);
  const problems = [...byStatus].map(([status, ofStatus]) => [
    status,
    {
      description: ofStatus.map((code) => `\`${code}\`: ${ERRORS[code].title}.`).join(' '),
      headers: SAY_WHEN_TO_RETRY.includes(status) ? retryHeaders : undefined,
      content: { 'application/problem+json': { schema: problemSchema } },
    },
  ]);
  return Object.fromEntries(problems);
}
