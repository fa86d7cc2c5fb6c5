import { z } from 'zod';
import type { FieldProblem } from '../errors.ts';
import { Logo } from './logo.ts';
import { shownText } from './shown-text.ts';
import { isLocalHttp, PageAddress, ReturnAddress } from './web-address.ts';

const LONGEST_NAME = 60;
const MOST_RETURN_URLS = 20;

const EMAIL_RULE = 'This must be an e-mail address, such as it@contoso.example.';

const Contact = z.strictObject({
  name: shownText(LONGEST_NAME).meta({ description: 'Such as `Anna Berg, IT`' }),
  email: z
    .email({ error: ({ code }) => (code === 'invalid_format' ? EMAIL_RULE : undefined) })
    .max(254)
    .meta({ description: 'Their e-mail address' }),
});

/** What a policy says of the page where people set their phones up. */
export const SELF_SERVICE_FIELDS = {
  selfService: z
    .strictObject({
      allowed: z
        .boolean()
        .default(true)
        .meta({ description: 'Whether people may be sent to the self-service page' }),
      name: shownText(LONGEST_NAME).nullable().default(null).meta({
        description: 'The name of the tenant on the page, up to 60 characters; null: `organisation`',
      }),
      colour: z
        .string()
        .regex(/^#[0-9a-f]{6}$/i, 'This must be a colour such as #b3401a: # and six hexadecimal digits.')
        .toLowerCase()
        .nullable()
        .default(null)
        .meta({
          description:
            'The colour of the tenant, such as `#b3401a`; null: that of Poundkey. Where words could not be read on it, a darker or lighter one is used: the answer says which, and all contrast ratios',
        }),
      logo: Logo.nullable().default(null).meta({
        description:
          'The logo of the tenant, `{"type": "image/png", "data": "…"}` in base64 or `{"type": "image/svg+xml", "data": "<svg …"}`, at most 32 kB; null: none. An SVG is kept without what is not seen, and refused if it could run or load anything',
      }),
      contact: Contact.nullable().default(null).meta({
        description:
          'Who can change what the page refuses, `{"name": "…", "email": "…"}`, shown there; null: nobody is named',
      }),
      helpUrl: PageAddress.nullable()
        .default(null)
        .meta({ description: 'Where the page leads to for help, an https address; null: nowhere' }),
      privacyUrl: PageAddress.nullable()
        .default(null)
        .meta({ description: 'Where the tenant says how it handles personal data, likewise' }),
      returnUrls: z.array(ReturnAddress).max(MOST_RETURN_URLS).default([]).meta({
        description:
          'Where a link to the page may lead people back to, up to 20 https addresses; the one in a link must be equal to one of them. `http://localhost` and `http://127.0.0.1` are allowed outside production',
      }),
      linkMinutes: z
        .int()
        .min(1)
        .max(60)
        .default(10)
        .meta({ description: 'How long a link to the page can be opened, minutes' }),
    })
    .prefault({})
    .meta({ description: 'The page where people set their phones up' }),
};

/** What these fields are in a policy. */
export interface SelfServicePolicy {
  selfService: z.output<typeof SELF_SERVICE_FIELDS.selfService>;
}

/** The addresses that production does not lead people back to. */
export function localReturnProblems({ selfService }: SelfServicePolicy): FieldProblem[] {
  return selfService.returnUrls.flatMap((address, place) =>
    isLocalHttp(address)
      ? [{ field: `/selfService/returnUrls/${place}`, rule: 'This must start with https:// in production.' }]
      : [],
  );
}

/** The policy as production has it: one that was stored while trying out may have such addresses. */
export function withoutLocalReturns<Policy extends SelfServicePolicy>(policy: Policy): Policy {
  const { selfService } = policy;
  const returnUrls = selfService.returnUrls.filter((address) => !isLocalHttp(address));
  return { ...policy, selfService: { ...selfService, returnUrls } };
}
