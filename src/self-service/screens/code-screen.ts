import type { ShownVerification } from '../ports.ts';
import { deskPhone } from '../view/desk-phone.ts';
import { type Html, html, NONE } from '../view/html.ts';
import { icon } from '../view/icons.ts';
import { layout } from '../view/layout.ts';
import type { PageView } from '../view/page-view.ts';
import { button, fieldError, form, linkButton, notice, phoneNumber, rich } from '../view/parts.ts';
import { wayNameOf } from './choose-screen.ts';

/** Between two texts, s: the same as the API demands. */
export const BETWEEN_TEXTS_S = 30;

/** What is shown of a text message. */
export interface ShownText {
  verification: ShownVerification;
  now: Date;
  formKey: string;
  /** Why the last code was not taken; null: none was typed. */
  error: string | Html | null;
  /** Said once, after something was done. */
  said: string | null;
}

/** 17: the code. */
export function codePage(view: PageView, shown: ShownText): string {
  const { text } = view.language;
  const { verification, now, formKey, error, said } = shown;
  const isSent = verification.state === 'sent' || verification.outcome !== null;
  const number = phoneNumber(view, { international: verification.international });
  const minutes = Math.max(0, Math.floor((verification.expiresAt.getTime() - now.getTime()) / 60_000));
  const invalid = error === null ? NONE : html` aria-invalid="true"`;
  return layout(view, {
    title: text('code.title'),
    ...(error === null ? {} : { titlePrefix: text('common.error') }),
    step: 3,
    body: html`<p class="lead" role="status" data-live="title">${rich(view, isSent ? 'code.lead' : 'code.sending', { number })}</p>
<div class="live-call" data-live-page="${view.base}/now" data-events="${view.base}/now/events" data-stage="${verification.state}"></div>
${said === null ? NONE : notice('info', said)}
${form(
  view,
  '/now/code',
  html`<div class="field"><label for="code">${text('code.label')}</label><input class="input code" id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" dir="ltr" maxlength="400" translate="no" data-1p-ignore data-lpignore="true" aria-describedby="code-error code-hint"${invalid}></div>
${fieldError('code-error', error)}
<p class="hint" id="code-hint">${text('code.hint', { minutes })}</p>
<div class="row actions">${button(text('code.verify'), 'primary')}${linkButton(text('call.wrongNumber'), `${view.base}/add/${wayNameOf(verification)}`, 'text')}</div>`,
  { formKey, classes: 'code-form' },
)}
${another(view, shown)}`,
    side: html`${deskPhone({ state: 'idle', label: text('phone.idle'), lines: ['', ''], isPoundNext: false })}<p>${text('code.side')}</p>`,
    sideOnPhones: true,
  });
}

/** Sending again, or a call to the same number. */
function another(view: PageView, { verification, now, formKey }: ShownText): Html {
  const { text } = view.language;
  const sentAt = verification.dialedAt ?? verification.createdAt;
  const wait = Math.max(0, Math.ceil(BETWEEN_TEXTS_S - (now.getTime() - sentAt.getTime()) / 1000));
  const time = html`<span class="number" data-count-to="${new Date(sentAt.getTime() + BETWEEN_TEXTS_S * 1000).toISOString()}" data-now="${now.toISOString()}">${`0:${String(wait).padStart(2, '0')}`}</span>`;
  const help = wait === 0 ? html`${text('code.againNow')}` : rich(view, 'code.againIn', { time });
  const again =
    wait === 0
      ? button(text('code.again'), 'quiet', { small: true })
      : html`<button class="button quiet small" aria-disabled="true" data-enable-in="${wait}" data-label="${text('code.again')}">${text('code.again')}</button>`;
  return html`<div class="next">${icon('message')}<div>${text('code.noMessage')}<small>${help}</small></div><div class="row tight">${form(view, '/now/send-again', again)}${form(view, '/now/call', button(text('code.callMe'), 'quiet', { small: true }), { formKey })}</div></div>`;
}
