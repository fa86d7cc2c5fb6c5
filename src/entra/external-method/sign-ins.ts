/** Sign-ins that Entra asked for: from the request to the answer. */
import { refusalIn } from '../../errors.ts';
import type { UnregisteredPhone } from '../../registry/entra-schema.ts';
import { type AcceptDeps, createAcceptRequest } from './accept-request.ts';
import { type AnswerDeps, createAnswers, DENIED } from './answer-entra.ts';
import { createAskPerson } from './ask-person.ts';
import type { AttemptStore, EntraAttempt } from './attempt-store.ts';
import { createFindDirectoryPhone, type DirectoryPhoneDeps } from './directory-phone.ts';
import type { Enrolled, EnrolmentCodes } from './enrolment-codes.ts';
import { errorOfEnding } from './errors-of-outcomes.ts';
import type { AskedPerson, SignInPorts, Standing } from './ports.ts';
import { createStandings } from './standings.ts';

/** Connects requests from Entra with calls to people, and makes the answers. */
export function createEntraSignIns<Person extends AskedPerson>(
  deps: AcceptDeps &
    AnswerDeps &
    DirectoryPhoneDeps & { attempts: AttemptStore; enrolmentCodes: Pick<EnrolmentCodes, 'enrol'> },
  ports: SignInPorts<Person>,
) {
  const { attempts, clock } = deps;
  const askPerson = createAskPerson(attempts, ports, createFindDirectoryPhone(deps));
  const { endOf, answer } = createAnswers(deps);

  async function cancel({ tenantId, verificationId }: EntraAttempt): Promise<void> {
    if (verificationId !== null) await ports.cancel(tenantId, verificationId).catch(refusalIn);
  }

  async function endingOf({ tenantId, verificationId, refusal }: EntraAttempt): Promise<string | null> {
    return verificationId === null ? refusal : (await ports.read(tenantId, verificationId)).outcome;
  }

  const { standingOf, mayEnrol } = createStandings(answer, ports);

  /** Asks again, in the same or another way. One that is approved meanwhile stays so, and of two at once one counts. */
  async function again(
    attempt: EntraAttempt,
    { round, way, locale }: { round: number; way: string; locale: string },
  ): Promise<void> {
    if (attempt.round !== round || endOf(attempt) !== null) return;
    await cancel(attempt);
    if ((await endingOf(attempt)) === 'approved') return;
    const next = await attempts.nextRound(attempt, way, clock.now());
    if (next !== null) await askPerson(next, locale);
  }

  return {
    again,
    find: attempts.find,
    speak: attempts.speak,
    accept: createAcceptRequest(deps),

    /** How a sign-in stands, once the person was asked. @param locale the language of the page */
    async look(attempt: EntraAttempt, locale: string): Promise<Standing<Person>> {
      const end = endOf(attempt);
      // Whose code is used up may still register the phone: the next sign-in needs it.
      if (end?.kind === 'ended' && end.isLate && attempt.admittedAt === null) await cancel(attempt);
      const isDenied = end?.kind === 'answer' && (await attempts.endIfBlocked(attempt.id, clock.now()));
      if (end !== null) return isDenied ? DENIED : end;
      const isAsked = attempt.verificationId !== null || attempt.refusal !== null;
      return standingOf(isAsked ? attempt : await askPerson(attempt, locale));
    },

    /** Asks the person by a phone that they enter, if the code is right or they have shown it before. */
    async enrol(
      attempt: EntraAttempt,
      {
        round,
        code,
        phone,
        locale,
      }: { round: number; code: string; phone: UnregisteredPhone; locale: string },
    ): Promise<Enrolled | { kind: 'over' }> {
      if (endOf(attempt) !== null || attempt.round !== round || !(await mayEnrol(attempt)))
        return { kind: 'over' };
      const enrolled = await deps.enrolmentCodes.enrol(attempt, phone, code);
      if (enrolled.kind === 'admitted')
        await again(attempt, { round, way: `${phone.phoneType}-call`, locale });
      return enrolled;
    },

    /** Ends a sign-in without an approval; one that is approved meanwhile stays so. */
    async giveUp(attempt: EntraAttempt): Promise<void> {
      if (endOf(attempt) !== null) return;
      const before = await endingOf(attempt);
      await cancel(attempt);
      const ending = await endingOf(attempt);
      if (ending !== 'approved') await attempts.end(attempt.id, errorOfEnding(before ?? ending));
    },
  };
}
