import { isUtf8 } from 'node:buffer';
import express, { type Request, type RequestHandler, type Response } from 'express';
import { ServiceError } from '../../errors.ts';
import { FormBody } from './form-body.ts';
import { findJsonFault } from './json-fault.ts';
import type { Bodies } from './route-set.ts';

/** The largest JSON body that a route takes unless it says another, in bytes. */
const JSON_LIMIT = 16 * 1024;
/** The largest form that is taken, in bytes. */
const FORM_LIMIT = 64 * 1024;

/** A body, or what is wrong with it; that is for the caller to know once it has been identified. */
export interface ReadBody<Body> {
  body: Body;
  fault?: unknown;
}

/**
 * Reads the body of a request, one function per kind of route set.
 * - `json`: faults are a `ServiceError` `request.unsupportedMediaType` unless it is `application/json` in UTF-8, not
 *   compressed; `request.malformedJson` when it is not JSON; an error of the body parser (see `problem.ts`) when it is
 *   larger than the route takes or ends too early.
 * - `text`: as `form`.
 * - `form`: throws an error of the body parser when it is larger than 64 kB, ends too early, is compressed or has an
 *   unknown charset. Its type is not looked at: the fields of anything else make no sense to the route that reads them.
 */
export const BODY_READERS: {
  [Kind in keyof Bodies]: (
    req: Request,
    res: Response,
    mostBytes?: number,
  ) => Promise<ReadBody<Bodies[Kind]>>;
} = {
  async json(req, res, mostBytes = JSON_LIMIT) {
    try {
      return { body: await readJson(req, res, mostBytes) };
    } catch (fault) {
      // Nobody is there to be told what is wrong, so nobody need be identified.
      if (req.destroyed && !req.complete) throw fault;
      return { body: undefined, fault };
    }
  },
  async form(req, res) {
    return { body: new FormBody(await receivedText(req, res)) };
  },
  async text(req, res) {
    return { body: await receivedText(req, res) };
  },
  none: async () => ({ body: undefined }),
};

// Bytes, not JSON: the JSON parser of the body parser hangs the body on its errors, decodes broken UTF-8 silently
// and inflates.
const readBytes = (limit: number) => express.raw({ limit, inflate: false, type: () => true });
const readText = express.text({ limit: FORM_LIMIT, inflate: false, type: () => true });

async function receivedText(req: Request, res: Response): Promise<string> {
  const text = isEmpty(req) ? '' : await parsedBy(readText, req, res);
  return typeof text === 'string' ? text : '';
}

async function readJson(req: Request, res: Response, mostBytes: number): Promise<unknown> {
  if (isEmpty(req)) return {};
  if (!req.is('application/json') || !saysUtf8(req)) {
    throw new ServiceError('request.unsupportedMediaType', 'Send the body as application/json in UTF-8.');
  }
  return parseJson((await parsedBy(readBytes(mostBytes), req, res)) as Buffer);
}

function isEmpty(req: Request): boolean {
  return req.headers['transfer-encoding'] === undefined && !(Number(req.headers['content-length']) > 0);
}

async function parsedBy(parser: RequestHandler, req: Request, res: Response): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  void parser(req, res, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
  await promise;
  return req.body;
}

/** RFC 8259, section 8.1: JSON between systems is UTF-8; a charset need not be named. */
function saysUtf8(req: Request): boolean {
  const charset = /;\s*charset\s*=\s*"?([^;"\s]*)/i.exec(req.headers['content-type'] ?? '')?.[1];
  return charset === undefined || charset.toLowerCase() === 'utf-8';
}

function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return {};
  if (!isUtf8(bytes))
    throw new ServiceError('request.malformedJson', 'The body is not UTF-8. Send JSON in UTF-8.');
  const text = bytes.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the body, so it is dropped.
    throw malformed(text);
  }
}

function malformed(text: string): ServiceError {
  const fault = findJsonFault(text);
  const where = fault
    ? `At line ${fault.line}, column ${fault.column}, this was expected: ${fault.expected}.`
    : 'It cannot be parsed.';
  return new ServiceError('request.malformedJson', `The body is not JSON. ${where} Send one JSON object.`);
}
