import { refusalIn } from '../../errors.ts';
import type { AttemptStore, EntraAttempt } from './attempt-store.ts';
import type { FoundPhone } from './directory-phone.ts';
import type { AskedPerson, SignInPorts } from './ports.ts';
import { type ReachablePhone, type Way, waysOf } from './ways.ts';

/**
 * Asks the person, if the round has asked nobody yet. It may be done twice, or again after a crash: the key of the round gives
 * the same verification again.
 * @param findPhone looks for a phone in the directory
 * @returns the sign-in as it is then
 */
export function createAskPerson<Person extends AskedPerson>(
  attempts: Pick<AttemptStore, 'begun' | 'find'>,
  { phonesOf, request }: Pick<SignInPorts<Person>, 'phonesOf' | 'request'>,
  findPhone: (attempt: EntraAttempt) => Promise<FoundPhone>,
) {
  return async (attempt: EntraAttempt, locale: string): Promise<EntraAttempt> => {
    const phones = await phonesOf(attempt);
    if (phones.length > 0 || attempt.phone !== null || attempt.firstTime !== 'directory')
      return askBy(attempt, phones, locale);
    const found = await findPhone(attempt);
    if ('attempt' in found) return askBy(found.attempt, await phonesOf(found.attempt), locale);
    return write(attempt, { way: null, verificationId: null, refusal: found.refusal });
  };

  async function askBy(attempt: EntraAttempt, phones: ReachablePhone[], locale: string) {
    const ways = waysOf(phones, attempt.asked.amr);
    const way = ways.find(({ name }) => name === attempt.way) ?? ways[0];
    const asked = way === undefined ? NOBODY : await ask(attempt, way, attempt.locale ?? locale);
    return write(attempt, { way: way?.name ?? null, ...asked });
  }

  async function write(attempt: EntraAttempt, begun: Parameters<AttemptStore['begun']>[1]) {
    const written = await attempts.begun(attempt, begun);
    return written ?? (await attempts.find(attempt.methodId, attempt.id)) ?? attempt;
  }

  async function ask(attempt: EntraAttempt, way: Way, locale: string) {
    const { id, round, tenantId, userId, expiresAt, admittedAt } = attempt;
    // Whose code is used up may register the phone later: the next sign-in needs it.
    const notAfter = admittedAt === null ? expiresAt : undefined;
    try {
      // No request over HTTP can have this key, since theirs have no spaces.
      const asked = await request({ tenantId, userId }, way, {
        ...{ locale, notAfter, key: `entra ${id} ${round}` },
      });
      return { verificationId: asked.id, refusal: null };
    } catch (error) {
      return { verificationId: null, refusal: refusalIn(error).code };
    }
  }
}

const NOBODY = { verificationId: null, refusal: 'number.notRegistered' };
