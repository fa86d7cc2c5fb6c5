/** Setting up a phone, up to the call or the message. */
import { randomUUIDv7 } from 'node:crypto';
import type { CountryCode } from 'libphonenumber-js/max';
import { z } from 'zod';
import type { ServiceError } from '../../errors.ts';
import { numberHint } from '../countries/hint.ts';
import { offeredCountries } from '../countries/offered.ts';
import { showTyped } from '../countries/typed.ts';
import type { PageActions } from '../ports.ts';
import { refusalText } from '../refusal-text.ts';
import { choosePage, lastingRefusal, WAYS, type WayName, wayNameOf } from '../screens/choose-screen.ts';
import { confirmPage } from '../screens/confirm-screen.ts';
import { type NumberForm, numberPage } from '../screens/number-screen.ts';
import type { Draft, SessionStore } from '../sessions/session-store.ts';
import { type Html, html } from '../view/html.ts';
import type { PageView } from '../view/page-view.ts';
import { rich } from '../view/parts.ts';
import { begin } from './begin.ts';
import { FormKey, goTo, type PageAnswer, type Person, personalAction, personalPage } from './page-route.ts';

/** What setting up needs. */
export interface SetupDeps {
  base: string;
  actions: Pick<PageActions, 'refusalsOf' | 'check' | 'request' | 'policyOf' | 'listPhones'>;
  sessions: Pick<SessionStore, 'keepDraft' | 'show' | 'extend'>;
}

const WayInPath = z.object({ way: z.enum(Object.keys(WAYS) as [WayName, ...WayName[]]) });

/** `/add`, `/add/{way}`, `/confirm` and `/start`. */
export function setupRoutes(deps: SetupDeps) {
  const at = (path: string) => `${deps.base}${path}` as `/${string}`;
  return [
    personalPage({
      path: at('/add'),
      operationId: 'chooseWay',
      summary: 'Choose how to be contacted',
      async show({ session, view, now }) {
        await deps.sessions.extend(session.idHash, now);
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
      fields: {
        country: z.string().regex(/^[A-Z]{2}$/, 'This must be a country of the list.'),
        number: z.string().trim().max(64),
        extension: z.string().trim().max(32).default(''),
      },
      act: (person, typed, { way }) => takeNumber(deps, person, { ...WAYS[way], ...typed }),
    }),
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

async function showNumber(
  deps: SetupDeps,
  { session, view, now }: Person,
  way: WayName,
): Promise<PageAnswer> {
  await deps.sessions.extend(session.idHash, now);
  const [asked] = await deps.actions.refusalsOf(session, [WAYS[way]]);
  if (lastingRefusal(asked?.refusals ?? [])) return goTo(view, '/add');
  // What was typed for another phone is of use here too: only the country of it is taken over.
  const { draft } = session;
  const isSame = draft !== null && draft.phoneType === WAYS[way].phoneType;
  const typed = isSame ? draft : { number: '', extension: '', country: draft?.country ?? '' };
  return numberAnswer(deps, { session, view }, { way, ...typed, error: null });
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

/** Refusals that the number page shows beside a field. The others are shown on the page where the call is asked for. */
const OF_EXTENSION: readonly string[] = [
  'number.extensionUnsupported',
  'extension.tooLong',
  'extension.missing',
];

async function takeNumber(deps: SetupDeps, person: Person, draft: Draft): Promise<PageAnswer> {
  const { session, view, now } = person;
  const { text } = view.language;
  const typed = showTyped(draft.number, draft.country as CountryCode);
  const shown = { way: wayNameOf(draft), ...draft, number: typed.number, country: typed.country };
  const wrong = (field: 'number' | 'extension', said: ReturnType<typeof html>) =>
    numberAnswer(deps, person, { ...shown, error: { field, text: said } });
  if (draft.number === '') return wrong('number', html`${text('number.empty')}`);
  if (!/^\d{0,11}$/.test(draft.extension))
    return wrong('extension', html`${text('number.extensionInvalid')}`);
  const { refusals, understood } = await deps.actions.check(session, draft, view.language.tag);
  const refusal = refusals.find(({ code }) => /^(number|extension)\./.test(code));
  if (refusal)
    return wrong(
      OF_EXTENSION.includes(refusal.code) ? 'extension' : 'number',
      numberRefusal(person, draft, refusal),
    );
  const country = understood?.country ?? draft.country;
  await deps.sessions.keepDraft(session.idHash, { ...draft, country }, now);
  return goTo(view, '/confirm');
}

function numberRefusal({ view }: Person, draft: Draft, refusal: ServiceError): Html {
  const { text } = view.language;
  if (refusal.code === 'number.invalid') return html`${invalidNumber(view, draft)}`;
  if (refusal.code === 'number.typeRefused' && draft.phoneType !== 'office')
    return html`${text('number.isLandline')}`;
  return refusalText(view, refusal);
}

/** What seems to be wrong with the number, as far as that can be said, and what one looks like. */
function invalidNumber({ language }: PageView, { country, number, phoneType }: Draft): Html {
  const { missing, extra, example } = numberHint(
    number,
    country as CountryCode,
    phoneType === 'office' ? 'office' : 'mobile',
  );
  const shown = html`<bdi class="number" dir="ltr">${example.number}</bdi>`;
  const like = rich({ language }, 'number.example', { example: shown });
  if (missing && missing.least === missing.most)
    return html`${language.text('number.tooShort', { missing: missing.least })} ${like}`;
  if (extra && extra.least === extra.most)
    return html`${language.text('number.tooLong', { extra: extra.least })} ${like}`;
  const name = new Intl.DisplayNames(language.tag, { type: 'region' }).of(country) ?? country;
  return html`${language.text('number.invalid', { country: name })} ${like}`;
}

async function showConfirmation(
  deps: SetupDeps,
  { session, view }: Person,
  refusal: ServiceError | null,
): Promise<PageAnswer> {
  const { draft } = session;
  if (draft === null) return goTo(view, '/add');
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
