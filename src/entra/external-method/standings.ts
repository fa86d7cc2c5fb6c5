import type { EntraAttempt } from './attempt-store.ts';
import type { AskedPerson, Ended, SignInPorts, Standing } from './ports.ts';
import { waysOf } from './ways.ts';

/**
 * Says how sign-ins stand of which the person was asked.
 * @param answer makes the answer of an approved verification, or reads it
 */
export function createStandings<Person extends AskedPerson>(
  answer: (attempt: EntraAttempt, verification: Person) => Promise<Ended>,
  ports: Pick<SignInPorts<Person>, 'phonesOf' | 'hasPhone' | 'read'>,
) {
  /** Whether the person may enter a phone with an enrolment code. */
  const mayEnrol = async (attempt: EntraAttempt) =>
    attempt.firstTime === 'self' && !(await ports.hasPhone(attempt));

  async function standingOf(attempt: EntraAttempt): Promise<Standing<Person>> {
    const { tenantId, verificationId, refusal, asked } = attempt;
    const ways = waysOf(await ports.phonesOf(attempt), asked.amr);
    if (verificationId === null) {
      const canEnrol = refusal === 'number.notRegistered' && (await mayEnrol(attempt));
      return { kind: 'refused', code: refusal ?? 'service.unavailable', canEnrol, ways };
    }
    const verification = await ports.read(tenantId, verificationId);
    const { outcome, state } = verification;
    if (outcome === 'approved' && state === 'finished') return answer(attempt, verification);
    return { kind: outcome === null || outcome === 'approved' ? 'live' : 'over', verification, ways };
  }

  return { standingOf, mayEnrol };
}
