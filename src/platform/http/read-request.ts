import type { Request, Response } from 'express';
import type { z } from 'zod';
import { type FieldProblem, ServiceError } from '../../errors.ts';
import { fieldProblems, firstPerField, jsonPointer, parseOptions, shortName } from './field-problems.ts';
import { readJsonBody } from './read-json-body.ts';
import type { Route, RouteInput } from './route.ts';
import { findUnstorableText, type Path } from './storable-text.ts';

/**
 * The parts of a request that a route takes, parsed by its schemas.
 * @throws ServiceError `request.invalid` with everything that is wrong in any part; fields of the body are named by
 * JSON pointers, parameters and headers by their names. Also what `readJsonBody` throws.
 */
export async function readRequest(
  route: Route<never>,
  req: Request,
  res: Response,
): Promise<Omit<RouteInput<never>, 'caller'>> {
  const problems: FieldProblem[] = [];
  const read = (schema: z.ZodType, value: unknown, fieldAt: (path: Path) => string): unknown => {
    const unstorable = findUnstorableText(value, fieldAt);
    const parsed = schema.safeParse(value, parseOptions);
    problems.push(...unstorable, ...(parsed.error ? fieldProblems(parsed.error, fieldAt) : []));
    return parsed.data;
  };
  const body = await readJsonBody(req, res);
  const input = {
    params: read(route.params, { ...req.params }, nameOf),
    query: read(route.query, readQuery(req, problems), nameOf),
    headers: read(route.headers, pickHeaders(req, Object.keys(route.headers.shape), problems), nameOf),
    body: read(route.body, body, jsonPointer),
  };
  if (problems.length > 0) throw invalid(problems);
  return input;
}

function invalid(problems: FieldProblem[]): ServiceError {
  const detail = 'The request breaks the rules listed in "errors". Correct these fields and send it again.';
  return new ServiceError('request.invalid', detail, { problems: firstPerField(problems) });
}

/** Express would make a list of a repeated name and guess at broken encoding; here both are refused. */
function readQuery(req: Request, problems: FieldProblem[]): Record<string, string> {
  const [, text = ''] = /\?(.*)$/s.exec(req.originalUrl) ?? [];
  if (!isDecodable(text)) {
    problems.push({ field: '?', rule: 'The query must be percent-encoded UTF-8.' });
    return {};
  }
  return onlyOnce([...new URLSearchParams(text)], problems);
}

function pickHeaders(req: Request, names: string[], problems: FieldProblem[]): Record<string, string> {
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
