/** Reads the form of `POST Messages.json` and refuses what Twilio refuses (Twilio, Message resource: create). */
import { type Address, type Form, readAddress, text } from './call-request.ts';
import { refusal } from './rest-errors.ts';

/** A text that was asked for, with defaults filled in. */
export interface TextRequest {
  accountSid: string;
  to: string;
  /** A number, E.164, or a name. */
  from: string;
  body: string;
  status: Address | null;
  /** How long it may wait to be sent, seconds. */
  validityS: number;
}

const E164 = /^\+[1-9]\d{6,14}$/;
/** Twilio, alphanumeric sender: up to 11 letters, digits and spaces, not only digits. */
const SENDER_NAME = /^(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}$/;
const LONGEST_BODY = 1600;
const LONGEST_VALIDITY_S = 36_000;

/** The request in `form`. `callerIds`, when given, are the only numbers that may send. Throws `RestError` for what Twilio refuses. */
export function readTextRequest(
  form: Form,
  { accountSid, callerIds }: { accountSid: string; callerIds: readonly string[] | null },
): TextRequest {
  const to = readTo(form);
  return {
    accountSid,
    to,
    from: readFrom(form, to, callerIds),
    body: readBody(form),
    status: readAddress(form, 'StatusCallback', 'StatusCallbackMethod', 21609),
    validityS: readValidity(form),
  };
}

/** Whether a sender is a name and no number; nobody can answer a name. */
export function isSenderName(from: string): boolean {
  return !E164.test(from);
}

function readTo(form: Form): string {
  const to = text(form, 'To');
  if (!to) throw refusal(21604, "A 'To' phone number is required.");
  if (!E164.test(to)) throw refusal(21211, `The 'To' number ${to} is not a valid phone number.`);
  return to;
}

function readFrom(form: Form, to: string, callerIds: readonly string[] | null): string {
  const from = text(form, 'From');
  if (!from) throw refusal(21603, "A 'From' phone number is required.");
  if (SENDER_NAME.test(from)) {
    // Twilio, alphanumeric sender: not in the United States and Canada.
    if (to.startsWith('+1')) throw unroutable(to, from);
    return from;
  }
  if (!E164.test(from)) throw refusal(21212, `The 'From' number ${from} is not a valid phone number.`);
  if (callerIds && !callerIds.includes(from))
    throw refusal(
      21606,
      `The 'From' phone number provided (${from}) is not a valid message-capable phone number.`,
    );
  if (from === to) throw refusal(21266, "'To' and 'From' number cannot be the same");
  return from;
}

function unroutable(to: string, from: string) {
  return refusal(
    21612,
    `Message cannot be sent with the current combination of 'To' (${to}) and 'From' (${from}).`,
  );
}

function readBody(form: Form): string {
  const body = text(form, 'Body');
  if (!body) throw refusal(21602, 'Message body is required.');
  if (body.length > LONGEST_BODY)
    throw refusal(21617, `The concatenated message body exceeds the ${LONGEST_BODY} character limit.`);
  return body;
}

function readValidity(form: Form): number {
  const given = text(form, 'ValidityPeriod') || String(LONGEST_VALIDITY_S);
  const seconds = /^\d+$/.test(given) ? Number(given) : 0;
  if (seconds >= 1 && seconds <= LONGEST_VALIDITY_S) return seconds;
  throw refusal(90007, `ValidityPeriod must be 1 to ${LONGEST_VALIDITY_S} seconds, not ${given}`);
}
