import { randomInt } from 'node:crypto';
import { ServiceError } from '../../errors.ts';
import type { TenantRules } from '../ports.ts';
import type { Challenge, Purpose } from '../states.ts';

/** What the person has to do to approve. */
interface ChosenChallenge {
  challenge: Challenge;
  /** Two digits for the screen, for number matching only. */
  challengeDigits: string | null;
}

/** Chooses what the person has to do to approve. Throws `pin.notSet` when the policy wants a PIN that nobody set. */
export type ChooseChallenge = (
  request: { tenantId: string; userId: string; purpose: Purpose },
  rules: Pick<TenantRules, 'challenge'>,
) => Promise<ChosenChallenge>;

/** @param deps.hasPin whether the tenant set a PIN for a user */
export function createChooseChallenge(deps: {
  hasPin: (user: { tenantId: string; userId: string }) => Promise<boolean>;
}): ChooseChallenge {
  return async function chooseChallenge(request, rules) {
    // A test grants nothing, and who is about to set a phone up may not have a PIN yet.
    const challenge = request.purpose === 'testExtension' ? 'pound' : rules.challenge;
    if (challenge === 'pin' && !(await deps.hasPin(request))) throw pinNotSet();
    return { challenge, challengeDigits: challenge === 'numberMatch' ? newDigits() : null };
  };
}

/** 10 to 99: two keys to press, and none of them the lone 0 that reports fraud. */
function newDigits(): string {
  return String(randomInt(10, 100));
}

function pinNotSet(): ServiceError {
  return new ServiceError(
    'pin.notSet',
    "The policy asks for a PIN, and the user has none. Set one in the user's profile first.",
  );
}
