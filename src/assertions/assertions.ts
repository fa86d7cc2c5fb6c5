import { createIssueAssertion, type IssueDeps } from './issue-assertion.ts';
import { createRedeemAssertion } from './redeem-assertion.ts';

/** Assertions about sign-ins. */
export type Assertions = ReturnType<typeof createAssertions>;

/** Assertions: issuing and redeeming them. */
export function createAssertions(deps: IssueDeps) {
  return { issue: createIssueAssertion(deps), redeem: createRedeemAssertion(deps) };
}
