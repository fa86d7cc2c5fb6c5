/**
 * Auth0's custom phone provider: an Action that the administrator pastes sends what it is given, signed by Standard Webhooks.
 * https://auth0.com/docs/customize/phone-messages/configure-phone-messaging-providers/configure-a-custom-phone-provider
 */
import { z } from 'zod';
import { isSigned } from './authentic.ts';
import type { FrontEnd } from './front-end.ts';
import { readOrRefuse } from './invalid.ts';

const Body = z.object({
  recipient: z.string().regex(/^\+\d{5,15}$/),
  code: z.string().regex(/^[A-Za-z\d]{4,12}$/),
  deliveryMethod: z.enum(['text', 'voice']),
  messageType: z.string().max(60).nullish(),
  text: z.string().max(1_000).nullish(),
  locale: z.string().max(35).nullish(),
});

/** The same code for the same phone on one day is the same message: Auth0 names none, and runs the Action again after a retry. */
const dayOf = (now: Date) => now.toISOString().slice(0, 10);

export const AUTH0: FrontEnd = {
  kind: 'auth0',
  isAuthentic: isSigned,

  read(body, _request, now) {
    const { recipient: number, code, deliveryMethod, messageType, text, locale } = readOrRefuse(Body, body);
    return {
      ...{ channel: deliveryMethod === 'voice' ? 'call' : 'sms', number, code, lifeS: null },
      text: text?.includes(code) ? text : null,
      // Written with an underscore there.
      locale: locale?.replace('_', '-') ?? null,
      repeats: [deliveryMethod, number, code, messageType ?? '', dayOf(now)].join(' '),
    };
  },

  accepted: { status: 'accepted' },
  refused: ({ code, title }) => ({ code, title }),
};

/** The Action, to be pasted at Auth0. Its secrets are `POUNDKEY_URL` and `POUNDKEY_SECRET`. */
export const AUTH0_ACTION = `const { createHmac, randomUUID } = require('node:crypto');

exports.onExecuteCustomPhoneProvider = async (event, api) => {
  const { recipient, code, delivery_method, message_type, locale, as_text, as_voice } = event.notification;
  const sentence = delivery_method === 'voice' ? as_voice : as_text;
  const body = JSON.stringify({
    recipient,
    code,
    locale,
    deliveryMethod: delivery_method,
    messageType: message_type,
    text: typeof sentence === 'string' ? sentence : undefined,
  });
  const id = randomUUID();
  const at = String(Math.floor(Date.now() / 1000));
  const key = Buffer.from(event.secrets.POUNDKEY_SECRET.replace('whsec_', ''), 'base64');
  const signature = createHmac('sha256', key).update(id + '.' + at + '.' + body).digest('base64');
  let status = 0;
  try {
    const answer = await fetch(event.secrets.POUNDKEY_URL, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': at,
        'webhook-signature': 'v1,' + signature,
      },
      body,
      signal: AbortSignal.timeout(4000),
    });
    status = answer.status;
  } catch (error) {
    return api.notification.retry('Poundkey could not be reached');
  }
  if (status === 200) return;
  const reason = 'Poundkey answered with status ' + status;
  if (status === 429 || status >= 500) return api.notification.retry(reason);
  return api.notification.drop(reason);
};
`;
