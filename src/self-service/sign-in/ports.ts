/** What the page for signing in needs from other features; `service/` connects them. Functions throw the `ServiceError`s of the API. */
import type { TenantPolicy } from '../../domain/policy.ts';
import type { ServiceError } from '../../errors.ts';

/** A sign-in by number, as far as it is told. */
export interface ShownSignIn {
  /** `withdrawn`: the right code was typed, and no longer counted when the sign-in was completed. */
  status: 'pending' | 'approved' | 'failed' | 'withdrawn' | 'expired' | 'canceled';
  /** Grouped, with its country code; empty: its user was erased. */
  international: string;
  /** Of the number, ISO 3166-1 alpha-2. */
  country: string;
  expiresAt: Date;
  /** When the text may be asked for again; null: no more. */
  resendAfter: Date | null;
}

/** What somebody typed, and what the backend asked for. */
interface AskedSignIn {
  tenantId: string;
  number: string;
  /** ISO 3166-1 alpha-2; undefined: the number says it itself. */
  country: string | undefined;
  nonce: string;
  audience: string | null;
  /** The language of the page, BCP 47. */
  locale: string;
  /** What the browser has kept from an earlier sign-in; empty: nothing. */
  deviceToken: string;
  clientAddress: string | null;
}

/** What people do on the page. */
export interface SignInActions {
  policyOf(tenantId: string): Promise<TenantPolicy>;
  /** What the policy has against signing in by number, whoever it is; null: nothing. */
  refusalOf(policy: TenantPolicy): ServiceError | null;
  request(asked: AskedSignIn): Promise<{ id: string }>;
  read(tenantId: string, id: string): Promise<ShownSignIn>;
  cancel(tenantId: string, id: string): Promise<unknown>;
  sendAgain(tenantId: string, id: string): Promise<unknown>;
  /** The right code gives the assertion, the one time that it is told. */
  check(
    tenantId: string,
    id: string,
    code: string,
  ): Promise<{ assertion: string; assertionExpiresAt: Date; deviceToken: string }>;
}
