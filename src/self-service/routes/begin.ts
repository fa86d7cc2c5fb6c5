import { refusalIn, type ServiceError } from '../../errors.ts';
import type { PageActions } from '../ports.ts';
import type { Draft, SessionStore } from '../sessions/session-store.ts';
import type { Person } from './page-route.ts';

/**
 * Asks for a registration, and shows it from now on. Where another window of the same person was quicker, both show the same.
 * @returns why there is nothing to show; null: there is
 */
export async function begin(
  deps: { actions: Pick<PageActions, 'request'>; sessions: Pick<SessionStore, 'show'> },
  { session, view }: Person,
  draft: Draft,
  formKey: string,
): Promise<ServiceError | null> {
  const show = (id: string) => deps.sessions.show(session.idHash, id);
  try {
    await show((await deps.actions.request(session, draft, view.language.tag, formKey)).id);
  } catch (error) {
    const refusal = refusalIn(error);
    if (refusal.code !== 'verification.alreadyOpen' || refusal.verificationId === undefined) return refusal;
    await show(refusal.verificationId);
  }
  return null;
}
