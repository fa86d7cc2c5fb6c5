import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import { ServiceError } from '../../errors.ts';

/** At the end of a webhook's address: send it up to three times more, whatever went wrong (Twilio, webhook connection overrides). */
export const WEBHOOK_RETRIES = '#rc=3&rp=all';

/** What of a webhook is signed. */
export interface SignedRequest {
  /** Path and query exactly as received, not decoded and not rebuilt. */
  originalUrl: string;
  /** The header `X-Twilio-Signature`. */
  signature: string | undefined;
  /** The form parameters of a POST, decoded; an empty object for a GET. A name that came more than once has its values in an array. */
  params: Readonly<Record<string, string | string[]>>;
}

/** Returns if the network signed the request. Throws `ServiceError` `webhook.unsigned` or `webhook.wrongSignature`. */
export type SignatureCheck = (request: SignedRequest) => void;

/**
 * Checks that webhooks come from the network. `publicUrl` is the absolute address under which it reaches us, with
 * the path prefix if a proxy strips one; what arrives at `/x` was asked for as `publicUrl` + `/x`. `authTokens`
 * holds the account's token, and during a rotation the next one too. Twilio, webhook security: API keys never
 * sign; credentials and fragment of an address are not part of what is signed. Throws `Error` at once if the URL
 * is not absolute or a token is empty: anybody can sign with an empty one.
 */
export function createSignatureCheck({
  publicUrl,
  authTokens,
}: {
  publicUrl: string;
  authTokens: string[];
}): SignatureCheck {
  const base = readBase(publicUrl);
  if (authTokens.length === 0 || authTokens.some((token) => token.trim() === '')) {
    throw new Error('Webhooks cannot be checked without an auth token. Give one or two, none of them empty');
  }
  return ({ originalUrl, signature, params }) => {
    if (signature === undefined || signature === '') {
      throw new ServiceError(
        'webhook.unsigned',
        'The header X-Twilio-Signature is missing. Only the phone network may call this address',
      );
    }
    const url = base + originalUrl;
    // Twilio signs without the fragment; of servers that speak its API, some sign the address as they were given it.
    const isRight = (token: string) =>
      [url, url + WEBHOOK_RETRIES].some((signed) => isSigned(token, signature, signed, params));
    if (!originalUrl.startsWith('/') || !authTokens.some(isRight)) throw wrongSignature();
  };
}

/** The rest stays letter for letter: the network signs the address as we wrote it. */
function readBase(publicUrl: string): string {
  const [, scheme, authority = '', path = ''] = /^(https?:\/\/)([^/?#]+)([^?#]*)/i.exec(publicUrl) ?? [];
  if (scheme === undefined || !URL.canParse(publicUrl)) {
    throw new Error('The public URL cannot be used: expected an absolute http or https address');
  }
  return scheme + authority.slice(authority.lastIndexOf('@') + 1) + path.replace(/\/+$/, '');
}

/** The package parses the address to try other spellings of it, and throws where it cannot. */
function isSigned(token: string, signature: string, url: string, params: SignedRequest['params']): boolean {
  try {
    return validateRequest(token, signature, url, params);
  } catch {
    return false;
  }
}

function wrongSignature(): ServiceError {
  return new ServiceError(
    'webhook.wrongSignature',
    'The signature does not match the address and the parameters. Check that the public URL is the address the phone network uses, and that the auth token is the one it signs with',
  );
}
