import twilio from 'twilio';
import type RequestClient from 'twilio/lib/base/RequestClient.js';
import { credentialsOf } from './credentials.ts';
import type { Profile } from './profiles.ts';
import { readAnswer } from './read-answer.ts';
import { DirectRequestClient } from './request-client.ts';

/** How to reach an account at a provider that speaks Twilio's language. */
export interface TwilioAccess {
  /** Twilio: `AC` and 32 hex digits. SignalWire: the project's UUID. */
  accountSid: string;
  /** Asks for calls when there is no API key. */
  authToken: string;
  /** A key (`SK...`) that asks for calls in place of the token, or null. */
  apiKey: { sid: string; secret: string } | null;
  /** Where the REST API is, up to its version (absolute http or https URL); null for Twilio's own. */
  apiBaseUrl: string | null;
  /** The most that a minute of a call may cost, US dollars; null: the provider is not told. SignalWire only. */
  maxPricePerMinute: number | null;
  /** How long one request may take from start to end, in milliseconds. */
  requestTimeoutMs: number;
}

/** The package takes no other names of accounts than Twilio's; this one is never sent. */
const ANY_SID = `AC${'0'.repeat(32)}`;

/**
 * Twilio's own client, which never repeats a request by itself. Throws if the account's SID does not start with
 * `AC` where it has to, or if requests would not go to the host of `apiBaseUrl`.
 */
export function createTwilioClient(access: TwilioAccess, { accountIsSid }: Profile): twilio.Twilio {
  const { sid, secret } = credentialsOf(access);
  // Empty edge and region: otherwise TWILIO_EDGE and TWILIO_REGION of the environment change the host behind our back.
  const client = twilio(sid, secret, {
    accountSid: accountIsSid ? access.accountSid : ANY_SID,
    edge: '',
    region: '',
    httpClient: new CompatibleRequestClient(access),
  });
  client.accountSid = access.accountSid;
  if (access.apiBaseUrl !== null) pointAt(client, access.apiBaseUrl);
  return client;
}

/** Adds what the package cannot send, and reads answers that it cannot read. */
class CompatibleRequestClient extends DirectRequestClient {
  readonly #access: TwilioAccess;
  constructor(access: TwilioAccess) {
    super(access.requestTimeoutMs);
    this.#access = access;
  }

  override async request<Data>(given: RequestClient.RequestOptions<Data>) {
    const { maxPricePerMinute, apiBaseUrl } = this.#access;
    const isNewCall = given.method === 'post' && given.uri.endsWith('/Calls.json');
    const price = maxPricePerMinute !== null && isNewCall ? { MaxPricePerMinute: maxPricePerMinute } : null;
    const sent = price ? { ...given, data: Object.assign({}, given.data, price) } : given;
    const answer = await super.request(sent);
    return { ...answer, body: readAnswer(answer, apiBaseUrl) };
  }
}

/** The package takes a host name of more than five labels for one with edge and region, and shortens it. */
function pointAt(client: twilio.Twilio, apiBaseUrl: string): void {
  const { hostname } = new URL(apiBaseUrl);
  if (client.getHostname(hostname, client.edge, client.region) !== hostname) {
    throw new Error(
      `The API base URL's host has too many parts: ${hostname}. Use a name of at most five parts`,
    );
  }
  client.api.baseUrl = apiBaseUrl;
}
