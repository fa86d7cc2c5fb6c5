/**
 * Supabase's hook for sending texts, signed by Standard Webhooks.
 * https://supabase.com/docs/guides/auth/auth-hooks/send-sms-hook
 */
import { z } from 'zod';
import { isSigned } from './authentic.ts';
import type { FrontEnd } from './front-end.ts';
import { readOrRefuse } from './invalid.ts';

const Body = z.object({
  user: z.object({ phone: z.string().regex(/^\+?[1-9]\d{4,14}$/) }),
  sms: z.object({
    otp: z.string().regex(/^[A-Za-z\d]{4,12}$/),
    /** Where a number is being changed: the new one. */
    phone: z
      .string()
      .regex(/^\+?[1-9]\d{4,14}$/)
      .nullish(),
  }),
});

export const SUPABASE: FrontEnd = {
  kind: 'supabase',
  isAuthentic: isSigned,

  /** Each attempt has another `webhook-id`, and the same body. Numbers have their calling code, without the plus. */
  read(body, { text: repeats }) {
    const { user, sms } = readOrRefuse(Body, body);
    const number = `+${(sms.phone || user.phone).replace('+', '')}`;
    const known = { channel: 'sms', text: null, locale: null, lifeS: null } as const;
    return { ...known, number, code: sms.otp, repeats };
  },

  accepted: {},
  refused: ({ status, title }) => ({ error: { http_code: status, message: title } }),
};
