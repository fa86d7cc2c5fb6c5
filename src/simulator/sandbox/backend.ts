/** The MFA backend of the sandbox: the service's public API with an API key, as any backend uses it. */
import type { MethodView } from './browser/view.ts';
import { forPeople } from './format-number.ts';

/** Where the service is, and a key that may request verifications, read, and set the webhook endpoint. */
export interface BackendAccess {
  apiUrl: string;
  apiKey: string;
}

/** What a verification is asked for with. */
export interface WantedVerification {
  userId: string;
  number: string;
  extension?: string;
  locale: string;
  channel?: 'sms';
  phoneType?: 'mobile';
}

/** What the sandbox reads of a verification. */
export interface Verification {
  id: string;
  purpose: string;
  channel: 'call' | 'sms';
  phoneType: string;
  number: { e164: string; extension: string | null };
  challenge: { digits: string | null };
  state: string;
  outcome: string | null;
  outcomeText: { forUser: string } | null;
  expectedCallAt: string | null;
  createdAt: string;
}

/** One event of a verification; `prompt` is what the person hears from then on. */
export interface ProgressEvent {
  state: string;
  outcome?: string;
  prompt?: string;
  at: string;
}

/** The service refused a request, or did not answer. The message says why, for people. */
export class BackendError extends Error {
  override name = 'BackendError';
}

/** The API. All methods throw `BackendError` where not said otherwise. */
export type Backend = ReturnType<typeof createBackend>;

/** @param access.signal ends everything that is under way */
export function createBackend(access: BackendAccess & { signal: AbortSignal }) {
  const { apiUrl, apiKey, signal } = access;
  const request = (method: string, path: string, body?: object) =>
    fetch(`${apiUrl}${path}`, {
      method,
      signal,
      headers: { Authorization: `Bearer ${apiKey}`, 'Content-Type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    }).catch((error: unknown) => {
      throw new BackendError(`The service did not answer: ${reasonOf(error)}.`);
    });
  const json = async <T>(method: string, path: string, body?: object): Promise<T> =>
    readAnswer<T>(await request(method, path, body));
  const user = (userId: string) => `/v1/users/${encodeURIComponent(userId)}`;

  return {
    request,
    /** The name of the tenant whose key it is. */
    organisation: async () => (await json<{ tenantName: string }>('GET', '/v1/key')).tenantName,
    /** Has outcomes posted to `url`; resolves with the secret that they are signed with. */
    receiveAt: async (url: string) =>
      (await json<{ secret: string }>('PUT', '/v1/webhook-endpoint', { url })).secret,
    requestVerification: (wanted: WantedVerification) =>
      json<Verification>('POST', '/v1/verifications', wanted),
    readVerification: (id: string) => json<Verification>('GET', `/v1/verifications/${id}`),
    cancel: (id: string) => json<Verification>('POST', `/v1/verifications/${id}/cancel`),
    checkCode: (id: string, code: string) =>
      json<Verification>('POST', `/v1/verifications/${id}/check`, { code }),
    /** The newest verification of a user, or null. */
    newest: async (userId: string) =>
      (
        await json<{ value: Verification[] }>(
          'GET',
          `/v1/verifications?${new URLSearchParams({ userId, limit: '1' })}`,
        )
      ).value[0] ?? null,
    methods: (userId: string) => readMethods(json, user(userId)),
    /** Ends a block of the user, if there is one, and erases what is known of the user. */
    async erase(userId: string): Promise<void> {
      await json('DELETE', `${user(userId)}/block`);
      await json('DELETE', user(userId));
    },
    /** Whether there is a self-service page: another method at its address is refused, an unknown address not found. */
    hasSelfService: async () => (await request('GET', `${user('nobody')}/self-service-links`)).status !== 404,
    /** A link to the self-service page of a user, good for one use. */
    selfServiceLink: async (userId: string) =>
      (await json<{ url: string }>('POST', `${user(userId)}/self-service-links`, {})).url,
  };
}

async function readAnswer<T>(response: Response): Promise<T> {
  const body = (await response.json().catch(() => ({}))) as { detail?: string };
  if (response.ok) return body as T;
  throw new BackendError(body.detail ?? `The service answered ${response.status}.`);
}

type Json = <T>(method: string, path: string) => Promise<T>;

/** The verified phones of a user, and whether there is an app password. */
async function readMethods(json: Json, user: string): Promise<MethodView[]> {
  const [phones, passwords] = await Promise.all([
    json<{ value: PhoneMethod[] }>('GET', `${user}/phone-methods`),
    json<{ value: unknown[] }>('GET', `${user}/app-passwords`),
  ]);
  return phones.value
    .filter(({ verifiedAt }) => verifiedAt !== null)
    .map(({ phoneNumber, extension, phoneType, isDefault }) => ({
      phoneType,
      number: forPeople(phoneNumber.replace(/x.*$/, '').replaceAll(' ', '')),
      extension,
      isDefault,
      hasAppPassword: isDefault && passwords.value.length > 0,
    }));
}

interface PhoneMethod {
  /** As Microsoft Graph writes it: `+46 812345678x1234`. */
  phoneNumber: string;
  extension: string | null;
  phoneType: string;
  isDefault: boolean;
  verifiedAt: string | null;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
