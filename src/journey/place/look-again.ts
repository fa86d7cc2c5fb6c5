import { type StepResult, waitUntil } from '../job/advance.ts';
import type { Verification } from '../store/rows.ts';
import type { VerificationStore } from '../store/verifications.ts';

/** Puts off a verification until `wakeAt`, unless it has changed since it was read. */
export async function lookAgainAt(
  { lookAgain }: Pick<VerificationStore, 'lookAgain'>,
  verification: Verification,
  wakeAt: Date,
): Promise<StepResult> {
  await lookAgain(verification, wakeAt);
  return waitUntil(wakeAt);
}
