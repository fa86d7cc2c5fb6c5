import { type Actor, changeableBy } from '../domain/changeable-by.ts';
import type { PhoneType } from '../domain/phone-type.ts';
import type { User } from '../domain/user.ts';
import type { ServiceError } from '../errors.ts';
import { type Clock, later } from '../platform/clock.ts';

/** A user, and the number that it is about, if any. */
export interface Question extends User {
  /** As typed; for registering only. */
  number?: string | undefined;
  /** ISO 3166-1 alpha-2. */
  country?: string | undefined;
  /** What is dialed behind the number. */
  extension?: string | undefined;
}

/** Why something may not be done. */
export interface Reason {
  /** The code of the error that a request would be refused with; `policy.appPasswordsRefused` where there is none. */
  code: string;
  text: string;
  /** Who can change that. */
  changeableBy: Actor;
  /** When it is over by itself, if it is known. */
  until: Date | null;
}

/** The ways to reach a user. */
const WAYS = [
  { phoneType: 'office', channel: 'call' },
  { phoneType: 'mobile', channel: 'sms' },
  { phoneType: 'mobile', channel: 'call' },
  { phoneType: 'alternateMobile', channel: 'call' },
] as const;

/** A type of phone, and how it is reached. */
interface Way {
  phoneType: PhoneType;
  channel: 'call' | 'sms';
}

/** What a user may do, and the reasons against it; no reason means that it is allowed. */
export interface Capabilities {
  registerOfficePhone: Reason[];
  signIn: Reason[];
  appPassword: Reason[];
  /** The same for each way to reach the user. */
  phones: (Way & { register: Reason[]; signIn: Reason[] })[];
}

/** Finds all refusals for requests of a user; see `journey/request/checks.ts`. */
export type FindRefusals = (
  user: User,
  requests: (Omit<Question, keyof User> & { purpose: 'register' | 'signIn' } & Way)[],
) => Promise<{ refusals: ServiceError[][]; issuesAppPasswords: boolean; blockedUntil: Date | null }>;

const NO_APP_PASSWORDS: Reason = {
  code: 'policy.appPasswordsRefused',
  text: 'The policy of this tenant issues no app passwords. Ask its administrator to change that.',
  changeableBy: 'administrator',
  until: null,
};

/**
 * What a user may do now, by the same checks as requests; nothing is counted and nothing changes. An app password is
 * issued when a phone is registered, so every reason against that is a reason against it too.
 */
export async function readCapabilities(
  findRefusals: FindRefusals,
  clock: Clock,
  { tenantId, userId, ...number }: Question,
): Promise<Capabilities> {
  const found = await findRefusals(
    { tenantId, userId },
    WAYS.flatMap((way) => [
      { ...number, ...way, purpose: 'register' },
      { ...way, purpose: 'signIn' },
    ]),
  );
  const toReason = ({ code, message, retryAfterS }: ServiceError): Reason => ({
    code,
    text: message,
    changeableBy: changeableBy(code),
    until: code === 'user.blocked' ? found.blockedUntil : inSeconds(retryAfterS, clock.now()),
  });
  const reasons = found.refusals.map((each) => each.map(toReason));
  const phones = WAYS.map((way, place) => ({
    ...way,
    register: reasons[2 * place] ?? [],
    signIn: reasons[2 * place + 1] ?? [],
  }));
  const [registerOfficePhone = [], signIn = []] = reasons;
  return {
    phones,
    registerOfficePhone,
    signIn,
    appPassword: [...(found.issuesAppPasswords ? [] : [NO_APP_PASSWORDS]), ...registerOfficePhone],
  };
}

function inSeconds(seconds: number | undefined, now: Date): Date | null {
  return seconds === undefined ? null : later(now, seconds * 1000);
}
