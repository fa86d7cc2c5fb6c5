import { refusalIn } from '../../errors.ts';
import type { AttemptStore, EntraAttempt } from './attempt-store.ts';
import type { AskedPerson, SignInPorts } from './ports.ts';
import { type Way, waysOf } from './ways.ts';

/**
 * Asks the person, if the round has asked nobody yet. It may be done twice, or again after a crash: the key of the round gives
 * the same verification again.
 * @returns the sign-in as it is then
 */
export function createAskPerson<Person extends AskedPerson>(
  attempts: Pick<AttemptStore, 'begun' | 'find'>,
  { phonesOf, request }: Pick<SignInPorts<Person>, 'phonesOf' | 'request'>,
) {
  return async (attempt: EntraAttempt, locale: string): Promise<EntraAttempt> => {
    const ways = waysOf(await phonesOf(attempt), attempt.asked.amr);
    const way = ways.find(({ name }) => name === attempt.way) ?? ways[0];
    const asked = way === undefined ? NOBODY : await ask(attempt, way, attempt.locale ?? locale);
    const written = await attempts.begun(attempt, { way: way?.name ?? null, ...asked });
    return written ?? (await attempts.find(attempt.methodId, attempt.id)) ?? attempt;
  };

  async function ask({ id, round, tenantId, userId }: EntraAttempt, way: Way, locale: string) {
    try {
      // No request over HTTP can have this key, since theirs have no spaces.
      const asked = await request({ tenantId, userId }, way, { locale, key: `entra ${id} ${round}` });
      return { verificationId: asked.id, refusal: null };
    } catch (error) {
      return { verificationId: null, refusal: refusalIn(error).code };
    }
  }
}

const NOBODY = { verificationId: null, refusal: 'number.notRegistered' };
