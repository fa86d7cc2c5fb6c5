// What a backend in TypeScript relies on. Checked, not run, by packed-client.test.ts: every error expected here must be one.
import type { IncomingMessage } from 'node:http';
import {
  createPoundkeyClient,
  type Outcome,
  type PoundkeyProblem,
  readOutcomeWebhook,
  type Verification,
} from 'poundkey-client';
import { createVerificationQueue } from 'poundkey-client/queue';

const client = createPoundkeyClient({ baseUrl: 'https://poundkey.example.com', apiKey: 'pk_x' });

export async function register(userId: string, number: string): Promise<Outcome> {
  const verification: Verification = await client.requestVerification({
    userId,
    number,
    purpose: 'register',
  });
  const state: 'queued' | 'dialing' | 'sending' | 'sent' | 'ringing' | 'answered' | 'decided' | 'finished' =
    verification.state;
  const e164: string = verification.number.e164;
  const { outcome } = await client.waitForOutcome(`${verification.id}${state.slice(99)}${e164.slice(99)}`);
  return outcome;
}

export async function add(): Promise<Outcome> {
  const queue = createVerificationQueue({ connection: { url: 'redis://localhost' }, prefix: 'poundkey' });
  const job = await queue.enqueue({ tenantId: 'contoso', userId: 'u-1', number: '+46812345678' });
  return (await job.waitUntilFinished()).outcome;
}

export function receive(request: IncomingMessage | Request, body: Uint8Array): Outcome | string {
  const { type, data } = readOutcomeWebhook('whsec_x', { headers: request.headers, body });
  if (type === 'user.reregistrationRequired') return data.userId;
  if (type === 'appPassword.revoked') return data.appPasswordIds.join();
  if (type === 'appPassword.guessed') return String(data.wrongAppPasswords);
  return 'outcome' in data ? data.outcome : data.phoneMethodId;
}

export async function missed(): Promise<string[]> {
  const { value, next } = await client.listVerifications({ outcome: 'noAnswer', limit: 10 });
  return [...value.map(({ userId }) => userId), ...(next === null ? [] : [next])];
}

export const isBusy = (problem: PoundkeyProblem): boolean => problem.code === 'line.tooBusy';

export function misuse(): unknown[] {
  return [
    // @ts-expect-error: a request needs a user
    client.requestVerification({ number: '+46812345678' }),
    // @ts-expect-error: there is no such purpose
    client.requestVerification({ userId: 'u-1', purpose: 'marketing' }),
    // @ts-expect-error: a policy has no such field
    client.replacePolicy({ version: 1, colour: 'red' }, 1),
    // @ts-expect-error: there is no such operation
    client.callVerification('v-1'),
    // @ts-expect-error: a job names its tenant
    createVerificationQueue({ databaseUrl: 'postgres://localhost' }).enqueue({ userId: 'u-1' }),
  ];
}
