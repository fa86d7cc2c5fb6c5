// A backend in plain JavaScript that has Poundkey's client from the package. Run by packed-client.test.ts with the
// address, the key and the queue's place in its environment; prints what it got as JSON.
import { createRequire } from 'node:module';
import { createPoundkeyClient, PoundkeyProblem } from 'poundkey-client';

const require = createRequire(import.meta.url);
const schema = require('poundkey-client/verification-job.schema.json');
const { BASE_URL, API_KEY, NUMBERS, QUEUE_PLACE } = process.env;
const [first, second] = NUMBERS.split(',');
const client = createPoundkeyClient({ baseUrl: BASE_URL, apiKey: API_KEY });

const { id } = await client.requestVerification(
  { userId: 'u-1', number: first },
  { idempotencyKey: 'order-1' },
);
const { outcome } = await client.waitForOutcome(id, { timeLimitMs: 30_000 });
const { appPassword } = await client.revealAppPassword(id);
const [method] = await client.listPhoneMethods('u-1');
const refused = await client.requestVerification({ userId: 'u-1', number: '+46' }).catch((error) => error);

const got = {
  outcome,
  revealed: /^[a-z]{4}( [a-z]{4}){3}$/.test(appPassword),
  phoneType: method?.phoneType,
  refused: refused instanceof PoundkeyProblem && refused.code,
  required: schema.required,
  canBeRequired: canBeRequired(),
};

if (QUEUE_PLACE) {
  const { createVerificationQueue } = await import('poundkey-client/queue');
  const queue = createVerificationQueue(JSON.parse(QUEUE_PLACE));
  const job = await queue.enqueue({ tenantId: 'contoso', userId: 'u-2', number: second });
  got.queued = (await job.waitUntilFinished(30_000)).outcome;
  const wrong = await queue.enqueue({ tenantId: 'contoso', userId: 'u-2', number: '+46' });
  const problem = await wrong.waitUntilFinished(30_000).catch((error) => error);
  got.refusedJob = problem instanceof PoundkeyProblem && problem.code;
  await queue.close();
}
process.stdout.write(JSON.stringify(got));

function canBeRequired() {
  return require('poundkey-client').PoundkeyProblem === PoundkeyProblem;
}
