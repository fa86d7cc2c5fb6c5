import { createHmac } from 'node:crypto';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import { ServiceError } from '../../errors.ts';
import { isSameText } from '../../platform/secrets/same-text.ts';
import type { Profile } from './profiles.ts';

/** What of a webhook is signed. */
export interface SignedRequest {
  /** Path and query exactly as received, not decoded and not rebuilt. */
  originalUrl: string;
  /** The header that carries the signature. */
  signature: string | undefined;
  /** Twilio's header `X-Twilio-Webhooks-Signature-Settings`: that a shared key signed, and how. */
  settings?: string | undefined;
  /** The form parameters of a POST, decoded; an empty object for a GET. A name that came more than once has its values in an array. */
  params: Readonly<Record<string, string | string[]>>;
}

/** Returns if the provider signed the request. Throws `ServiceError` `webhook.unsigned` or `webhook.wrongSignature`. */
export type SignatureCheck = (request: SignedRequest) => void;

/**
 * Checks that webhooks come from a provider. `publicUrl` is the absolute address under which it reaches us, with
 * the path prefix if a proxy strips one; what arrives at `/x` was asked for as `publicUrl` + `/x`. `authTokens`
 * holds what it signs with (Twilio: the account's token; SignalWire: the signing key), and during a rotation the next
 * one too; `sharedKeys` the keys of Twilio's newer signatures. Twilio, webhook security: API keys never sign;
 * credentials and fragment of an address are not part of what is signed. Throws `Error` at once if the URL is not
 * absolute or a token is empty: anybody can sign with an empty one.
 */
export function createSignatureCheck({
  publicUrl,
  authTokens,
  sharedKeys = [],
  profile,
}: {
  publicUrl: string;
  authTokens: readonly string[];
  sharedKeys?: readonly string[];
  profile: Profile;
}): SignatureCheck {
  const base = readBase(publicUrl);
  if (authTokens.length === 0 || [...authTokens, ...sharedKeys].some((token) => token.trim() === '')) {
    throw new Error('Webhooks cannot be checked without an auth token. Give one or two, none of them empty.');
  }
  return (request) => {
    const { originalUrl, signature, settings } = request;
    if (signature === undefined || signature === '') {
      throw new ServiceError(
        'webhook.unsigned',
        `The header ${profile.signatureHeader} is missing. Only the provider may call this address.`,
      );
    }
    const signed = { url: base + originalUrl, signature, params: request.params };
    const isRight = settings
      ? isShared(settings) && sharedKeys.some((key) => isSignedPlainly('sha256', key, signed, profile))
      : authTokens.some((token) => isSignedWith(token, signed, profile));
    if (!originalUrl.startsWith('/') || !isRight) throw wrongSignature();
  };
}

/** The rest stays letter for letter: the provider signs the address as we wrote it. */
function readBase(publicUrl: string): string {
  const [, scheme, authority = '', path = ''] = /^(https?:\/\/)([^/?#]+)([^?#]*)/i.exec(publicUrl) ?? [];
  if (scheme === undefined || !URL.canParse(publicUrl)) {
    throw new Error('The public URL cannot be used: expected an absolute http or https address.');
  }
  return scheme + authority.slice(authority.lastIndexOf('@') + 1) + path.replace(/\/+$/, '');
}

interface Signed {
  url: string;
  signature: string;
  params: SignedRequest['params'];
}

function isSignedWith(token: string, signed: Signed, profile: Profile): boolean {
  // Nearly all are signed as their address was given. The package parses the address and tries several spellings of it.
  if (isSignedPlainly('sha1', token, signed, profile)) return true;
  if (profile.repeatedFields === 'asGiven') return false;
  const { url, signature, params } = signed;
  // Twilio signs without the fragment; of servers that speak its API, some sign the address as they were given it.
  return [url, url + profile.retryFragment].some((each) => isSigned(token, signature, each, params));
}

/** The package parses the address to try other spellings of it, and throws where it cannot. */
function isSigned(token: string, signature: string, url: string, params: Signed['params']): boolean {
  try {
    return validateRequest(token, signature, url, params);
  } catch {
    return false;
  }
}

/** Twilio, webhook shared keys: `key=…,algorithm=HMAC_SHA256`; what is signed stays the same. */
function isShared(settings: string): boolean {
  return /(^|,)\s*algorithm=HMAC_SHA256\s*(,|$)/.test(settings);
}

/** For what the package does not check: other algorithms, and fields signed in the order in which they came. */
function isSignedPlainly(algorithm: string, key: string, signed: Signed, profile: Profile): boolean {
  const form = formText(signed.params, profile);
  const isRight = (url: string) => {
    const expected = createHmac(algorithm, key)
      .update(url + form)
      .digest('base64');
    return isSameText(signed.signature, expected);
  };
  return isRight(signed.url) || otherSpellings(signed.url).some(isRight);
}

/** Names sorted, each followed by its value; a name that came more than once stands before each of its values. */
function formText(params: Signed['params'], { repeatedFields }: Profile): string {
  let text = '';
  for (const name of Object.keys(params).sort()) {
    const value = params[name] ?? '';
    if (typeof value === 'string') text += name + value;
    else
      for (const each of repeatedFields === 'asGiven' ? value : [...new Set(value)].sort())
        text += name + each;
  }
  return text;
}

/** Without its port and with the standard one: providers are not of one mind about what they sign. */
function otherSpellings(url: string): string[] {
  const [, scheme = '', host = '', port, rest = ''] =
    /^(https?:\/\/)(\[[^\]]*\]|[^/?#:]*)(:\d+)?(.*)$/is.exec(url) ?? [];
  const standard = scheme.toLowerCase() === 'https://' ? ':443' : ':80';
  return [scheme + host + rest, scheme + host + (port ?? standard) + rest];
}

function wrongSignature(): ServiceError {
  return new ServiceError(
    'webhook.wrongSignature',
    'The signature does not match the address and the parameters. Check that the public URL is the address the provider uses, and that the auth token or signing key is the one it signs with.',
  );
}
