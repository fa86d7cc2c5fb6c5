import { z } from 'zod';
import { ERRORS, type ErrorCode, ServiceError } from '../../errors.ts';
import { isUnavailable } from './unavailable.ts';

/** Seconds after which a client should retry when a store could not be reached. */
const UNAVAILABLE_RETRY_S = 5;

const CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

/** The body of every answer that is not a success (RFC 9457), as `application/problem+json`. */
export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'urn:poundkey:problem: and the code' }),
    title: z.string().meta({ description: 'A summary that is the same for every occurrence of the code' }),
    status: z.int(),
    detail: z.string().meta({ description: 'What happened, what was expected and what to do next' }),
    instance: z.string().meta({ description: 'urn:poundkey:request: and the request id, as in the log' }),
    code: z.enum(CODES),
    verificationId: z.string().optional().meta({
      description: 'With verification.alreadyOpen and user.verificationOpen: the verification that is open',
    }),
    checksLeft: z.int().optional().meta({
      description: 'With code.wrong: how many more codes may be checked; 0: the verification has ended',
    }),
    errors: z
      .array(z.object({ field: z.string(), rule: z.string() }))
      .optional()
      .meta({
        description:
          'One entry per wrong field: a JSON pointer into the body, or the name of a parameter or header',
      }),
  })
  .meta({ id: 'Problem' });

/** An error as it is answered. */
export interface Problem {
  status: number;
  headers: Record<string, string>;
  body: z.output<typeof problemSchema>;
}

/**
 * Any error as a problem. Only what a `ServiceError` says is shown; what the body parser and the router throw is
 * named in our words; whatever else was thrown becomes `service.unavailable` when a store is away, else
 * `service.internal`, and its text stays inside.
 * @param requestId the id of the request in which it happened
 */
export function toProblem(error: unknown, requestId: string): Problem {
  const shown = toServiceError(error);
  const { title } = ERRORS[shown.code];
  return {
    status: shown.status,
    headers: problemHeaders(shown),
    body: {
      type: `urn:poundkey:problem:${shown.code}`,
      title,
      status: shown.status,
      detail: shown.message,
      instance: `urn:poundkey:request:${requestId}`,
      code: shown.code,
      ...(shown.verificationId === undefined ? {} : { verificationId: shown.verificationId }),
      ...(shown.checksLeft === undefined ? {} : { checksLeft: shown.checksLeft }),
      ...(shown.problems.length > 0 ? { errors: shown.problems } : {}),
    },
  };
}

function problemHeaders(error: ServiceError): Record<string, string> {
  return {
    'Content-Type': 'application/problem+json',
    ...(error.retryAfterS === undefined ? {} : { 'Retry-After': String(Math.ceil(error.retryAfterS)) }),
  };
}

/** Any error as one that may be shown; see `toProblem`. */
export function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  const fault = requestFault(error);
  if (fault) return new ServiceError(...fault);
  if (isUnavailable(error)) {
    const detail = 'The database cannot be reached. Send the request again later.';
    return new ServiceError('service.unavailable', detail, { retryAfterS: UNAVAILABLE_RETRY_S });
  }
  return new ServiceError(
    'service.internal',
    'This is an error in Poundkey. The log has the reason under the request id.',
  );
}

/** Errors that the body parser (by `type`) and the router (an `URIError` of status 400) throw for what the client sent. */
function requestFault(error: unknown): [ErrorCode, string] | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof URIError && 'status' in error) {
    return [
      'request.invalid',
      'The path is not percent-encoded UTF-8. Encode it and send the request again.',
    ];
  }
  const type = 'type' in error && typeof error.type === 'string' ? error.type : '';
  if (type === 'entity.too.large' && 'limit' in error) {
    return ['request.tooLarge', `The body is larger than ${error.limit} bytes. Send a smaller one.`];
  }
  return BODY_FAULTS[type];
}

const BODY_FAULTS: Partial<Record<string, [ErrorCode, string]>> = {
  'entity.parse.failed': ['request.malformedJson', 'The body cannot be parsed. Send one JSON object.'],
  'encoding.unsupported': ['request.unsupportedMediaType', 'Send the body without compression.'],
  'charset.unsupported': ['request.unsupportedMediaType', 'Send the body in UTF-8.'],
  'parameters.too.many': ['request.tooLarge', 'The body has too many parameters. Send fewer.'],
  'request.size.invalid': ['request.invalid', 'The body is shorter than its Content-Length. Send it whole.'],
  'request.aborted': [
    'request.invalid',
    'The connection closed before the whole body arrived. Send the request again.',
  ],
};
