// The MFA backend of the demo: sends requests to the REST API and shows what it sees.
import type { Demo } from './demo.ts';

/** What of the API's answers the demo shows. */
interface Answer {
  id: string;
  userId: string;
  number: { international: string; country: string; type: string };
  challenge: { type: string; digits: string | null };
  progress: string;
  channel: string;
  expectedCallAt: string;
  createdAt: string;
  outcome: string;
  outcomeText: { forUser: string };
  appPassword: string;
  detail: string;
  blocked: boolean;
  reason: string | null;
  version: number;
  policy: Record<string, unknown>;
  smsSignInState: string;
  canBeEnabled: boolean;
  phoneNumber: string | null;
  status: string;
  assertion: string;
  deviceToken: string;
  value: { id: string; phoneType: string; phoneNumber: string }[];
}

/** Sends one request with the tenant's API key. */
export type Call = (
  method: string,
  path: string,
  body?: object,
  headers?: Record<string, string>,
) => Promise<{ status: number; headers: Headers; body: Answer }>;

/** The client of a service. */
export function createCall(baseUrl: string, apiKey: string): Call {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const { status, headers: received } = response;
    return { status, headers: received, body: (await response.json()) as Answer };
  };
}

/** The request that most scenarios send. */
export const REGISTER = { userId: 'u-1842', country: 'SE', number: '08-12 34 56 78', locale: 'sv-SE' };

/**
 * Asks for a verification, waits for its end and shows the outcome.
 * @param atScreen is done when the answer is on the user's screen, before any phone rings
 */
export async function verify(
  { call, service, finished, say }: Demo,
  request: object,
  atScreen: (answer: Answer) => void = () => undefined,
): Promise<Answer> {
  const { queue } = service.jobs;
  const end = finished();
  say(`backend   POST /v1/verifications ${JSON.stringify(request)}`);
  // People need the time to look at the screen before the phone rings.
  await queue.pause();
  const { status, body: asked } = await call('POST', '/v1/verifications', request);
  if (status !== 201) throw new Error(`The request was refused: ${status}, ${asked.detail}`);
  const { international, country, type } = asked.number;
  say(`backend   parsed as ${international} (${country}, ${type})`);
  atScreen(asked);
  await queue.resume();
  await end;
  const { body } = await call('GET', `/v1/verifications/${asked.id}`);
  say(`outcome   ${body.outcome}: ${body.outcomeText.forUser}`);
  return body;
}

/** Throws unless the verification ended as the scenario expects. */
export function expectOutcome({ outcome }: { outcome: string }, expected: string): void {
  if (outcome !== expected) throw new Error(`It ended as ${outcome}; this scenario ends as ${expected}.`);
}

/** Shows the phone methods that the user has now. */
export async function showMethods({ call, say }: Demo): Promise<void> {
  const { body } = await call('GET', `/v1/users/${REGISTER.userId}/phone-methods`);
  const methods = body.value.map(({ phoneType, phoneNumber }) => `${phoneType} ${phoneNumber}`);
  say(`methods   ${methods.join(', ') || 'none'}`);
}

/**
 * Changes the policy as an administrator does: reads it, changes it, and sends it back with its version.
 * @param effect what the new version does, for the line that is printed
 */
export async function changePolicy({ call, say }: Demo, change: object, effect: string): Promise<void> {
  const { body: current } = await call('GET', '/v1/policy');
  const ifMatch = { 'if-match': `"${current.version}"` };
  const changed = await call('PUT', '/v1/policy', { ...current.policy, ...change }, ifMatch);
  if (changed.status !== 200) throw new Error(`The policy was refused: ${changed.body.detail}`);
  say(`policy    version ${changed.body.version} ${effect}`);
}
