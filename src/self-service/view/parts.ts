/** The parts that pages are made of. */

import { raw } from 'hono/html';
import { APP_PASSWORD_NAMES } from '../../domain/app-password-names.ts';
import type { TextName } from '../texts.ts';
import { type Html, html, NONE } from './html.ts';
import { type IconName, icon, poundSign } from './icons.ts';
import type { PageView } from './page-view.ts';

/** A text in which some values have a form of their own, such as keys and numbers. */
export function rich(
  { language }: Pick<PageView, 'language'>,
  name: TextName,
  values: Readonly<Record<string, string | number | Html>>,
): Html {
  return html`${language.pieces<object>(name, values as Record<string, string | number | object>)}`;
}

/**
 * A form that posts to the page itself.
 * @param how.hidden more fields that nobody sees; with a `formKey` a second click is the same request
 * @param how.isChecked whether the browser checks it
 * @param how.reading where the script has what is typed read
 */
export function form(
  { base, formToken }: Pick<PageView, 'base' | 'formToken'>,
  action: string,
  content: Html,
  {
    hidden = {},
    classes = '',
    isChecked = false,
    reading,
  }: {
    hidden?: Readonly<Record<string, string>>;
    classes?: string;
    isChecked?: boolean;
    reading?: string;
  } = {},
): Html {
  const fields = Object.entries({ formToken: formToken ?? '', ...hidden });
  return html`<form method="post" action="${base}${action}"${isChecked ? NONE : raw(' novalidate')}${reading === undefined ? NONE : html` data-reading="${base}${reading}"`} class="${classes}">${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}${content}</form>`;
}

/** How a button looks: the one thing to do, something else that can be done, or hardly at all. */
type Look = 'primary' | 'quiet' | 'text' | 'danger';

/** A button that submits its form. */
export function button(label: string | Html, look: Look, { small = false }: { small?: boolean } = {}): Html {
  return html`<button class="button ${look}${small ? ' small' : ''}">${label}</button>`;
}

/** A link that looks like a button. */
export function linkButton(label: string | Html, href: string, look: Look, small = false): Html {
  return html`<a class="button ${look}${small ? ' small' : ''}" href="${href}">${label}</a>`;
}

/** Leads back to the organisation; nothing where there is no way back. */
export function backButton({ language, brand, returnUrl }: PageView, look: Look): Html {
  if (returnUrl === null) return NONE;
  return linkButton(language.text('common.backTo', { organisation: brand.name }), returnUrl, look);
}

/** A key as it stands in a sentence; read out by its name. */
export function inlineKey(sign: string, spoken: string): Html {
  return html`<kbd><span aria-hidden="true">${sign}</span><span class="hidden">${spoken}</span></kbd>`;
}

/** A large key, with the form that all keys have here. */
export function keyCap(sign: string): Html {
  if (sign === '#') return html`<span class="cap pound-key">${poundSign()}</span>`;
  return html`<span class="cap">${sign}</span>`;
}

/** A number as it is heard: digit by digit, for it would be a quantity otherwise. */
export const spaced = (number: string): string => [...number.replaceAll(/[^\d+]/g, '')].join(' ');

/**
 * A phone number: grouped for the eye, digit by digit for the ear, and never broken or turned round.
 * @param international such as `+46 8 465 004 22`
 */
export function phoneNumber(
  { language }: Pick<PageView, 'language'>,
  { international, extension = null }: { international: string; extension?: string | null },
): Html {
  const word = (kind: 'common.extensionOf', value: string) => language.text(kind, { extension: value });
  const seen = html`<bdi class="number" dir="ltr">${international}</bdi>${extension === null ? '' : `, ${word('common.extensionOf', extension)}`}`;
  const heard = `${spaced(international)}${extension === null ? '' : `, ${word('common.extensionOf', spaced(extension))}`}`;
  return html`<span translate="no"><span aria-hidden="true">${seen}</span><span class="hidden">${heard}</span></span>`;
}

/** A number of which only the end is shown. @param shown.masked such as `+46 ••• 78` */
export function maskedNumber(
  { language }: Pick<PageView, 'language'>,
  { masked, lastDigits }: { masked: string; lastDigits: string },
): Html {
  const heard = language.text('entra.endingIn', { digits: spaced(lastDigits) });
  return html`<span translate="no" aria-hidden="true"><bdi class="number" dir="ltr">${masked}</bdi></span><span class="hidden">${heard}</span>`;
}

/** A box with an icon that says something. `alert`: it is read out at once. */
export function notice(
  kind: 'warn' | 'bad' | 'ok' | 'info',
  content: string | Html,
  { alert = false } = {},
): Html {
  const name: IconName = kind === 'ok' ? 'check' : kind === 'info' ? 'info' : 'alert';
  return html`<div class="notice ${kind}"${alert ? raw(' role="alert"') : ''}>${icon(name)}<p>${content}</p></div>`;
}

/** What is wrong with a field. */
export function fieldError(id: string, content: string | Html | null): Html {
  return content === null
    ? NONE
    : html`<p class="error" id="${id}">${icon('alert', { small: true })}<span>${content}</span></p>`;
}

/** Whose page it is. @param how `print`: it is seen on paper only, where nothing else says it */
export function account(view: PageView, user: string, how: 'shown' | 'print' = 'shown'): Html {
  const name = html`<bdi translate="no">${user}</bdi>`;
  return html`<p class="account${how === 'print' ? ' only-print' : ''}">${rich(view, 'common.forAccount', { user: name })}</p>`;
}

/** The name of an app password: that of a verification in the language of the page, any other as it was given. */
export function appPasswordName({ language: { text } }: PageView, name: string): string {
  if (name === APP_PASSWORD_NAMES.office) return text('phones.office');
  return name === APP_PASSWORD_NAMES.mobile ? text('phones.mobile') : name;
}
