/** Signing in with a phone number, from the number to the way back. What they say is the same whoever has the number. */
import { type Html, html, NONE } from '../view/html.ts';
import { icon } from '../view/icons.ts';
import { layout } from '../view/layout.ts';
import type { PageView } from '../view/page-view.ts';
import { button, fieldError, form, linkButton, notice, phoneNumber, rich } from '../view/parts.ts';
import { codeForm, sendAgain } from './code-screen.ts';
import { countryField, type NumberForm, numberField } from './number-screen.ts';

/** What all of these pages know: where people go who sign in another way; null: nowhere. */
interface Shown {
  otherWayUrl: string | null;
}

/** The number, and what is wrong with it or against it. */
interface ShownNumber extends Shown, Pick<NumberForm, 'countries' | 'country' | 'number' | 'error'> {
  formKey: string;
}

/** 22: the number. */
export function signInPage(view: PageView, shown: ShownNumber): string {
  const { text } = view.language;
  const { error, formKey, otherWayUrl } = shown;
  const organisation = html`<strong><bdi>${view.brand.name}</bdi></strong>`;
  return layout(view, {
    title: text('signIn.title'),
    ...(error ? { titlePrefix: text('common.error') } : {}),
    width: 'small',
    body: html`<p class="lead">${rich(view, 'signIn.to', { organisation })}</p>
${error?.field === 'form' ? notice('warn', error.text, { alert: true }) : NONE}
${form(
  view,
  '',
  html`${countryField(view, shown)}${numberField(view, shown)}
${fieldError('number-error', error?.field === 'number' ? error.text : null)}
<div class="row actions whole">${button(text('signIn.button'), 'primary')}</div>`,
  { hidden: { formKey }, classes: 'number-form' },
)}
<p class="hint after">${text('signIn.hint')}${otherWay(view, otherWayUrl)}</p>`,
  });
}

/** The code of a sign-in, as far as it is told. */
interface ShownCode extends Shown {
  international: string;
  expiresAt: Date;
  /** When the text may be asked for again; null: no more. */
  resendAfter: Date | null;
  now: Date;
  formKey: string;
  error: string | null;
}

/** 17, for a number of which nothing is said. */
export function signInCodePage(view: PageView, shown: ShownCode): string {
  const { text } = view.language;
  const { international, error, otherWayUrl } = shown;
  const lead =
    international === ''
      ? html`${text('signIn.hint')}`
      : rich(view, 'signIn.codeLead', { number: phoneNumber(view, { international }) });
  return layout(view, {
    title: text('signIn.codeTitle'),
    ...(error === null ? {} : { titlePrefix: text('common.error') }),
    width: 'small',
    body: html`<p class="lead">${lead}</p>
${codeForm(view, { ...shown, action: '/code', change: linkButton(text('call.wrongNumber'), view.base, 'text') })}
${again(view, shown)}
${otherWayUrl === null ? NONE : html`<p class="hint after">${text('code.side')}${otherWay(view, otherWayUrl)}</p>`}`,
  });
}

function again(view: PageView, { resendAfter, now }: ShownCode): Html {
  const { text } = view.language;
  if (resendAfter === null) return NONE;
  const { time, form: send } = sendAgain(view, { action: '/send-again', at: resendAfter, now });
  const help = time === null ? html`${text('signIn.againNow')}` : rich(view, 'signIn.againIn', { time });
  return html`<div class="next">${icon('message')}<div>${text('code.noMessage')}<small>${help}</small></div>${send}</div>`;
}

function otherWay(view: PageView, url: string | null): Html {
  return url === null ? NONE : html` <a href="${url}">${view.language.text('signIn.otherWay')}</a>`;
}

/** What is posted, and where. */
interface WayBack {
  returnUrl: string;
  assertion: string;
  state: string | null;
  /** Whether the script sends it at once; only the first time, or nobody could go back in the browser. */
  isSent: boolean;
}

/** The way back: the assertion is in the form only, never in an address. */
export function returningPage(view: PageView, { returnUrl, assertion, state, isSent }: WayBack): string {
  const { text } = view.language;
  const organisation = view.brand.name;
  return layout(view, {
    title: text('signIn.returning'),
    width: 'small',
    above: html`<span class="badge ok">${icon('check')}</span>`,
    body: html`<p class="lead">${isSent ? html`${text('signIn.returningText', { organisation })} ` : NONE}${text('signIn.returningHelp')}</p>
<form method="post" action="${returnUrl}"${isSent ? html` data-sent` : NONE}><input type="hidden" name="assertion" value="${assertion}">${state === null ? NONE : html`<input type="hidden" name="state" value="${state}">`}<div class="row actions">${button(text('common.continue'), 'primary')}</div></form>`,
  });
}

/** A form is still being worked on, since it was sent twice. */
export function workingPage(view: PageView): string {
  const { text } = view.language;
  return layout(view, {
    title: text('signIn.working'),
    width: 'small',
    above: html`<span class="badge">${icon('clock')}</span>`,
    body: html`<p class="lead">${text('signIn.workingText')}</p>
<div class="row actions">${linkButton(text('common.checkAgain'), `${view.base}/code`, 'primary')}${linkButton(text('signIn.startAgain'), view.base, 'text')}</div>`,
  });
}

/** Why nobody can sign in here any more. */
interface ShownEnd extends Shown {
  title: string;
  text: string;
  /** Whether another number may be typed. */
  canStartAgain: boolean;
}

/** The end, with what can be done next. */
export function signInEndPage(
  view: PageView,
  { title, text: why, canStartAgain, otherWayUrl }: ShownEnd,
): string {
  const { text } = view.language;
  const startAgain = canStartAgain ? linkButton(text('signIn.startAgain'), view.base, 'primary') : NONE;
  const other =
    otherWayUrl === null
      ? NONE
      : linkButton(text('signIn.otherWay'), otherWayUrl, canStartAgain ? 'text' : 'primary');
  return layout(view, {
    title,
    width: 'small',
    above: html`<span class="badge warn">${icon('clock')}</span>`,
    body: html`<p class="lead">${why}</p><div class="row actions">${startAgain}${other}</div>`,
  });
}
