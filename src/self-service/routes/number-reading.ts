/** A number as it is typed: how the page shows it, and what is wrong with it. */
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { z } from 'zod';
import { plainText } from '../../domain/typed-text.ts';
import type { User } from '../../domain/user.ts';
import type { ServiceError } from '../../errors.ts';
import { noBody } from '../../platform/http/answers.ts';
import { routeDefiner, unchecked } from '../../platform/http/route.ts';
import { type NumberHint, numberHint } from '../countries/hint.ts';
import { showTyped } from '../countries/typed.ts';
import type { PageActions } from '../ports.ts';
import { refusalText } from '../refusal-text.ts';
import { WAYS, type WayName } from '../screens/choose-screen.ts';
import { type NumberForm, numberError, whichNumber } from '../screens/number-screen.ts';
import type { Draft } from '../sessions/session-store.ts';
import type { TextName } from '../texts.ts';
import { type Html, html } from '../view/html.ts';
import type { PageView } from '../view/page-view.ts';
import { rich } from '../view/parts.ts';
import { assertFormToken, FORM_TOKEN, isPerson, type Visitor, WayInPath } from './page-route.ts';

/** The fields of the form. */
export const NUMBER_FIELDS = {
  country: z.string().regex(/^[A-Z]{2}$/, 'This must be a country of the list.'),
  number: z.string().trim().max(64),
  /** Digits of any script, as keyboards give them. */
  extension: z
    .string()
    .max(32)
    .default('')
    .transform((typed) => plainText(typed).replaceAll(/\s/g, '')),
};

/** What was read. */
interface ReadNumber {
  /** How the fields show it. */
  shown: Pick<NumberForm, 'number' | 'extension' | 'country'>;
  /** What is kept: as it was typed, with the country that it is of. */
  draft: Draft;
  error: NumberForm['error'];
}

/** Whose number it is, and how they are spoken to. */
interface Typing {
  session: User;
  view: PageView;
}

/** Reads a number as people type or paste it, with the extension behind it or in its own field. */
export async function readNumber(
  actions: Pick<PageActions, 'check'>,
  person: Typing,
  typed: Draft,
): Promise<ReadNumber> {
  const { number, extension, country } = showTyped(typed.number, typed.country as CountryCode);
  const shown = { number, extension: typed.extension || (extension ?? ''), country };
  // A number that says its country counts for more than the list beside it.
  const draft = { ...typed, country };
  const error = malformed(person, draft);
  if (error !== null) return { shown, draft, error };
  const { refusals } = await actions.check(person.session, draft, person.view.language.tag);
  const refusal = refusals.find(({ code }) => /^(number|extension)\./.test(code));
  return {
    shown,
    draft,
    error: refusal ? { field: fieldOf(refusal), text: numberRefusal(person, draft, refusal) } : null,
  };
}

const Shown = z.object({
  number: z.string(),
  extension: z.string(),
  country: z.string(),
  /** HTML, and the field that it is about. */
  error: z.object({ field: z.enum(['number', 'extension', 'form']), html: z.string() }).nullable(),
});

/** `/add/{way}/reading`: for the script of the page, when a field was left or something was pasted. Nothing changes. */
export function readingRoute(path: `/${string}`, actions: Pick<PageActions, 'check'>) {
  const defineRoute = routeDefiner<Visitor>();
  return defineRoute({
    method: 'post',
    path,
    operationId: 'readNumber',
    summary: 'See how a number is read',
    query: unchecked,
    params: WayInPath,
    body: z.object({ ...FORM_TOKEN, ...NUMBER_FIELDS }),
    responses: {
      200: { description: 'How the fields show it, and what is wrong', schema: Shown },
      204: noBody('Nobody is signed in'),
    },
    problems: ['selfService.formNotOurs'],
    async handle({ caller, params: { way }, body: { formToken, ...typed } }) {
      if (!isPerson(caller)) return { status: 204, body: null };
      assertFormToken(formToken, caller.sessionId);
      const { shown, error } = await readNumber(actions, caller, { ...WAYS[way], ...typed });
      return {
        status: 200,
        body: { ...shown, error: error && { field: error.field, html: `${numberError(error)}` } },
      };
    },
  });
}

/** Refusals that the page shows beside a field. The others are shown where the call is asked for. */
const OF_EXTENSION: readonly string[] = [
  'number.extensionUnsupported',
  'extension.tooLong',
  'extension.missing',
];

const fieldOf = ({ code }: ServiceError) => (OF_EXTENSION.includes(code) ? 'extension' : 'number');

/** What needs no look at any rule. */
function malformed({ view }: Typing, { number, extension }: Draft): NumberForm['error'] {
  const { text } = view.language;
  if (number === '') return { field: 'number', text: html`${text('number.empty')}` };
  if (/^\d{0,11}$/.test(extension)) return null;
  return { field: 'extension', text: html`${text('number.extensionInvalid')}` };
}

function numberRefusal({ view }: Typing, draft: Draft, refusal: ServiceError): Html {
  if (refusal.code === 'number.invalid')
    return whichNumber(view, draft.number, draft.country) ?? invalidNumber(view, draft);
  if (refusal.code === 'number.typeRefused') return otherPhone(view, draft) ?? refusalText(view, refusal);
  return refusalText(view, refusal);
}

/** A phone of the other kind is offered as one, with the number that was typed; null: it is neither kind. */
function otherPhone(view: PageView, { number, country, phoneType, channel }: Draft): Html | null {
  const { text } = view.language;
  const type = parsePhoneNumberFromString(number, { defaultCountry: country as CountryCode })?.getType();
  const offer = (said: TextName, way: WayName, label: TextName) =>
    html`${text(said)} <button class="button quiet small" formaction="${view.base}/add/${way}">${text(label)}</button>`;
  if (phoneType === 'office')
    return type === 'MOBILE' ? offer('number.isMobile', 'mobile-by-call', 'done.addMobile') : null;
  if (type !== 'FIXED_LINE') return null;
  return offer(channel === 'sms' ? 'number.isLandline' : 'number.isLandlineToo', 'office', 'done.addOffice');
}

/** In countries with numbers of several lengths nobody can say how many. */
function digitsOff(
  { text }: PageView['language'],
  missing: NumberHint['missing'],
  extra: NumberHint['extra'],
): string | null {
  if (missing !== null)
    return missing.least === missing.most
      ? text('number.tooShort', { missing: missing.least })
      : text('number.tooShortSome');
  if (extra === null) return null;
  return extra.least === extra.most
    ? text('number.tooLong', { extra: extra.least })
    : text('number.tooLongSome');
}

/** What seems to be wrong with the number, as far as that can be said, and what one looks like. */
function invalidNumber({ language }: PageView, { country, number, phoneType }: Draft): Html {
  const { meant, missing, extra, example } = numberHint(
    number,
    country as CountryCode,
    phoneType === 'office' ? 'office' : 'mobile',
  );
  const shown = html`<bdi class="number" dir="ltr" translate="no">${example.number}</bdi>`;
  const like = rich({ language }, 'number.example', { example: shown });
  const said = digitsOff(language, missing, extra);
  if (said !== null) return html`${said} ${like}`;
  const name = new Intl.DisplayNames(language.tag, { type: 'region' }).of(meant) ?? meant;
  return html`${language.text('number.invalid', { country: name })} ${like}`;
}
