/** What an MFA backend imports, `poundkey-client`: the REST API, and the checks of outcome webhooks and assertions. The queue: `client/queue.ts`. */
export {
  type AssertionExpectations,
  AssertionVerificationError,
  createVerifyAssertion,
  type VerifiedAssertion,
} from './client/assertion.ts';
export type { ProgressEvent } from './client/follow.ts';
export {
  type AppPasswordMessage,
  type OutcomeMessage,
  type PhoneMethodMessage,
  type ReregistrationMessage,
  readOutcomeWebhook,
  type WebhookPayload,
  WebhookVerificationError,
} from './client/outcome-webhook.ts';
export { PoundkeyProblem } from './client/problem.ts';
export { createPoundkeyClient, type PoundkeyClient } from './client/rest.ts';
export type { PoundkeyAddress } from './client/send.ts';
export type * from './client/types.ts';
