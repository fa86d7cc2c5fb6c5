import type { Kysely } from 'kysely';
import { formatLikeGraph } from '../domain/graph-number.ts';
import type { PhonePolicy } from '../domain/phone-refusal.ts';
import type { PhoneType } from '../domain/phone-type.ts';
import type { User } from '../domain/user.ts';
import type { Registry } from '../registry/schema.ts';
import {
  METHOD_ACTIONS,
  type MethodAction,
  type MethodState,
  methodNotFound,
  type Reason,
  reasonsAgainst,
} from './rules.ts';

/** A number of a user, in the shape of Microsoft Graph's phoneAuthenticationMethod. */
export interface PhoneMethod {
  /** UUID. */
  id: string;
  /** `+46 812345678x1234`: country code, space, national digits, and the extension if there is one. */
  phoneNumber: string;
  phoneType: PhoneType;
  extension: string | null;
  smsSignInState: string;
  isDefault: boolean;
  /** ISO 8601, UTC; null: entered by an administrator, or to be registered again, and not verified since. */
  verifiedAt: string | null;
  /** When there first was a number of this type, ISO 8601, UTC. */
  createdDateTime: string;
  /** What may be done with it, and every reason why not. */
  actions: Record<MethodAction, { allowed: boolean; reasons: Reason[] }>;
}

/**
 * Reads the phones of users.
 * @param deps.policyOf the tenant's policy as it is now
 */
export function createReadPhoneMethods(deps: {
  db: Kysely<Registry>;
  policyOf: (tenantId: string) => Promise<PhonePolicy>;
}) {
  /** The phones of one user of one tenant, oldest first; an unknown user has none. */
  async function list(user: User): Promise<PhoneMethod[]> {
    const [rows, policy] = await Promise.all([rowsOf(deps.db, user), deps.policyOf(user.tenantId)]);
    const all = rows.map(toState);
    return rows.map((row) => toMethod(row, all, policy));
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

type Row = Awaited<ReturnType<typeof rowsOf>>[number];

function rowsOf(db: Kysely<Registry>, { tenantId, userId }: User) {
  return db
    .selectFrom('phoneMethod')
    .select([
      'id',
      'phoneNumber',
      'extension',
      'phoneType',
      'smsSignInState',
      'isDefault',
      'verifiedAt',
      'createdAt',
    ])
    .where('tenantId', '=', tenantId)
    .where('userId', '=', userId)
    .orderBy('createdAt')
    .orderBy('id')
    .execute();
}

function toState({ id, phoneType, isDefault, verifiedAt }: Row): MethodState {
  return { id, phoneType: phoneType as PhoneType, isDefault, isVerified: verifiedAt !== null };
}

function toMethod(row: Row, all: MethodState[], policy: PhonePolicy): PhoneMethod {
  const { createdAt, verifiedAt, ...rest } = row;
  const method = toState(row);
  const actions = METHOD_ACTIONS.map((action) => {
    const reasons = reasonsAgainst(action, { method, all, policy });
    return [action, { allowed: reasons.length === 0, reasons }];
  });
  return {
    ...rest,
    phoneType: method.phoneType,
    phoneNumber: formatLikeGraph(row.phoneNumber, row.extension),
    verifiedAt: verifiedAt?.toISOString() ?? null,
    createdDateTime: createdAt.toISOString(),
    actions: Object.fromEntries(actions) as PhoneMethod['actions'],
  };
}
