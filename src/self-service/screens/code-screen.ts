import type { ShownVerification } from '../ports.ts';
import { deskPhone } from '../view/desk-phone.ts';
import { type Html, html, NONE } from '../view/html.ts';
import { icon } from '../view/icons.ts';
import { layout } from '../view/layout.ts';
import type { PageView } from '../view/page-view.ts';
import { button, fieldError, form, phoneNumber, rich } from '../view/parts.ts';
import { checkAgain } from './call-screen.ts';

/** What is shown of a text message. */
export interface ShownText {
  verification: ShownVerification;
  now: Date;
  formKey: string;
  /** Why the last code was not taken; null: none was typed. */
  error: string | Html | null;
}

/** 17: the code. */
export function codePage(view: PageView, shown: ShownText): string {
  const { text } = view.language;
  const { verification, now, formKey, error } = shown;
  const isSent = verification.state === 'sent' || verification.outcome !== null;
  const number = phoneNumber(view, { international: verification.international });
  return layout(view, {
    title: text('code.title'),
    ...(error === null ? {} : { titlePrefix: text('common.error') }),
    step: 3,
    body: html`<p class="lead" role="status" data-live="title">${rich(view, isSent ? 'code.lead' : 'code.sending', { number })}</p>
<div class="live-call" data-live-page="${view.base}/now" data-events="${view.base}/now/events" data-stage="${verification.state}"></div>
${codeForm(view, { action: '/now/code', formKey, error, now, expiresAt: verification.expiresAt, change: wrongNumber(view) })}
${another(view, shown)}
${checkAgain(view)}`,
    side: html`${deskPhone({ state: 'idle', label: text('phone.idle'), lines: ['', ''], isPoundNext: false })}<p>${text('code.side')}</p>`,
    sideOnPhones: true,
  });
}

/** Cancels the message: as long as it could be answered, another number would not be asked. */
function wrongNumber({ base, language: { text } }: PageView): Html {
  return html`<button class="button text" formaction="${base}/now/wrong-number">${text('call.wrongNumber')}</button>`;
}

/** The field for the code and what sends it. @param shown.change what leads to another number */
export function codeForm(
  view: PageView,
  shown: Pick<ShownText, 'formKey' | 'error' | 'now'> & { action: string; expiresAt: Date; change: Html },
): Html {
  const { text } = view.language;
  const { action, formKey, error, now, expiresAt, change } = shown;
  const minutes = Math.max(0, Math.floor((expiresAt.getTime() - now.getTime()) / 60_000));
  const invalid = error === null ? NONE : html` aria-invalid="true"`;
  return form(
    view,
    action,
    html`<div class="field"><label for="code">${text('code.label')}</label><input class="input code" id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" dir="ltr" maxlength="400" translate="no" data-1p-ignore data-lpignore="true" aria-describedby="code-error code-hint"${invalid}></div>
${fieldError('code-error', error)}
<p class="hint" id="code-hint">${text('code.hint', { minutes })}</p>
<div class="row actions">${button(text('code.verify'), 'primary')}${change}</div>`,
    { hidden: { formKey }, classes: 'code-form' },
  );
}

/**
 * Sending the text again.
 * @param from.action where the form goes, and `at` from when on it is taken
 * @returns the time until then, counting down (null: it is now), and the form
 */
export function sendAgain(
  view: PageView,
  { action, at, now }: { action: string; at: Date; now: Date },
): { time: Html | null; form: Html } {
  const label = view.language.text('code.again');
  const wait = Math.max(0, Math.ceil((at.getTime() - now.getTime()) / 1000));
  if (wait === 0) return { time: null, form: form(view, action, button(label, 'quiet', { small: true })) };
  const time = html`<span class="number" data-count-to="${at.toISOString()}" data-now="${now.toISOString()}">${`0:${String(wait).padStart(2, '0')}`}</span>`;
  const later = html`<button class="button quiet small" aria-disabled="true" data-enable-in="${wait}" data-label="${label}">${label}</button>`;
  return { time, form: form(view, action, later) };
}

/** Sending again, or a call to the same number. */
function another(view: PageView, { verification, now, formKey }: ShownText): Html {
  const { text } = view.language;
  const again = sendAgain(view, { action: '/now/send-again', at: verification.textAgainAt, now });
  const help =
    again.time === null ? html`${text('code.againNow')}` : rich(view, 'code.againIn', { time: again.time });
  return html`<div class="next">${icon('message')}<div>${text('code.noMessage')}<small>${help}</small></div><div class="row tight">${again.form}${form(view, '/now/call', button(text('code.callMe'), 'quiet', { small: true }), { hidden: { formKey, instead: verification.id } })}</div></div>`;
}
