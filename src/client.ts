/** What an MFA backend imports, `poundkey/client`: the REST API, the queue and the check of outcome webhooks. */
export { Webhook, WebhookVerificationError } from 'standardwebhooks';
export { type OutcomeMessage, readOutcomeWebhook } from './client/outcome-webhook.ts';
export { PoundkeyProblem } from './client/problem.ts';
export {
  createVerificationQueue,
  type EnqueuedVerification,
  type JobResult,
  type VerificationQueue,
} from './client/queue.ts';
export type { QueuePlace } from './client/queue-place.ts';
export { createPoundkeyClient, type PoundkeyClient } from './client/rest.ts';
export type { PoundkeyAddress } from './client/send.ts';
export type * from './client/types.ts';
