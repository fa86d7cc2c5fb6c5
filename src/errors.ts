/**
 * Every error that may leave Poundkey, by its stable code. `status` is the HTTP status, `title` the short
 * sentence that is the same for every occurrence (RFC 9457, section 3.1.3).
 */
export const ERRORS = {
  'request.invalid': { status: 400, title: 'The request is not valid' },
  'request.malformedJson': { status: 400, title: 'The body is not valid JSON' },
  'request.tooLarge': { status: 413, title: 'The body is too large' },
  'request.unsupportedMediaType': { status: 415, title: 'The content type is not supported' },
  'route.notFound': { status: 404, title: 'The address does not exist' },
  'route.methodNotAllowed': { status: 405, title: 'The method is not allowed at this address' },
  'host.notAllowed': { status: 421, title: 'The host is not allowed' },
  'apiKey.missing': { status: 401, title: 'An API key is required' },
  'apiKey.invalid': { status: 401, title: 'The API key is not valid' },
  'apiKey.scopeMissing': { status: 403, title: 'The API key may not do this' },
  'webhook.unsigned': { status: 400, title: 'The webhook is not signed' },
  'webhook.wrongSignature': { status: 403, title: 'The signature of the webhook is wrong' },
  'number.invalid': { status: 422, title: 'The phone number is not valid' },
  'number.typeRefused': { status: 422, title: 'Numbers of this type are not allowed' },
  'number.countryRefused': { status: 422, title: 'Numbers of this country are not allowed' },
  'number.extensionUnsupported': { status: 422, title: 'This number may not have an extension' },
  'number.suppressed': { status: 403, title: 'This number must not be called' },
  'extension.missing': { status: 422, title: 'There is no extension' },
  'extension.tooLong': { status: 422, title: 'The extension and its pauses are too long' },
  'number.notRegistered': { status: 422, title: 'The phone is not registered for the user' },
  'locale.unsupported': { status: 422, title: 'There are no prompts in this language' },
  'tenant.notFound': { status: 404, title: 'There is no such tenant' },
  'policy.versionRequired': { status: 428, title: 'If-Match with the version of the policy is required' },
  'policy.changedMeanwhile': { status: 412, title: 'The policy has changed since you read it' },
  'policy.officePhoneRefused': { status: 403, title: 'The policy does not allow office phones' },
  'policy.mobilePhoneRefused': { status: 403, title: 'The policy does not allow mobile phones' },
  'policy.textMessageRefused': { status: 403, title: 'The policy does not allow text messages' },
  'policy.smsSignInRefused': {
    status: 403,
    title: 'The policy does not allow signing in with phone numbers',
  },
  'policy.callInsteadRefused': {
    status: 403,
    title: 'The policy does not allow a call after a text message',
  },
  'policy.appPasswordsRefused': { status: 403, title: 'The policy does not allow this app password' },
  'policy.audienceRefused': { status: 403, title: 'The policy does not allow this audience' },
  'idempotencyKey.reused': { status: 422, title: 'The idempotency key was used for another request' },
  'verification.notFound': { status: 404, title: 'There is no such verification' },
  'verification.alreadyOpen': { status: 409, title: 'The user has an open verification' },
  'verification.alreadyDecided': { status: 409, title: 'The verification is already decided' },
  'signIn.notFound': { status: 404, title: 'There is no such sign-in' },
  'signIn.alreadyDecided': { status: 409, title: 'The sign-in is already decided' },
  'code.wrong': { status: 422, title: 'The code is wrong' },
  'code.expired': { status: 410, title: 'The code has expired' },
  'code.notSent': { status: 409, title: 'No code was sent' },
  'code.alreadyTyped': { status: 409, title: 'A code was typed already' },
  'code.replacedByCall': { status: 409, title: 'A call has taken the place of the code' },
  'assertion.notApproved': { status: 409, title: 'There is no approved sign-in' },
  'assertion.alreadyIssued': { status: 409, title: 'The assertion was issued before' },
  'assertion.tooLate': { status: 410, title: 'The sign-in was approved too long ago' },
  'assertion.invalid': { status: 422, title: 'The assertion is not valid' },
  'assertion.expired': { status: 410, title: 'The assertion is not valid at this time' },
  'assertion.alreadyRedeemed': { status: 409, title: 'The assertion was redeemed before' },
  'assertion.withdrawn': { status: 403, title: 'The sign-in no longer counts' },
  'appPassword.notFound': { status: 404, title: 'The verification has no app password' },
  'appPassword.alreadyRevealed': { status: 410, title: 'The app password can no longer be revealed' },
  'appPassword.unknown': { status: 404, title: 'There is no such app password' },
  'appPassword.limitReached': { status: 409, title: 'The user has too many app passwords' },
  'appServer.invalid': { status: 403, title: 'The secret of the app server is not valid' },
  'line.tooBusy': { status: 429, title: 'Too many calls or text messages are waiting' },
  'limit.reached': { status: 429, title: 'Too many verifications or messages were requested' },
  'spending.limitReached': { status: 429, title: 'The daily limit is reached' },
  'challenge.locked': { status: 429, title: 'The challenge was failed too often' },
  'pin.notSet': { status: 422, title: 'The user has no PIN' },
  'user.blocked': { status: 403, title: 'The user is blocked' },
  'user.verificationOpen': { status: 409, title: 'The user has an open verification' },
  'phoneMethod.notFound': { status: 404, title: 'There is no such phone method' },
  'phoneMethod.isDefault': { status: 409, title: 'The phone method is the default' },
  'phoneMethod.mobileNeeded': { status: 409, title: 'The mobile is needed by the alternate mobile' },
  'phoneMethod.mobileFirst': { status: 409, title: 'An alternate mobile needs a mobile' },
  'phoneMethod.notVerified': { status: 409, title: 'The phone method is not verified' },
  'phoneMethod.smsSignInNotSupported': {
    status: 409,
    title: 'Only the number of a mobile can be a user name',
  },
  'phoneMethod.numberInUse': { status: 409, title: 'The number is in use' },
  'phoneMethod.typeTaken': { status: 409, title: 'The user has another phone method of this type' },
  'phoneMethod.listedTwice': { status: 409, title: 'The list has the same user and type twice' },
  'message.callerUnknown': { status: 401, title: 'The caller of the message is not known' },
  'message.callerRefused': { status: 403, title: 'This application may not hand messages over' },
  'message.connectionNotFound': { status: 404, title: 'There is no such connection for messages' },
  'message.invalid': { status: 400, title: 'The message is not valid' },
  'message.unreadable': { status: 400, title: 'The message cannot be decrypted' },
  'message.refused': { status: 403, title: 'The message may not be delivered to this number' },
  'message.tooLate': { status: 504, title: 'The message could not be taken over in time' },
  'entraPhoneProvider.notFound': {
    status: 404,
    title: 'There is no such connection with Microsoft Entra',
  },
  'pbxProfile.notFound': { status: 404, title: 'There is no such PBX profile' },
  'deliveryHook.notFound': { status: 404, title: 'There is no such hook' },
  'enrolmentCode.notFound': { status: 404, title: 'There is no enrolment code of this user' },
  'entraMethod.credentialMissing': { status: 409, title: 'The method has no credential for Microsoft Graph' },
  'entraMethod.notFound': { status: 404, title: 'There is no such external authentication method' },
  'webhookEndpoint.notFound': { status: 404, title: 'There is no webhook endpoint' },
  'webhookMessage.notFound': { status: 404, title: 'There is no such outcome webhook' },
  'webhookMessage.notDead': { status: 409, title: 'The outcome webhook is not dead' },
  'progress.tooManyStreams': { status: 503, title: 'Too many event streams are open' },
  'selfService.formNotOurs': { status: 403, title: 'The form does not belong to this session' },
  'policy.selfServiceRefused': { status: 403, title: 'The policy does not allow the self-service page' },
  'policy.returnUrlRefused': { status: 422, title: 'The policy does not allow this return address' },
  'service.busy': { status: 503, title: 'Too many requests are waiting' },
  'service.stopping': { status: 503, title: 'The service is stopping' },
  'service.unavailable': { status: 503, title: 'The service is temporarily unavailable' },
  'service.internal': { status: 500, title: 'An internal error occurred' },
} as const satisfies Record<string, { status: number; title: string }>;

/** The stable name of an error, `area.reason`. */
export type ErrorCode = keyof typeof ERRORS;

/** One thing that is wrong with a request: `field` is a JSON pointer or header name, `rule` the broken rule as a sentence. */
export interface FieldProblem {
  field: string;
  rule: string;
}

/** Further properties of an error. */
export interface ErrorDetails {
  /** One entry per wrong field. */
  problems?: FieldProblem[];
  /** Seconds after which asking again makes sense; becomes `Retry-After`. */
  retryAfterS?: number;
  /** The verification that is meant. */
  verificationId?: string;
  /** How many more codes may be checked. */
  checksLeft?: number;
  /** The error underneath; it is logged, never shown. */
  cause?: unknown;
}

/**
 * An error that says what happened, what was expected and what to do next. `detail` is shown to the caller
 * and must hold neither a secret nor a whole phone number.
 */
export class ServiceError extends Error {
  override name = 'ServiceError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly problems: FieldProblem[];
  readonly retryAfterS: number | undefined;
  readonly verificationId: string | undefined;
  readonly checksLeft: number | undefined;

  constructor(code: ErrorCode, detail: string, details: ErrorDetails = {}) {
    super(detail, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = ERRORS[code].status;
    this.problems = details.problems ?? [];
    this.retryAfterS = details.retryAfterS;
    this.verificationId = details.verificationId;
    this.checksLeft = details.checksLeft;
  }
}

/**
 * What was caught, if it is a refusal: an answer to what was asked for.
 * @throws what was caught, if it is anything else
 */
export function refusalIn(caught: unknown): ServiceError {
  if (isRefusal(caught)) return caught;
  throw caught;
}

/** Whether what was caught is a refusal, and no failure. */
export function isRefusal(caught: unknown): caught is ServiceError {
  return caught instanceof ServiceError && caught.status < 500;
}

/** Whether what was caught is a service error with one of these codes. */
export function hasCode(caught: unknown, ...codes: ErrorCode[]): caught is ServiceError {
  return caught instanceof ServiceError && codes.includes(caught.code);
}
