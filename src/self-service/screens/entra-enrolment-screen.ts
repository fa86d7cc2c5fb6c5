/** A first sign-in of Entra: the enrolment code, and the phone that is to be called. */
import type { ListedCountry } from '../countries/list.ts';
import { deskPhone } from '../view/desk-phone.ts';
import { type Html, html, NONE } from '../view/html.ts';
import { layout } from '../view/layout.ts';
import type { PageView } from '../view/page-view.ts';
import { button, fieldError, form } from '../view/parts.ts';
import { cancelForm, deadline, type ShownSignIn } from './entra-screens.ts';
import { countryField, extensionField, type NumberForm, numberError, numberField } from './number-screen.ts';

/** What the form shows. */
export interface EnrolmentForm extends Pick<ShownSignIn, 'round' | 'expiresAt'> {
  /** Whether the code was shown before: it is not asked for again. */
  isAdmitted: boolean;
  code: string;
  /** What is wrong with the code; null: nothing. */
  codeError: string | null;
  countries: readonly ListedCountry[];
  country: string;
  number: string;
  extension: string;
  error: NumberForm['error'];
}

/** Asks for both on one page: Entra waits for a few minutes only. */
export function enrolmentPage(view: PageView, shown: EnrolmentForm): string {
  const { text } = view.language;
  const isWrong = shown.error !== null || shown.codeError !== null;
  const organisation = view.brand.name;
  return layout(view, {
    title: text('enrol.title'),
    ...(isWrong ? { titlePrefix: text('common.error') } : {}),
    body: html`<p class="lead">${text(shown.isAdmitted ? 'enrol.leadAgain' : 'enrol.lead', { organisation })}</p>
${form(
  view,
  '/now/number',
  html`${shown.isAdmitted ? NONE : codeField(view, shown)}${countryField(view, shown)}
<div class="number-and-extension">${numberField(view, shown)}${extensionField(view, shown)}</div>
<div class="field-errors" role="status">${numberError(shown.error)}</div>
<div class="row actions">${button(text('enrol.call'), 'primary')}</div>`,
  { hidden: { round: String(shown.round) } },
)}
${deadline(view, shown)}
<div class="row actions">${cancelForm(view)}</div>`,
    side: html`${deskPhone({ state: 'idle', label: text('phone.idle'), lines: [shown.number, ''], isPoundNext: false })}<p>${text('number.side')}</p>`,
  });
}

function codeField({ language: { text } }: PageView, { code, codeError }: EnrolmentForm): Html {
  const wrong = codeError === null ? NONE : html` aria-invalid="true"`;
  return html`<div class="field"><label for="code">${text('enrol.code')}</label><input class="input" id="code" name="code" type="text" autocomplete="off" autocapitalize="characters" spellcheck="false" dir="ltr" maxlength="40" value="${code}" aria-describedby="code-hint code-error"${wrong}></div>
<p class="hint" id="code-hint">${text('enrol.codeHint')}</p><div role="status">${fieldError('code-error', codeError)}</div>`;
}
