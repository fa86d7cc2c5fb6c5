import type { CountryCode } from 'libphonenumber-js/max';
import { z } from 'zod';
import { twoReadings } from '../../domain/number.ts';
import type { ListedCountry } from '../countries/list.ts';
import { deskPhone } from '../view/desk-phone.ts';
import { type Html, html, NONE } from '../view/html.ts';
import { icon } from '../view/icons.ts';
import { layout } from '../view/layout.ts';
import type { PageView } from '../view/page-view.ts';
import { button, fieldError, form, linkButton } from '../view/parts.ts';
import { WAYS, type WayName } from './choose-screen.ts';

/** What the form shows. */
export interface NumberForm {
  way: WayName;
  countries: readonly ListedCountry[];
  country: string;
  number: string;
  extension: string;
  /** The pause before the extension is dialed, s. */
  pauseS: number;
  /** What is wrong, and with which field. */
  error: { field: 'number' | 'extension' | 'form'; text: Html } | null;
}

/** 02, 03: the number. */
export function numberPage(view: PageView, shown: NumberForm): string {
  const { text } = view.language;
  const isOffice = WAYS[shown.way].phoneType === 'office';
  const { error } = shown;
  return layout(view, {
    title: text(isOffice ? 'number.titleOffice' : 'number.titleMobile'),
    ...(error ? { titlePrefix: text('common.error') } : {}),
    step: 1,
    body: form(
      view,
      `/add/${shown.way}`,
      html`${countryField(view, shown)}
<div class="${isOffice ? 'number-and-extension' : ''}">${numberField(view, shown)}${isOffice ? extensionField(view, shown) : NONE}</div>
${fieldErrors(error)}
${isOffice ? tones(view, shown) : NONE}
<div class="row actions">${button(text('common.continue'), 'primary')}${linkButton(text('common.back'), `${view.base}/add`, 'text')}</div>`,
      { classes: 'number-form', reading: `/add/${shown.way}/reading` },
    ),
    side: html`${deskPhone({ state: 'idle', label: text('phone.idle'), lines: [shown.number, shown.extension === '' ? '' : text('common.extensionShort', { extension: shown.extension })], isPoundNext: false })}<p>${text('number.side')}</p>`,
  });
}

/** Asks which of two numbers is meant; null: there are not two. Each is a button of the form, named `reading`. */
export function whichNumber({ language: { text } }: PageView, typed: string, country: string): Html | null {
  const readings = twoReadings(typed, country as CountryCode);
  if (readings === null) return null;
  const buttons = readings.map(
    ({ e164, international }) =>
      html` <button class="button quiet small" name="reading" value="${e164}"><bdi dir="ltr" translate="no">${international}</bdi></button>`,
  );
  return html`${text('number.which')}${buttons}`;
}

/** The number that was chosen, where there were two. */
export const READING = {
  reading: z
    .string()
    .regex(/^\+\d{5,20}$/)
    .optional(),
};

/** A list of the browser's own; the script turns it into one that is searched by typing. */
export function countryField(
  { language: { text } }: PageView,
  { countries, country }: Pick<NumberForm, 'countries' | 'country'>,
): Html {
  return html`<div class="field"><label for="country">${text('number.country')}</label>
<span class="select" data-search="${text('number.countrySearch')}" data-none="${text('number.countryNone')}"><select class="input" id="country" name="country" autocomplete="country">${countries.map((each) => countryOption(each, each.code === country))}</select>${icon('down', { small: true })}</span></div>`;
}

function countryOption(
  { code, name, callingCode, otherNames, areas }: ListedCountry,
  isChosen: boolean,
): Html {
  const searched = html` data-name="${name}" data-calling-code="${callingCode}" data-other-names="${otherNames.join('|')}" data-areas="${areas.join('|')}"`;
  return html`<option value="${code}"${searched}${isChosen ? html` selected` : NONE}>${name} (${callingCode})</option>`;
}

/** The number as it is typed. What is wrong with it has the id `number-error`. */
export function numberField(
  { language: { text } }: PageView,
  { number, error }: Pick<NumberForm, 'number' | 'error'>,
): Html {
  const wrong = error?.field === 'number' ? html` aria-invalid="true" aria-describedby="number-error"` : NONE;
  return html`<div class="field"><label for="number">${text('number.number')}</label><input class="input" id="number" name="number" type="text" inputmode="tel" autocomplete="tel" dir="ltr" maxlength="64" value="${number}"${wrong}></div>`;
}

/** What is wrong with a number; there from the start, so that what the script writes is read out. */
function fieldErrors(error: NumberForm['error']): Html {
  return html`<div class="field-errors" role="status">${numberError(error)}</div>`;
}

/** What is wrong with a number or its extension. */
export const numberError = (error: NumberForm['error']): Html =>
  fieldError('number-error', error?.text ?? null);

/** The extension as it is typed. */
export function extensionField(
  { language: { text } }: PageView,
  { extension, error }: Pick<NumberForm, 'extension' | 'error'>,
): Html {
  const wrong =
    error?.field === 'extension' ? html` aria-invalid="true" aria-describedby="number-error"` : NONE;
  return html`<div class="field"><label for="extension">${text('number.extension')} <span class="optional">${text('number.ifAny')}</span></label><input class="input" id="extension" name="extension" type="text" inputmode="numeric" autocomplete="off" dir="ltr" maxlength="32" value="${extension}"${wrong}></div>`;
}

/** Says which tones follow the answer of the switchboard; there from the start, so that what the script writes is read out. */
function tones({ language }: PageView, { extension, pauseS }: NumberForm): Html {
  const keys = html`<span class="tone-keys" translate="no">${[...extension].map((key) => html`<kbd>${key}</kbd> `)}</span>`;
  const said = language.pieces<object>('number.tones', { seconds: pauseS, keys });
  return html`<p class="tones" role="status"${extension === '' ? html` data-empty` : NONE}>${icon('tones')}<span>${said}</span></p>`;
}
