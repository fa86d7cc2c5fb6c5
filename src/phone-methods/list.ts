import sql, { type Sql } from 'sql-template-tag';
import { formatLikeGraph } from '../domain/graph-number.ts';
import type { PhoneType } from '../domain/phone-type.ts';
import type { TenantPolicy } from '../domain/policy.ts';
import { signInFacts } from '../domain/signs-in.ts';
import type { User } from '../domain/user.ts';
import type { ChangeDeps } from './ports.ts';
import {
  type Allowed,
  allowedBy,
  METHOD_ACTIONS,
  type MethodAction,
  type MethodState,
  methodNotFound,
  type Reason,
  reasonsAgainst,
} from './rules.ts';
import { type SmsSignInState, smsSignInState } from './sms-sign-in-state.ts';

/** A number of a user, in the shape of Microsoft Graph's phoneAuthenticationMethod. */
export interface PhoneMethod {
  /** UUID. */
  id: string;
  /** `+46 812345678x1234`: country code, space, national digits, and the extension if there is one. */
  phoneNumber: string;
  phoneType: PhoneType;
  extension: string | null;
  /** Whether its number is a user name. */
  smsSignInState: SmsSignInState;
  isDefault: boolean;
  /** ISO 8601, UTC; null: entered by an administrator, or to be registered again, and not verified since. */
  verifiedAt: string | null;
  /** When there first was a number of this type, ISO 8601, UTC. */
  createdDateTime: string;
  /** What may be done with it, and every reason why not. */
  actions: Record<MethodAction, { allowed: boolean; reasons: Reason[] }>;
}

/** What reading phones needs. */
export interface ReadDeps extends Pick<ChangeDeps, 'run' | 'clock'> {
  /** The tenant's policy as it is now. */
  policyOf: (tenantId: string) => Promise<Pick<TenantPolicy, 'officePhone' | 'smsSignIn'>>;
}

/** Reads the phones of users. */
export function createReadPhoneMethods({ run, clock, policyOf }: ReadDeps) {
  /** The phones of one user of one tenant, oldest first; an unknown user has none. */
  async function list(user: User): Promise<PhoneMethod[]> {
    const policy = await policyOf(user.tenantId);
    const rows = await run<Row>(phonesOf(user, clock.now(), policy.smsSignIn.unusedDays));
    const allows = allowedBy(policy);
    const all = rows.map(toState);
    return rows.map((row) => toMethod(row, all, allows));
  }

  return {
    list,
    /** One of them. @throws ServiceError `phoneMethod.notFound` */
    async read(user: User, id: string): Promise<PhoneMethod> {
      const method = (await list(user)).find((each) => each.id === id.toLowerCase());
      if (method) return method;
      throw methodNotFound();
    },
  };
}

interface Row {
  id: string;
  phoneNumber: string;
  extension: string | null;
  phoneType: PhoneType;
  isDefault: boolean;
  verifiedAt: Date | null;
  createdAt: Date;
  signsIn: boolean;
  isInUse: boolean;
}

function phonesOf({ tenantId, userId }: User, now: Date, unusedDays: number | null): Sql {
  return sql`select p.id, p.phone_number, p.extension, p.phone_type, p.is_default, p.verified_at, p.created_at,
      ${signInFacts(now, unusedDays, 'p')}
    from phone_method p where p.tenant_id = ${tenantId} and p.user_id = ${userId} order by p.created_at, p.id`;
}

const toState = ({ id, phoneType, isDefault, verifiedAt, isInUse }: Row): Required<MethodState> => ({
  ...{ id, phoneType, isDefault, isInUse },
  isVerified: verifiedAt !== null,
});

function toMethod(row: Row, all: MethodState[], allows: Allowed): PhoneMethod {
  const { id, phoneType, extension, isDefault, verifiedAt, createdAt, signsIn } = row;
  const method = toState(row);
  const actions = METHOD_ACTIONS.map((action) => {
    const reasons = reasonsAgainst(action, { method, all, allows });
    return [action, { allowed: reasons.length === 0, reasons }];
  });
  return {
    id,
    phoneNumber: formatLikeGraph(row.phoneNumber, extension),
    phoneType,
    extension,
    smsSignInState: smsSignInState({ ...method, signsIn, isAllowed: allows.smsSignIn }),
    isDefault,
    verifiedAt: verifiedAt?.toISOString() ?? null,
    createdDateTime: createdAt.toISOString(),
    actions: Object.fromEntries(actions) as PhoneMethod['actions'],
  };
}
