import type { ShownVerification, TextRefusal } from '../ports.ts';
import { helperName } from '../refusal-text.ts';
import type { TextName } from '../texts.ts';
import { deskPhone } from '../view/desk-phone.ts';
import { type Html, html } from '../view/html.ts';
import { icon } from '../view/icons.ts';
import { layout } from '../view/layout.ts';
import type { PageView } from '../view/page-view.ts';
import { backButton, button, form, linkButton, phoneNumber } from '../view/parts.ts';
import { wayNameOf } from './choose-screen.ts';

/** What may be done next: the same again, another number, another way, back to the organisation. */
type Next = 'again' | 'change' | 'otherWay' | 'back';

interface Ending {
  title: TextName;
  help: TextName;
  next: readonly Next[];
  isBad?: boolean;
}

const ENDINGS: Record<string, Ending> = {
  noAnswer: { title: 'end.noAnswer', help: 'end.noAnswerHelp', next: ['again', 'change', 'otherWay'] },
  busy: { title: 'end.busy', help: 'end.busyHelp', next: ['again', 'change', 'otherWay'] },
  fraudReported: { title: 'end.fraudReported', help: 'end.fraudReportedHelp', next: ['back'], isBad: true },
  wrongDigits: { title: 'end.wrongDigits', help: 'end.wrongDigitsHelp', next: ['again', 'otherWay'] },
  noInput: { title: 'end.noInput', help: 'end.noInputHelp', next: ['again', 'otherWay'] },
  hungUp: { title: 'end.hungUp', help: 'end.hungUpHelp', next: ['again', 'otherWay'] },
  voicemail: { title: 'end.voicemail', help: 'end.voicemailHelp', next: ['again', 'change', 'otherWay'] },
  invalidNumber: { title: 'end.invalidNumber', help: 'end.invalidNumberHelp', next: ['change', 'otherWay'] },
  unreachable: { title: 'end.unreachable', help: 'end.unreachableHelp', next: ['again', 'otherWay'] },
  undelivered: { title: 'end.undelivered', help: 'end.undeliveredHelp', next: ['otherWay', 'change'] },
  blocked: { title: 'end.blocked', help: 'end.blockedHelp', next: ['otherWay', 'back'], isBad: true },
  canceled: { title: 'end.canceled', help: 'end.canceledHelp', next: ['again', 'otherWay', 'back'] },
  expired: { title: 'end.expired', help: 'end.expiredHelp', next: ['again', 'otherWay'] },
};
/** Where it is another ending of a text than of a call. */
const OF_TEXTS: Record<string, Ending> = {
  invalidNumber: { title: 'end.noTexts', help: 'end.noTextsHelp', next: ['otherWay', 'change'] },
  canceled: { title: 'end.textCanceled', help: 'end.canceledHelp', next: ['again', 'otherWay', 'back'] },
  providerError: { title: 'end.textFailed', help: 'end.providerErrorHelp', next: ['again', 'otherWay'] },
};
/** Of texts that were refused for a reason that the person must know. */
const REFUSED_TEXTS: Record<TextRefusal, Ending> = {
  stopped: { title: 'end.undelivered', help: 'end.stoppedHelp', next: ['otherWay', 'again'] },
  stoppedToName: { title: 'end.undelivered', help: 'end.stoppedToNameHelp', next: ['otherWay', 'change'] },
  heldBack: { title: 'end.undelivered', help: 'end.heldBackHelp', next: ['otherWay', 'again'] },
};
const FAILED: Ending = {
  title: 'end.providerError',
  help: 'end.providerErrorHelp',
  next: ['again', 'otherWay'],
};

/** 11 to 13 and the like: what happened, that nothing was registered, why, and what to do next. */
export function endingPage(
  view: PageView,
  { verification, formKey }: { verification: ShownVerification; formKey: string },
): string {
  const { text } = view.language;
  const ending = endingOf(verification);
  const names = { organisation: view.brand.name, name: helperName(view) };
  const causes = text(ending.help, names).split('\n');
  const { international, extension } = verification;
  return layout(view, {
    title: text(ending.title),
    above: html`<span class="badge ${ending.isBad ? 'bad' : 'warn'}">${icon(ending.isBad ? 'alert' : 'clock')}</span>`,
    body: html`<p class="lead">${phoneNumber(view, { international, extension })}. <strong>${text('end.nothingRegistered')}</strong></p>
<ul class="reasons">${causes.map((cause) => html`<li>${icon('info')}<span>${cause}</span></li>`)}</ul>
<div class="row actions">${ending.next.map((next, place) => nextButton(view, next, { verification, formKey, isFirst: place === 0 }))}</div>`,
    side: html`${deskPhone({ state: 'idle', label: text('phone.idle'), lines: [text(ending.title), ''], isPoundNext: false })}`,
  });
}

/** What is said of an ending, and what may be done next. */
export function endingOf({ channel, textRefusal, outcome }: ShownVerification): Ending {
  if (textRefusal !== null) return REFUSED_TEXTS[textRefusal];
  const ofText = channel === 'sms' ? OF_TEXTS[outcome ?? ''] : undefined;
  return ofText ?? ENDINGS[outcome ?? ''] ?? FAILED;
}

function nextButton(
  view: PageView,
  next: Next,
  { verification, formKey, isFirst }: { verification: ShownVerification; formKey: string; isFirst: boolean },
): Html {
  const { text } = view.language;
  const look = isFirst ? 'primary' : next === 'otherWay' ? 'text' : 'quiet';
  if (next === 'again') {
    const label = text(verification.channel === 'sms' ? 'end.textAgain' : 'end.again');
    return form(view, '/now/again', button(label, look), { hidden: { formKey, instead: verification.id } });
  }
  if (next === 'change')
    return linkButton(text('end.change'), `${view.base}/add/${wayNameOf(verification)}`, look);
  if (next === 'otherWay') return linkButton(text('end.otherWay'), `${view.base}/add`, look);
  if (view.returnUrl === null) return linkButton(text('phones.phones'), view.base, look);
  return backButton(view, look);
}
