import type { Clock } from '../../platform/clock.ts';
import { type KeyRing, seal, unseal } from '../../platform/secrets/key-ring.ts';
import type { AttemptStore, EntraAttempt } from './attempt-store.ts';
import { addressesOf, type EntraMethods } from './methods.ts';
import type { AskedPerson, Ended } from './ports.ts';
import type { AnswerError } from './read-request.ts';
import { signAnswer } from './sign-answer.ts';
import type { EntraSigningKeys } from './signing-keys.ts';
import { AMR } from './ways.ts';

/** What answering needs. */
export interface AnswerDeps {
  methods: Pick<EntraMethods, 'find'>;
  attempts: Pick<AttemptStore, 'answer' | 'end' | 'endIfBlocked' | 'find'>;
  signingKeys: Pick<EntraSigningKeys, 'signing'>;
  /** The answer is kept sealed, so that a page that is loaded again has the same. */
  sealKeys: KeyRing;
  publicUrl: string;
  clock: Clock;
}

/** Makes the one answer of a sign-in, or reads it. */
export function createAnswers(deps: AnswerDeps) {
  const { methods, attempts, clock } = deps;

  /** How it has ended; null: it goes on. */
  function endOf({ id, endedAs, sealedAnswer, expiresAt }: EntraAttempt): Ended | null {
    if (endedAs !== null) return { kind: 'ended', error: endedAs as AnswerError, isLate: false };
    if (expiresAt <= clock.now()) return LATE;
    if (sealedAnswer === null) return null;
    return { kind: 'answer', idToken: unseal(deps.sealKeys, sealedAnswer, contextOf(id)) };
  }

  async function endNow({ methodId, id }: EntraAttempt): Promise<Ended> {
    const attempt = await attempts.find(methodId, id);
    return (attempt && endOf(attempt)) ?? LATE;
  }

  /** Of an approved verification. */
  async function answer(attempt: EntraAttempt, { channel }: AskedPerson): Promise<Ended> {
    const { id, methodId, asked } = attempt;
    const amr = AMR[channel];
    const method = await methods.find(methodId);
    // A call may have taken the place of a text, where Entra wants a text.
    if (method === null || !asked.amr.includes(amr)) {
      await attempts.end(id, 'access_denied');
      return endNow(attempt);
    }
    const now = clock.now();
    const idToken = await signAnswer({
      ...{ asked, amr, now, clientId: method.clientId, key: await deps.signingKeys.signing() },
      issuer: addressesOf(deps.publicUrl, method).issuer,
    });
    const sealed = seal(deps.sealKeys, idToken, contextOf(id));
    if (await attempts.endIfBlocked(id, now)) return DENIED;
    const isThisOne = await attempts.answer(attempt, { sealed, amr }, now);
    return isThisOne ? { kind: 'answer', idToken } : endNow(attempt);
  }

  return { endOf, answer };
}

/** Of somebody who was blocked meanwhile. */
export const DENIED = { kind: 'ended', error: 'access_denied', isLate: false } as const;
const LATE = { kind: 'ended', error: 'temporarily_unavailable', isLate: true } as const;

const contextOf = (id: string) => `entra-attempt:${id}`;
