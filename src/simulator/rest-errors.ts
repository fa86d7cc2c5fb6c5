/** Errors of the REST API. */
import type { Dialect } from './dialect.ts';

/** An error that is answered over REST: HTTP status, Twilio's number and a sentence. */
export class RestError extends Error {
  override name = 'RestError';
  readonly status: number;
  readonly code: number;
  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/**
 * The JSON body of an error (Twilio, REST API errors): `{code, message, more_info, status}`. SignalWire answers HTTP
 * 400 with a list, in which the code is text.
 */
export function errorBody(
  { status, code, message }: { status: number; code: number; message: string },
  { errorList }: Pick<Dialect, 'errorList'>,
) {
  const more_info = `https://www.twilio.com/docs/errors/${code}`;
  if (errorList && status === 400) return { errors: [{ code: String(code), message, more_info }] };
  return { code, message, more_info, status };
}

/** 20404: there is nothing at `path`. */
export function notFound(path: string): RestError {
  return new RestError(404, 20404, `The requested resource ${path} was not found`);
}

/** A parameter that Twilio refuses, HTTP 400. */
export function refusal(code: number, message: string): RestError {
  return new RestError(400, code, message);
}
