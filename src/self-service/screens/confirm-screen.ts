import type { UnderstoodNumber } from '../ports.ts';
import type { Draft } from '../sessions/session-store.ts';
import { deskPhone } from '../view/desk-phone.ts';
import { type Html, html, NONE } from '../view/html.ts';
import { layout } from '../view/layout.ts';
import type { PageView } from '../view/page-view.ts';
import { button, form, linkButton, notice, phoneNumber } from '../view/parts.ts';
import { wayNameOf } from './choose-screen.ts';

/** What is asked about. */
export interface Confirmation {
  draft: Draft;
  number: UnderstoodNumber;
  formKey: string;
  /** Why the last try was refused; null: it was none. */
  refusal: Html | null;
}

/** 05: is this right? */
export function confirmPage(view: PageView, { draft, number, formKey, refusal }: Confirmation): string {
  const { text } = view.language;
  const isText = draft.channel === 'sms';
  const change = `${view.base}/add/${wayNameOf(draft)}`;
  return layout(view, {
    title: text('confirm.title'),
    ...(refusal === null ? {} : { titlePrefix: text('common.error') }),
    step: 2,
    body: html`${refusal === null ? NONE : notice('warn', refusal, { alert: true })}
<p class="large-number">${phoneNumber(view, { international: number.international })}</p>
<dl class="facts">${extensionFact(view, number)}${callerFact(view, number, isText)}${languageFact(view, number, isText)}</dl>
<div class="row actions">${form(view, '/start', button(text(isText ? 'confirm.textNow' : 'confirm.callNow'), 'primary'), { hidden: { formKey } })}${linkButton(text('confirm.change'), change, 'quiet')}</div>`,
    side: html`${deskPhone({
      state: isText ? 'idle' : 'ringing',
      label: text(isText ? 'phone.idle' : 'phone.ringing'),
      lines: [view.brand.name, number.callerNumber ?? ''],
      isPoundNext: false,
    })}<p>${text(isText ? 'confirm.sideText' : 'confirm.side')}</p>`,
    sideOnPhones: true,
  });
}

function extensionFact(
  { language: { text } }: PageView,
  { extension, pauseBeforeS }: UnderstoodNumber,
): Html {
  if (extension === null) return NONE;
  return html`<div><dt>${text('confirm.extension')}</dt><dd><span dir="ltr" translate="no">${[...extension].join('\u00a0')}</span><small>${text('confirm.afterPause', { seconds: pauseBeforeS })}</small></dd></div>`;
}

function callerFact(view: PageView, { callerNumber }: UnderstoodNumber, isText: boolean): Html {
  const { text } = view.language;
  if (callerNumber === null) return NONE;
  const isNumber = callerNumber.startsWith('+');
  const shown = isNumber
    ? phoneNumber(view, { international: callerNumber })
    : html`<bdi translate="no">${callerNumber}</bdi>`;
  return html`<div><dt>${text(isText ? 'confirm.from' : 'confirm.display')}</dt><dd>${shown}${isText ? NONE : html`<small>${text('confirm.displayName', { organisation: view.brand.name })}</small>`}</dd></div>`;
}

function languageFact({ language }: PageView, { locale }: UnderstoodNumber, isText: boolean): Html {
  const name = new Intl.DisplayNames(language.tag, { type: 'language', languageDisplay: 'standard' }).of(
    locale,
  );
  return html`<div><dt>${language.text(isText ? 'confirm.messageLanguage' : 'confirm.callLanguage')}</dt><dd>${name ?? locale}</dd></div>`;
}
