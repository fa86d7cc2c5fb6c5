// What an administrator does at each product for one hook, with every value filled in.
import { AUTH0_ACTION } from '../../../src/delivery-hooks/auth0.ts';
import type { HookKind } from '../../../src/delivery-hooks/front-end.ts';
import { type DeliveryHook, HOOKS_PATH } from '../../../src/delivery-hooks/hooks.ts';

/** @param secret what the product shows who it is by; null: it was shown before, and is not again */
export function stepsOf(publicUrl: string, { kind, id }: DeliveryHook, secret: string | null): string {
  const url = `${publicUrl}${HOOKS_PATH}/${kind}/${id}`;
  return STEPS[kind](url, secret ?? '(shown when the hook was created)');
}

const STEPS: Record<HookKind, (url: string, secret: string) => string> = {
  okta: (url, secret) => `At Okta, as super administrator:

1. Workflow > Inline Hooks > Add Inline Hook > Telephony.
   URL:                    ${url}
   Authentication field:   Authorization
   Authentication secret:  ${secret}
2. Save, and use Preview with your own phone: one text or call comes.
3. Security > Authenticators > Phone stays as it is; Okta uses the one active telephony hook by itself.
To go back, deactivate the hook: Okta delivers by its own provider again. It does so, too, for each code that is refused here.`,

  auth0: (url, secret) => `At Auth0:

1. Branding > Phone Provider > Custom, with the delivery methods Text and Voice.
2. Add the secrets of the Action:
   POUNDKEY_URL:     ${url}
   POUNDKEY_SECRET:  ${secret}
3. Replace the code of the Action by this, save, and deploy:

${AUTH0_ACTION}
4. Send a test message to your own phone.
To go back, choose another provider at Branding > Phone Provider.`,

  supabase: (url, secret) => `At Supabase:

1. Authentication > Hooks > Add hook > Send SMS hook, type HTTPS.
   URL:     ${url}
   Secret:  v1,${secret}
2. Authentication > Sign In / Providers > Phone: enabled.
3. Sign in with your own phone number: one text comes.
To go back, delete the hook, and set up a provider of Supabase.`,
};
