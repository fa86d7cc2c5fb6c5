import twilio from 'twilio';
import RequestClient from 'twilio/lib/base/RequestClient.js';

/** How to reach an account at Twilio. */
export interface TwilioAccess {
  /** `AC` and 32 hex digits. */
  accountSid: string;
  /** Asks for calls when there is no API key. */
  authToken: string;
  /** A key (`SK...`) that asks for calls in place of the token, or null. */
  apiKey: { sid: string; secret: string } | null;
  /** Another server that speaks Twilio's REST API (absolute http or https URL), or null for Twilio itself. */
  apiBaseUrl: string | null;
  /** How long one request may take from start to end, in milliseconds. */
  requestTimeoutMs: number;
}

/** Calls wait on the network, not on the processor; the package's 20 hold a busy process back. */
const MAX_SOCKETS = 100;
/** A page of 1000 calls has about 2 MB. */
const MAX_ANSWER_BYTES = 16_000_000;

/**
 * Twilio's own client, which never repeats a request by itself. Throws if the account's SID does not start with
 * `AC`, or if requests would not go to the host of `apiBaseUrl`.
 */
export function createTwilioClient(access: TwilioAccess): twilio.Twilio {
  const { sid, secret } = access.apiKey ?? { sid: access.accountSid, secret: access.authToken };
  // Empty edge and region: otherwise TWILIO_EDGE and TWILIO_REGION of the environment change the host behind our back.
  const client = twilio(sid, secret, {
    accountSid: access.accountSid,
    edge: '',
    region: '',
    httpClient: createRequestClient(access.requestTimeoutMs),
  });
  if (access.apiBaseUrl !== null) pointAt(client, access.apiBaseUrl);
  return client;
}

/** The package's time-out watches the silence on a socket. A slow trickle and the wait for a free socket need a deadline on top. */
function createRequestClient(timeout: number): RequestClient {
  const requests = new RequestClient({ timeout, autoRetry: false, maxSockets: MAX_SOCKETS });
  requests.axios.defaults.maxContentLength = MAX_ANSWER_BYTES;
  requests.axios.interceptors.request.use((request) => {
    request.signal = AbortSignal.timeout(timeout);
    return request;
  });
  return requests;
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
