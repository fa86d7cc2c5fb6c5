import { z } from 'zod';

const LONGEST = 500;

/** Only programs on the person's own machine are reached so, as while trying out. */
const OWN_MACHINE = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Whether it is an http address of the person's own machine. */
export function isLocalHttp(address: string): boolean {
  const url = URL.parse(address);
  return url?.protocol === 'http:' && OWN_MACHINE.test(url.hostname);
}

/** An https address of a page, for a link. It comes out as browsers send it. */
export const PageAddress = z
  .string()
  .max(LONGEST)
  .check((text) => {
    const url = URL.parse(text.value);
    const message = brokenRule(url) ?? brokenPageRule(url);
    if (message !== null) text.issues.push({ code: 'custom', message, input: text.value });
    else text.value = url?.href ?? text.value;
  });

/**
 * An https address that people are sent back to, or an http address of their own machine; whether that is allowed is decided
 * later. There is one way to write each: equal addresses are equal texts, and no two programs read one differently.
 */
export const ReturnAddress = z
  .string()
  .max(LONGEST)
  .check((text) => {
    const url = URL.parse(text.value);
    const message = brokenRule(url) ?? brokenReturnRule(text.value, url);
    if (message !== null) text.issues.push({ code: 'custom', message, input: text.value });
  });

const isHttps = (url: URL | null): boolean => url?.protocol === 'https:';

function brokenRule(url: URL | null): string | null {
  if (!url) return 'This must be an absolute address, such as https://login.contoso.example/.';
  if (url.username !== '' || url.password !== '') return 'This must not hold a user name or a password.';
  return null;
}

function brokenPageRule(url: URL | null): string | null {
  if (!isHttps(url)) return 'This must start with https://.';
  return (url?.href.length ?? 0) > LONGEST
    ? `This must be at most ${LONGEST} characters long with its %-escapes.`
    : null;
}

function brokenReturnRule(text: string, url: URL | null): string | null {
  if (!isHttps(url) && !isLocalHttp(text))
    return 'This must start with https://; http:// is for localhost and 127.0.0.1, outside production.';
  if (text.includes('#')) return 'This must not have a fragment (#…).';
  if (url?.href !== text)
    return 'This must be written as browsers send it: the host in lower-case ASCII letters and without a default port, a slash after it, and %-escapes for spaces and other letters.';
  return null;
}
