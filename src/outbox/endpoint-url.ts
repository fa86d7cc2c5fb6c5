import { isIP } from 'node:net';
import { z } from 'zod';
import { isPublicAddress } from './public-address.ts';

const LONGEST = 2048;

/**
 * The address of a webhook endpoint, checked as far as possible without a name lookup. What its name resolves to is
 * checked with each connection.
 * @param rules.allowPrivate also http, and addresses that are not public
 * @param rules.alsoAllowed one address that is allowed whatever it is
 */
export function endpointUrl({
  allowPrivate,
  alsoAllowed,
}: {
  allowPrivate: boolean;
  alsoAllowed?: string | null;
}) {
  return z
    .string()
    .max(LONGEST)
    .superRefine((text, check) => {
      const rule = text === alsoAllowed ? null : brokenRule(text, allowPrivate);
      if (rule !== null) check.addIssue({ code: 'custom', message: rule });
    })
    .meta({
      description: 'The https address to which outcomes are posted',
      example: 'https://mfa.example.com/poundkey',
    });
}

function brokenRule(text: string, allowPrivate: boolean): string | null {
  if (!URL.canParse(text) || /[\s\p{Cc}]/u.test(text)) return 'This must be an absolute URL without spaces.';
  const url = new URL(text);
  const protocols = allowPrivate ? ['https:', 'http:'] : ['https:'];
  if (!protocols.includes(url.protocol))
    return `This must start with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}.`;
  if (url.username !== '' || url.password !== '')
    return 'This must not hold a user name or a password; messages are signed instead.';
  if (url.hash !== '') return 'This must not have a fragment (#…).';
  return allowPrivate ? null : brokenRuleOfHost(url.hostname.replace(/^\[|\]$|\.$/g, '').toLowerCase());
}

function brokenRuleOfHost(host: string): string | null {
  const isLocal = host === 'localhost' || host.endsWith('.localhost');
  if (isLocal || (isIP(host) !== 0 && !isPublicAddress(host)))
    return 'This must lead to an address of the public internet.';
  return null;
}
