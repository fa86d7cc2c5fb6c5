import type { Response } from 'express';
import type { AnswerHeaders, ResponseSpec, TakeOver } from './answers.ts';
import type { Route } from './route.ts';

/**
 * Writes what a route answered.
 * @throws Error when the route does not declare the status
 * @throws ZodError when a JSON body has not the declared shape
 */
export function sendAnswer(
  res: Response,
  route: Route<never>,
  answer: { status: number; body: unknown; headers?: AnswerHeaders },
): void {
  const spec = route.responses[answer.status];
  if (!spec) throw new Error(`${route.operationId} answered ${answer.status}, which it does not declare.`);
  const { media = 'json' } = spec;
  const body = media === 'json' ? JSON.stringify(spec.schema.parse(answer.body)) : answer.body;
  res.statusCode = answer.status;
  setHeaders(res, spec.headers);
  setHeaders(res, answer.headers);
  WRITERS[media](res, body, spec);
}

type Write = (res: Response, body: unknown, spec: ResponseSpec) => void;

const writeText: Write = (res, body, { type = 'application/json; charset=utf-8' }) => {
  // What a text is may differ from answer to answer: then its own header says it.
  if (!res.hasHeader('Content-Type')) res.setHeader('Content-Type', type);
  res.end(String(body));
};

const WRITERS: Record<NonNullable<ResponseSpec['media']>, Write> = {
  json: writeText,
  text: writeText,
  bytes: (res, body) => void res.end(body),
  none: (res) => void res.end(),
  redirect(res, body) {
    res.setHeader('Location', String(body));
    res.end();
  },
  events(res, body, { type = 'text/event-stream' }) {
    if (!res.hasHeader('Content-Type')) res.setHeader('Content-Type', type);
    // Only the headers are wanted.
    if (res.req.method === 'HEAD') return void res.end();
    res.flushHeaders();
    (body as TakeOver)(res);
  },
};

function setHeaders(res: Response, headers: AnswerHeaders = {}): void {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
}
