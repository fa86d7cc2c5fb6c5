import type { ServiceError } from '../errors.ts';
import { type Clock, later } from '../platform/clock.ts';

/** A user, and the number that it is about, if any. */
export interface Question {
  tenantId: string;
  userId: string;
  /** As typed; for registering only. */
  number?: string | undefined;
  /** ISO 3166-1 alpha-2. */
  country?: string | undefined;
  /** What is dialled behind the number. */
  extension?: string | undefined;
}

/** Why something may not be done. */
export interface Reason {
  /** The code of the error that a request would be refused with; `policy.appPasswordsRefused` where there is none. */
  code: string;
  text: string;
  /** When it is over by itself, if it is known. */
  until: Date | null;
}

/** What a user may do, and why not; no reason means yes. */
export interface Capabilities {
  registerOfficePhone: Reason[];
  signIn: Reason[];
  appPassword: Reason[];
}

/** What reading capabilities needs. */
export interface CapabilityDeps {
  /** Everything that speaks against a request; see `journey/refusals.ts`. */
  refusalsOf(
    wish: Question & { purpose: 'register' | 'signIn' },
  ): Promise<{ refusals: ServiceError[]; issuesAppPasswords: boolean }>;
  /** The block that counts now, or null. */
  blockOf(user: Question): Promise<{ expiresAt: Date | null } | null>;
}

const NO_APP_PASSWORDS: Reason = {
  code: 'policy.appPasswordsRefused',
  text: 'The policy of this tenant issues no app passwords. Ask its administrator to have them issued.',
  until: null,
};

/**
 * What a user may do now, by the very checks of requests; nothing is counted and nothing changes. An app password is
 * issued when a phone is registered, so whatever speaks against that speaks against it too.
 */
export async function readCapabilities(
  deps: CapabilityDeps,
  clock: Clock,
  { number, country, extension, ...user }: Question,
): Promise<Capabilities> {
  const block = await deps.blockOf(user);
  const register = await deps.refusalsOf({ ...user, number, country, extension, purpose: 'register' });
  const signIn = await deps.refusalsOf({ ...user, purpose: 'signIn' });
  const toReason = ({ code, message, retryAfterS }: ServiceError): Reason => ({
    code,
    text: message,
    until: untilOf({ isBlock: code === 'user.blocked', retryAfterS }, block, clock.now()),
  });
  const registerOfficePhone = register.refusals.map(toReason);
  return {
    registerOfficePhone,
    signIn: signIn.refusals.map(toReason),
    appPassword: [...(register.issuesAppPasswords ? [] : [NO_APP_PASSWORDS]), ...registerOfficePhone],
  };
}

function untilOf(
  { isBlock, retryAfterS }: { isBlock: boolean; retryAfterS: number | undefined },
  block: { expiresAt: Date | null } | null,
  now: Date,
): Date | null {
  if (isBlock) return block?.expiresAt ?? null;
  return retryAfterS === undefined ? null : later(now, retryAfterS * 1000);
}
