import type { ShownVerification } from '../ports.ts';
import { deskPhone } from '../view/desk-phone.ts';
import { type Html, html, NONE } from '../view/html.ts';
import { icon } from '../view/icons.ts';
import { layout } from '../view/layout.ts';
import type { PageView } from '../view/page-view.ts';
import { account, button, form, linkButton, notice, phoneNumber, rich } from '../view/parts.ts';

/** The app password: its letters in groups; shown before; or none belongs to it. */
export type ShownSecret =
  | { kind: 'shown'; groups: string; userId: string }
  | { kind: 'shownBefore' }
  | { kind: 'none' };

/** 14 to 16: the phone is registered. @param canAdd the phone that could be added next */
export function donePage(
  view: PageView,
  {
    verification,
    secret,
    canAdd,
  }: { verification: ShownVerification; secret: ShownSecret; canAdd: 'mobile' | 'office' | null },
): string {
  const { text } = view.language;
  const { international, extension, channel, phoneType } = verification;
  const isText = channel === 'sms';
  const title = isText ? 'done.titleText' : phoneType === 'office' ? 'done.titleOffice' : 'done.titleMobile';
  const number = phoneNumber(view, { international, extension });
  return layout(view, {
    title: text(title),
    step: 4,
    body: html`<p class="lead">${rich(view, isText ? 'done.leadText' : 'done.leadCall', { number })}</p>
${secretBox(view, secret, 'done.password')}${doneForm(view, secret)}`,
    side: html`${deskPhone({ state: 'verified', label: text('phone.verified'), lines: ['', text('phone.verifiedShort')], isPoundNext: true })}${canAdd === null ? NONE : addAnother(view, canAdd)}`,
    sideOnPhones: true,
    isDrawnInPlace: true,
    after: unsavedDialog(view, secret),
  });
}

/** A new app password that was made on the page. */
export function newPasswordPage(view: PageView, secret: ShownSecret): string {
  return layout(view, {
    title: view.language.text('done.passwordNew'),
    width: 'middle',
    body: html`${secretBox(view, secret, 'done.passwordNew')}${doneForm(view, secret)}`,
    after: unsavedDialog(view, secret),
  });
}

function secretBox(view: PageView, secret: ShownSecret, title: 'done.password' | 'done.passwordNew'): Html {
  const { text } = view.language;
  if (secret.kind === 'none') return NONE;
  if (secret.kind === 'shownBefore')
    return notice(
      'info',
      html`<b>${text('done.shownAlready')}</b><br>${text('done.shownAlreadyHelp')} <a href="${view.base}">${text('phones.title')}</a>`,
    );
  const groups = secret.groups.split(' ');
  return html`<div class="secret"><div class="head"><h2 id="secret-title">${text(title)}</h2><span>${text('done.onlyNow')}</span></div><p class="hint">${text('done.passwordFor')}</p>${account(view, secret.userId, 'print')}
<output class="groups" role="group" aria-labelledby="secret-title" translate="no" data-secret>${groups.map((group) => html`<span>${group}</span>`)}</output>
<button type="button" class="button primary" data-copies data-copied="${text('done.copied')}" data-failed="${text('done.copyFailed')}" hidden>${icon('copy', { small: true })}<span>${text('done.copy')}</span></button><p class="hint" role="status" data-copy-status></p></div>`;
}

/** A click on "Done" before the password is copied or said to be saved asks first; without scripts the box must be ticked. */
function doneForm(view: PageView, secret: ShownSecret): Html {
  const { text } = view.language;
  if (secret.kind !== 'shown')
    return html`<div class="row actions">${form(view, '/done', button(text('done.button'), 'primary'))}</div>`;
  return form(
    view,
    '/done',
    html`<label class="saved"><input type="checkbox" name="saved" value="yes" required>${text('done.saved')}</label><div class="row actions">${button(text('done.button'), 'quiet')}</div>`,
    { classes: 'done-form', isChecked: true },
  );
}

function unsavedDialog(view: PageView, secret: ShownSecret): Html {
  const { text } = view.language;
  if (secret.kind !== 'shown') return NONE;
  return html`<dialog id="unsaved" aria-labelledby="unsaved-title"><h2 id="unsaved-title">${text('done.unsavedTitle')}</h2><p>${text('done.unsavedText')}</p><div class="row"><button type="button" class="button text small" data-leaves>${text('done.leave')}</button><button type="button" class="button primary small" data-copies-and-closes autofocus>${text('done.copy')}</button></div></dialog>`;
}

function addAnother(view: PageView, phone: 'mobile' | 'office'): Html {
  const { text } = view.language;
  const label = html`${icon('plus', { small: true })}${text(phone === 'mobile' ? 'done.addMobile' : 'done.addOffice')}`;
  return html`<p><b>${text('done.next')}</b><br>${text('done.nextHelp')}</p>${linkButton(label, `${view.base}/add`, 'quiet', true)}`;
}
