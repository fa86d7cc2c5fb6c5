import type { Selectable } from 'kysely';
import type { CallAttemptTable, VerificationTable } from '../../registry/schema.ts';
import type { Outcome } from '../outcomes.ts';
import type { Challenge, Purpose, State } from '../states.ts';

/** A verification as the registry holds it; its checks guarantee the narrower types. */
export type Verification = Omit<
  Selectable<VerificationTable>,
  'state' | 'outcome' | 'purpose' | 'challenge'
> & {
  state: State;
  outcome: Outcome | null;
  purpose: Purpose;
  challenge: Challenge;
};

/** One call placed, or about to be placed, for a verification. */
export type CallAttempt = Selectable<CallAttemptTable>;

/** Narrows a row of the table `verification`. */
export function asVerification(row: Selectable<VerificationTable>): Verification {
  return row as Verification;
}
