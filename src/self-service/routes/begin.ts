import { refusalIn, type ServiceError } from '../../errors.ts';
import type { PageActions } from '../ports.ts';
import type { Draft, SessionStore } from '../sessions/session-store.ts';
import type { Person } from './page-route.ts';

interface BeginDeps {
  actions: Pick<PageActions, 'request' | 'read' | 'check' | 'cancel'>;
  sessions: Pick<SessionStore, 'show'>;
}

/**
 * Asks for a registration, and shows it from now on. Where another window of the same person was quicker, both show the
 * same; one of another number ends, since the person has typed this one since.
 * @returns why there is nothing to show; null: there is
 */
export async function begin(
  deps: BeginDeps,
  person: Person,
  draft: Draft,
  formKey: string,
): Promise<ServiceError | null> {
  const { session, view } = person;
  const show = (id: string) => deps.sessions.show(session.idHash, id).then(() => null);
  const request = async () =>
    show((await deps.actions.request(session, draft, view.language.tag, formKey)).id);
  try {
    return await request();
  } catch (error) {
    const refusal = refusalIn(error);
    const { code, verificationId: open } = refusal;
    if (code !== 'verification.alreadyOpen' || open === undefined) return refusal;
    if (await isOf(deps, person, draft, open)) return show(open);
    await deps.actions.cancel(session.tenantId, open).catch(refusalIn);
  }
  return request().catch(refusalIn);
}

/** Whether a verification is of the number that was typed, in the way that was chosen. */
async function isOf(
  { actions }: BeginDeps,
  { session, view }: Person,
  draft: Draft,
  id: string,
): Promise<boolean> {
  const open = await actions.read(session, id);
  const { understood } = await actions.check(session, draft, view.language.tag);
  const isSameWay = open?.phoneType === draft.phoneType && open.channel === draft.channel;
  return (
    isSameWay && open.international === understood?.international && open.extension === understood.extension
  );
}
