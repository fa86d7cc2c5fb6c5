/**
 * Okta's telephony inline hook.
 * https://developer.okta.com/docs/reference/telephony-hook/
 */
import { z } from 'zod';
import { ServiceError } from '../errors.ts';
import { isSameText } from '../platform/secrets/same-text.ts';
import type { FrontEnd } from './front-end.ts';
import { readOrRefuse } from './invalid.ts';

const Channel = z
  .string()
  .transform((written) => written.toLowerCase())
  .transform((written) => (written === 'sms' ? 'sms' : /^voice/.test(written) ? 'call' : null))
  .pipe(z.enum(['sms', 'call']));

const Body = z.object({
  eventType: z.literal('com.okta.telephony.provider'),
  data: z.object({
    messageProfile: z.object({
      msgTemplate: z.string().max(1_000).nullish(),
      phoneNumber: z.string().regex(/^\+[\d ()-]{5,30}$/),
      otpExpires: z.iso.datetime({ offset: true }).nullish(),
      deliveryChannel: Channel,
      otpCode: z.string().regex(/^[A-Za-z\d]{4,12}$/),
      locale: z.string().max(35).nullish(),
    }),
  }),
});

/** Where a template of Okta has its code. */
const PLACEHOLDER = /\$\{code\}/g;

/** Signed by nothing: Okta sends the secret that the administrator has entered, in the header Authorization. */
export const OKTA: FrontEnd = {
  kind: 'okta',
  isAuthentic: ({ header }, secret) => isSameText(header('authorization') ?? '', secret),

  read(body, _request, now) {
    const { messageProfile } = readOrRefuse(Body, body).data;
    const {
      phoneNumber: number,
      otpCode: code,
      otpExpires,
      deliveryChannel,
      msgTemplate,
      locale,
    } = messageProfile;
    const sentence = (msgTemplate ?? '').replaceAll(PLACEHOLDER, code);
    return {
      ...{ channel: deliveryChannel, number, code, locale: locale ?? null },
      text: sentence.includes(code) ? sentence : null,
      lifeS: otpExpires ? lifeOf(new Date(otpExpires), now) : null,
      repeats: [deliveryChannel, number, code, otpExpires ?? ''].join(' '),
    };
  },

  accepted: { commands: [{ type: 'com.okta.telephony.action', value: [action('SUCCESSFUL')] }] },
  refused: ({ title }) => ({ error: { errorSummary: title, errorCauses: [] } }),
};

function action(status: string) {
  return { status, provider: 'Poundkey' };
}

/** @throws ServiceError `message.invalid` when the code is over */
function lifeOf(until: Date, now: Date): number {
  const lifeS = Math.floor((until.getTime() - now.getTime()) / 1000);
  if (lifeS > 0) return lifeS;
  throw new ServiceError('message.invalid', 'The message was not taken: its code is over (otpExpires).');
}
