/** A simulator that stands outside the service, as Twilio does: its credentials are known, so a test can sign webhooks of its own. */
import type { ProviderConfig } from '../../src/providers/settings.ts';
import { signWebhook } from '../../src/simulator/sign-webhook.ts';
import { createSimulator } from '../../src/simulator/simulator.ts';
import type { SimulatorTime } from '../../src/simulator/time.ts';

const ACCOUNT_SID = `AC${'5'.repeat(32)}`;
const PROJECT_ID = 'b3877c40-da60-4998-90ad-b792e98472af';
const AUTH_TOKEN = 'token-of-the-story';

/** The answer of a webhook. */
export interface WebhookAnswer {
  status: number;
  body: string;
}

/** Starts a simulator in the given time, in the dialect of a provider. */
export async function startOwnNetwork<T extends SimulatorTime>(
  time: T,
  profile: 'twilio' | 'signalwire' = 'twilio',
) {
  const accountSid = profile === 'twilio' ? ACCOUNT_SID : PROJECT_ID;
  const simulator = createSimulator({ profile, accountSid, authToken: AUTH_TOKEN, time });
  await simulator.start();
  return {
    simulator,
    /** How a service reaches it; `apiBaseUrl` for something in between. */
    config: (apiBaseUrl: string = simulator.url): ProviderConfig =>
      profile === 'twilio'
        ? { kind: 'twilio', accountSid, authTokens: [AUTH_TOKEN], apiKey: null, apiBaseUrl }
        : {
            kind: 'signalwire',
            spaceUrl: apiBaseUrl,
            projectId: accountSid,
            apiToken: AUTH_TOKEN,
            signingKeys: [AUTH_TOKEN],
            maxPricePerMinute: null,
          },
    /** The same as the environment of a process. */
    environment: () => ({
      PHONE_NETWORK: 'twilio',
      TWILIO_ACCOUNT_SID: ACCOUNT_SID,
      TWILIO_AUTH_TOKEN: AUTH_TOKEN,
      TWILIO_API_BASE_URL: simulator.url,
      CALLER_LINE: '+12025550100',
    }),
    /** Sends a rightly signed webhook of the test's own making. */
    async send(url: string, params: Record<string, string>): Promise<WebhookAnswer> {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'X-Twilio-Signature': signWebhook(AUTH_TOKEN, url, params) },
        body: new URLSearchParams(params),
      });
      return { status: response.status, body: await response.text() };
    },
    async stop(): Promise<void> {
      simulator.faults.clear();
      simulator.faults.release();
      await simulator.stop();
    },
  };
}
