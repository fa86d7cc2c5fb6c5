import type { Provider, StepDocument, StepToPlay } from '../port.ts';
import type { Profile } from './profiles.ts';
import type { TwilioRest } from './rest.ts';
import type { Prompts } from './twiml/render.ts';
import { createWebhookReader, type WebhookKeys } from './webhook-reader.ts';

/** An account at a provider that speaks Twilio's language, and what is needed to speak with it. */
export interface TwilioProviderOptions {
  name: string;
  profile: Profile;
  /** The part that is asked over REST. */
  rest: TwilioRest;
  /** What its webhooks are checked against. */
  webhooks: Omit<WebhookKeys, 'profile'>;
  /** What is said. */
  prompts: Pick<Prompts, 'forTenant' | 'render'>;
}

/** Twilio, or a provider that speaks its language. Throws if it cannot work at all; see `createSignatureCheck`. */
export function createTwilioProvider(options: TwilioProviderOptions): Provider {
  const { name, profile, rest, webhooks, prompts } = options;
  return {
    name,
    ...rest,
    isAddressedBy: (webhook) => Boolean(webhook.header(profile.signatureHeader)),
    readWebhook: createWebhookReader(name, { ...webhooks, profile }),
    renderStep: (step) => renderStep(prompts, profile, step),
  };
}

function renderStep(
  prompts: TwilioProviderOptions['prompts'],
  { finishOnKey }: Profile,
  { step, locale, tenantId, ...values }: StepToPlay,
): StepDocument {
  const { render } = tenantId === null ? prompts : prompts.forTenant(tenantId);
  return { contentType: 'text/xml; charset=utf-8', body: render(step, locale, { ...values, finishOnKey }) };
}
