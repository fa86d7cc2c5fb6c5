import { lettingFormsOnlyGoTo } from '../routes/page-route.ts';
import { wayBackPage } from '../screens/entra-screens.ts';
import type { PageView } from '../view/page-view.ts';
import type { EntraAnswer } from './entra-route.ts';

/** The hosts of Microsoft's that answers go to, one for each cloud. */
const MICROSOFT = [
  'https://login.microsoftonline.com',
  'https://login.microsoftonline.us',
  'https://login.partner.microsoftonline.cn',
];

/** What Entra is answered with, and what the page says of it. */
type Said = { idToken: string; kind: 'approved' } | { error: string; kind: 'failed' | 'late' };

/** The page that posts an answer to Entra. A page with a secret in it is compressed by nobody on the way. */
export function wayBack(
  view: PageView,
  { redirectUri, state }: { redirectUri: string; state: string | null },
  said: Said,
): EntraAnswer {
  const fields = {
    ...('idToken' in said ? { id_token: said.idToken } : { error: said.error }),
    ...(state === null ? {} : { state }),
  };
  return {
    status: 200,
    body: wayBackPage(view, { redirectUri, fields, kind: said.kind }),
    headers: { ...lettingFormsOnlyGoTo(MICROSOFT), 'Cache-Control': 'no-store, no-transform' },
  };
}
