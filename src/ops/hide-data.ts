/** What the queue board shows of a job: ids and the outcome. The rest could be a number or a name. */

/** Names of fields whose values are ids of ours, opaque to everybody. A user's id is the tenant's, so it is none. */
const SHOWN: Record<string, RegExp> = {
  verificationId: /^[0-9a-f-]{36}$/i,
  attemptId: /^[0-9a-f-]{36}$/i,
  tenantId: /^[a-z0-9-]{1,40}$/,
  outcome: /^[A-Za-z]{1,30}$/,
  kind: /^[A-Za-z]{1,30}$/,
};
const HIDDEN = '(hidden)';

/** A job's data or return value with everything hidden except fields known to hold no personal data. */
export function hideData(value: unknown): unknown {
  if (value === null || value === undefined) return value;
  if (typeof value !== 'object' || Array.isArray(value)) return HIDDEN;
  const fields = Object.entries(value).map(([name, field], index) => {
    const shown = SHOWN[name];
    if (shown === undefined) return [`(field ${index + 1})`, HIDDEN];
    return [name, field === null || (typeof field === 'string' && shown.test(field)) ? field : HIDDEN];
  });
  return Object.fromEntries(fields);
}

/** Digits that could be a phone number: seven or more, with the usual marks between. Not those of a UUID. */
const NUMBER_LIKE = /(?<![\w-])\+?\(?\d(?:[ ().-]{0,2}\d){6,}(?![\w-])/g;
const E164 = /\+\d{6,15}/g;

/** An error's text without what could be a phone number. */
export function hideNumbers(text: string): string {
  return text.replaceAll(E164, HIDDEN).replaceAll(NUMBER_LIKE, HIDDEN);
}
