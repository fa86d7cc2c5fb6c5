// What the `twilio` package throws carries the request: Basic auth, the numbers, the body. Only codes leave this file.

/** What is known about a request that failed. At most one of `httpStatus` and `socketError` is set; neither, if an answer made no sense. */
export interface Failure {
  /** Status of the answer, if there was one that said no. */
  httpStatus: number | null;
  /** Twilio's error code out of the answer's body. */
  twilioCode: number | null;
  /** Why there was no (whole) answer, `ECONNRESET` for instance. A deadline that passed is `ETIMEDOUT`. */
  socketError: string | null;
}

/** Reads what a call of the `twilio` package threw and leaves behind everything that may be secret or personal. Never throws. */
export function readFailure(thrown: unknown): Failure {
  const { status, code } = fieldsOf(thrown);
  if (typeof status === 'number')
    return { httpStatus: status, twilioCode: readTwilioCode(code), socketError: null };
  return { httpStatus: null, twilioCode: null, socketError: readSocketError(code) };
}

/** The one code that names a failure best: Twilio's, else the HTTP status, else the socket error, else `badAnswer`. */
export function errorCodeOf({ httpStatus, twilioCode, socketError }: Failure): string {
  return String(twilioCode ?? httpStatus ?? socketError ?? 'badAnswer');
}

function fieldsOf(thrown: unknown): { status?: unknown; code?: unknown } {
  return typeof thrown === 'object' && thrown !== null ? thrown : {};
}

/** Twilio's codes have five digits today. Servers that speak its API may send them as text. */
function readTwilioCode(code: unknown): number | null {
  const digits = typeof code === 'number' || typeof code === 'string' ? String(code) : '';
  return /^[1-9]\d{4,5}$/.test(digits) ? Number(digits) : null;
}

function readSocketError(code: unknown): string | null {
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,40}$/.test(code) ? code : null;
}
