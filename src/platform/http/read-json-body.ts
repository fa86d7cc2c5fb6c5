import { isUtf8 } from 'node:buffer';
import express, { type Request, type Response } from 'express';
import { ServiceError } from '../../errors.ts';

/** The largest body taken, in bytes. */
const BODY_LIMIT = 16 * 1024;

// Bytes, not JSON: the JSON parser of the body parser hangs the body on its errors, decodes broken UTF-8 silently
// and inflates.
const readBytes = express.raw({ limit: BODY_LIMIT, inflate: false, type: () => true });

/**
 * The body of a request as JSON, or `{}` when none was sent.
 * @throws ServiceError `request.unsupportedMediaType` unless it is `application/json` in UTF-8, not compressed
 * @throws ServiceError `request.malformedJson` when it is not JSON
 * @throws an error of the body parser (see `problem.ts`) when it is larger than 16 kB or ends too early
 */
export async function readJsonBody(req: Request, res: Response): Promise<unknown> {
  const isEmpty =
    req.headers['transfer-encoding'] === undefined && !(Number(req.headers['content-length']) > 0);
  if (isEmpty) return {};
  if (!req.is('application/json') || !saysUtf8(req)) {
    throw new ServiceError('request.unsupportedMediaType', 'Send the body as application/json in UTF-8.');
  }
  await new Promise<void>((resolve, reject) => {
    readBytes(req, res, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
  });
  return parseJson(req.body);
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
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // The parser's own message quotes the body, so it goes nowhere.
    throw new ServiceError('request.malformedJson', 'The body is not JSON. Send one JSON object.');
  }
}
