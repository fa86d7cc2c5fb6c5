/** Setting up a phone, up to the call or the message. */
import { randomUUIDv7 } from 'node:crypto';
import type { PhoneType } from '../../domain/phone-type.ts';
import type { ServiceError } from '../../errors.ts';
import { offeredCountries } from '../countries/offered.ts';
import { showTyped } from '../countries/typed.ts';
import type { PageActions } from '../ports.ts';
import { refusalText } from '../refusal-text.ts';
import { choosePage, lastingRefusal, WAYS, type WayName, wayNameOf } from '../screens/choose-screen.ts';
import { confirmPage } from '../screens/confirm-screen.ts';
import { type NumberForm, numberPage, READING } from '../screens/number-screen.ts';
import type { Draft, Session, SessionStore } from '../sessions/session-store.ts';
import { begin } from './begin.ts';
import { NUMBER_FIELDS, readingRoute, readNumber } from './number-reading.ts';
import {
  FormKey,
  goTo,
  type PageAnswer,
  type Person,
  personalAction,
  personalPage,
  WayInPath,
} from './page-route.ts';

/** What setting up needs. */
export interface SetupDeps {
  base: string;
  actions: Pick<
    PageActions,
    'refusalsOf' | 'check' | 'request' | 'read' | 'cancel' | 'policyOf' | 'listPhones'
  >;
  sessions: Pick<SessionStore, 'keepDraft' | 'show'>;
}

/** `/add`, `/add/{way}`, `/confirm` and `/start`. */
export function setupRoutes(deps: SetupDeps) {
  const at = (path: string) => `${deps.base}${path}` as `/${string}`;
  return [
    personalPage({
      path: at('/add'),
      operationId: 'chooseWay',
      summary: 'Choose how to be contacted',
      async show({ session, view }) {
        const ways = await deps.actions.refusalsOf(session);
        return { status: 200, body: choosePage(view, { ways, user: session.userId }) };
      },
    }),
    personalPage({
      path: at('/add/:way'),
      operationId: 'enterNumber',
      summary: 'Type the number',
      params: WayInPath,
      show: (person, { way }) => showNumber(deps, person, way),
    }),
    personalAction({
      path: at('/add/:way'),
      operationId: 'checkNumber',
      summary: 'Check the number',
      params: WayInPath,
      fields: { ...NUMBER_FIELDS, ...READING },
      act: (person, { reading, ...typed }, { way }) =>
        takeNumber(deps, person, { ...WAYS[way], ...typed, number: reading ?? typed.number }),
    }),
    readingRoute(at('/add/:way/reading'), deps.actions),
    personalPage({
      path: at('/confirm'),
      operationId: 'confirmNumber',
      summary: 'See whether the number is right',
      show: (person) => showConfirmation(deps, person, null),
    }),
    personalAction({
      path: at('/start'),
      operationId: 'startRegistration',
      summary: 'Be called, or get a code',
      fields: { formKey: FormKey },
      act: (person, { formKey }) => start(deps, person, formKey),
    }),
  ];
}

async function showNumber(deps: SetupDeps, { session, view }: Person, way: WayName): Promise<PageAnswer> {
  const [asked] = await deps.actions.refusalsOf(session, [WAYS[way]]);
  if (lastingRefusal(asked?.refusals ?? [])) return goTo(view, '/add');
  // What was typed for another phone is of use here too: only the country of it is taken over.
  const { draft } = session;
  const { phoneType } = WAYS[way];
  const isSame = draft !== null && draft.phoneType === phoneType;
  const entered = isSame ? undefined : await enteredNumber(deps, session, phoneType);
  const typed = isSame ? draft : (entered ?? { number: '', extension: '', country: draft?.country ?? '' });
  return numberAnswer(deps, { session, view }, { way, ...typed, error: null });
}

/** A number that an administrator entered and nobody has verified, as the fields show it. */
async function enteredNumber({ actions }: SetupDeps, session: Session, phoneType: PhoneType) {
  const phones = await actions.listPhones(session);
  const entered = phones.find((phone) => phone.phoneType === phoneType && !phone.isVerified);
  if (entered === undefined) return;
  const { number, country } = showTyped(entered.phoneNumber, 'US');
  return { number, country, extension: entered.extension ?? '' };
}

async function numberAnswer(
  deps: SetupDeps,
  { session, view }: Pick<Person, 'session' | 'view'>,
  shown: Pick<NumberForm, 'way' | 'number' | 'extension' | 'country' | 'error'>,
): Promise<PageAnswer> {
  const policy = await deps.actions.policyOf(session.tenantId);
  const { countries, country } = offeredCountries(policy, view.language.tag, shown.country);
  const { way, number, extension, error } = shown;
  const pauseS = policy.extension.pauseBeforeS;
  const body = numberPage(view, { way, number, extension, error, country, countries, pauseS });
  return { status: error === null ? 200 : 422, body };
}

async function takeNumber(deps: SetupDeps, person: Person, typed: Draft): Promise<PageAnswer> {
  const { draft, shown, error } = await readNumber(deps.actions, person, typed);
  if (error !== null) return numberAnswer(deps, person, { way: wayNameOf(draft), ...shown, error });
  await deps.sessions.keepDraft(person.session.idHash, draft);
  return goTo(person.view, '/confirm');
}

async function showConfirmation(
  deps: SetupDeps,
  { session, view }: Person,
  refusal: ServiceError | null,
): Promise<PageAnswer> {
  const { draft } = session;
  if (draft === null) return goTo(view, '/add');
  // Somebody who goes back sees what became of it, and is not called once more.
  const begun =
    session.verificationId === null ? null : await deps.actions.read(session, session.verificationId);
  if (begun !== null && (begun.outcome === null || begun.outcome === 'approved')) return goTo(view, '/now');
  const { understood } = await deps.actions.check(session, draft, view.language.tag);
  if (understood === null) return goTo(view, `/add/${wayNameOf(draft)}`);
  const body = confirmPage(view, {
    draft,
    number: understood,
    formKey: randomUUIDv7(),
    refusal: refusal === null ? null : refusalText(view, refusal),
  });
  return { status: refusal === null ? 200 : 409, body };
}

async function start(deps: SetupDeps, person: Person, formKey: string): Promise<PageAnswer> {
  const { view, session } = person;
  if (session.draft === null) return goTo(view, '/add');
  const refusal = await begin(deps, person, session.draft, formKey);
  return refusal === null ? goTo(view, '/now') : showConfirmation(deps, person, refusal);
}
