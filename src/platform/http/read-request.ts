import type { Request } from 'express';
import type { z } from 'zod';
import { type FieldProblem, ServiceError } from '../../errors.ts';
import { fieldProblems, firstPerField, jsonPointer, parseOptions, shortName } from './field-problems.ts';
import type { FormBody } from './form-body.ts';
import { queryOf } from './incoming-request.ts';
import { type Route, type RouteInput, unchecked } from './route.ts';
import type { Bodies, IncomingRequest } from './route-set.ts';
import { findUnstorableText, type Path } from './storable-text.ts';

/**
 * The parts of a request that a route takes, parsed by its schemas; those that are `unchecked` as they are.
 * @throws ServiceError `request.invalid` with everything that is wrong in any part; fields of a JSON body are named by
 * JSON pointers, fields of a form, parameters and headers by their names
 */
export function readRequest(
  route: Route<never>,
  request: IncomingRequest,
  kind: keyof Bodies,
  req: Pick<Request, 'headersDistinct'>,
): Omit<RouteInput<never>, 'caller'> {
  const problems: FieldProblem[] = [];
  const read: Read = (schema, value, fieldAt) => {
    const parsed = schema.safeParse(value, parseOptions);
    const broken = parsed.error ? fieldProblems(parsed.error, schema, fieldAt) : [];
    problems.push(...findUnstorableText(value, fieldAt), ...broken);
    return parsed.data;
  };
  const { params, query, body } = request;
  const input = {
    params: route.params === unchecked ? params : read(route.params, { ...params }, nameOf),
    query: route.query === unchecked ? query : read(route.query, readQuery(request, problems), nameOf),
    headers: read(route.headers, pickHeaders(req, Object.keys(route.headers.shape), problems), nameOf),
    body: route.body === unchecked ? body : readBody(route.body, request, kind, read),
  };
  if (problems.length > 0) throw invalid(problems);
  return input;
}

function invalid(problems: FieldProblem[]): ServiceError {
  const detail = 'The fields listed in "errors" are not valid. Correct them and send the request again.';
  return new ServiceError('request.invalid', detail, { problems: firstPerField(problems) });
}

type Read = (schema: z.ZodType, value: unknown, fieldAt: (path: Path) => string) => unknown;

function readBody(schema: z.ZodType, { body }: IncomingRequest, kind: keyof Bodies, read: Read): unknown {
  if (kind === 'form') return read(schema, { ...(body as FormBody).fields }, nameOf);
  return read(schema, kind === 'none' ? {} : body, jsonPointer);
}

/** A repeated name and broken encoding are refused rather than guessed at. */
function readQuery(request: IncomingRequest, problems: FieldProblem[]): Record<string, string> {
  if (!isDecodable(queryOf(request.originalUrl))) {
    problems.push({ field: '?', rule: 'The query must be percent-encoded UTF-8.' });
    return {};
  }
  const given = Object.entries(request.query).flatMap(([name, value = '']) =>
    [value].flat().map((each): [string, string] => [name, each]),
  );
  return onlyOnce(given, problems);
}

function pickHeaders(
  req: Pick<Request, 'headersDistinct'>,
  names: string[],
  problems: FieldProblem[],
): Record<string, string> {
  const given = names.flatMap((name) =>
    (req.headersDistinct[name] ?? []).map((value): [string, string] => [name, value]),
  );
  return onlyOnce(given, problems);
}

function onlyOnce(given: [string, string][], problems: FieldProblem[]): Record<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of given) {
    if (values.has(name)) problems.push({ field: shortName(name), rule: 'This may be given only once.' });
    values.set(name, value);
  }
  return Object.fromEntries(values);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch (error) {
    if (error instanceof URIError) return false;
    throw error;
  }
}

function nameOf(path: Path): string {
  return path.map(shortName).join('/');
}
