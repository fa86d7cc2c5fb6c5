import { type ErrorCode, ServiceError } from '../../errors.ts';
import type { ProblemPage } from '../../platform/http/problem-page.ts';

/** What a refusal says besides its code. */
interface Said {
  /** In the words of the protocol, for what is wrong with a message. */
  reason?: string;
  /** What the caller calls the sign-in. */
  correlationId?: string | null;
  retryAfterS?: number | undefined;
  cause?: unknown;
}

/** A message that is not taken. Its detail is for the log and for operators; the caller gets the word of the protocol. */
export class MessageRefused extends ServiceError {
  override name = 'MessageRefused';
  readonly reason: string | undefined;
  readonly correlationId: string | null;

  constructor(code: ErrorCode, detail: string, { reason, correlationId, retryAfterS, cause }: Said = {}) {
    super(code, detail, { ...(retryAfterS === undefined ? {} : { retryAfterS }), cause });
    this.reason = reason;
    this.correlationId = correlationId ?? null;
  }
}

/** The word of the protocol for each error. */
const WORDS: Partial<Record<ErrorCode, string>> = {
  'message.callerUnknown': 'unauthorized',
  'message.callerRefused': 'forbidden',
  'message.connectionNotFound': 'not_found',
  'message.unreadable': 'decryption_failed',
  'message.refused': 'blocked',
  'message.tooLate': 'timeout',
  'limit.reached': 'rate_limited',
  'spending.limitReached': 'rate_limited',
  'line.tooBusy': 'rate_limited',
  'service.unavailable': 'unavailable',
  'service.stopping': 'unavailable',
  'service.internal': 'internal_error',
};

const REASONS: Partial<Record<ErrorCode, string>> = {
  'request.malformedJson': 'invalid JSON body',
  'request.unsupportedMediaType': 'invalid JSON body',
  'request.tooLarge': 'the body is too large',
};

const REQUEST = 'urn:poundkey:request:';

/** Problems as the protocol has them: never with what was decrypted. */
export const messageProblem: ProblemPage = ({ body }, { header }, error) => {
  const refused = error instanceof MessageRefused ? error : null;
  const correlationId = refused?.correlationId ?? header('x-ms-correlation-id');
  const reason = refused?.reason ?? REASONS[body.code];
  const answer = {
    error: WORDS[body.code] ?? 'bad_request',
    ...(reason === undefined ? {} : { reason }),
    ...(correlationId === undefined ? {} : { correlationId }),
    requestId: body.instance.slice(REQUEST.length),
  };
  return { html: JSON.stringify(answer), headers: { 'Content-Type': 'application/json; charset=utf-8' } };
};
