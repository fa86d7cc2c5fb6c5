import type { ShownVerification } from '../ports.ts';
import type { TextName } from '../texts.ts';
import { type DeskPhone, deskPhone } from '../view/desk-phone.ts';
import { type Html, html, NONE } from '../view/html.ts';
import { layout } from '../view/layout.ts';
import type { PageView } from '../view/page-view.ts';
import { button, form, inlineKey, keyCap, notice, phoneNumber, rich } from '../view/parts.ts';
import { type CallStage, deadlineOf, STAGES, secondsOf, stageOf } from './call-stage.ts';

/** After this a person may have another call, s: a phone rings late more often than a call is lost. */
const AGAIN_AFTER_S = 20;

/** What is shown of a call. */
export interface ShownCall {
  verification: ShownVerification;
  policy: { ringTimeoutS: number; callTimeLimitS: number };
  now: Date;
  formKey: string;
}

/**
 * 06 to 10: a call, live. What stands in an element with `data-live` is taken over from a newer version of the page by
 * the script, so that both always say the same; the region that is read out stays the same element.
 */
export function callPage(view: PageView, call: ShownCall): string {
  const { international, extension } = call.verification;
  return liveCallPage(view, call, {
    step: 3,
    lead: html`<p class="lead">${phoneNumber(view, { international, extension })}</p>`,
    buttons: (stage) => buttons(view, call, stage),
  });
}

/** What stands around a call. */
export interface CallFrame {
  /** The place among the pages of the set-up; left out: it is none of them. */
  step?: number;
  lead: Html;
  buttons(stage: CallStage): Html;
}

/** A call, live, in the frame of a page of its own. It is at `/now` of that page, and its events at `/now/events`. */
export function liveCallPage(view: PageView, call: ShownCall, frame: CallFrame): string {
  const { text } = view.language;
  const stage = stageOf(call.verification);
  return layout(view, {
    title: text('call.title'),
    ...(frame.step === undefined ? {} : { step: frame.step }),
    body: html`${frame.lead}
<div class="offline" role="alert" data-text="offline" hidden>${notice('warn', rich(view, 'call.offline', { key: inlineKey('#', text('common.poundKey')) }))}</div>
<div class="live-call" data-live-page="${view.base}/now" data-events="${view.base}/now/events" data-stage="${stage}">
${callBox(view, call, stage)}
${trail(view, call, stage)}
</div>
${checkAgain(view)}
<div class="row tight actions" data-live="buttons">${frame.buttons(stage)}</div>
${advice(view)}`,
    side: html`<div data-live="phone">${deskPhone(phoneAt(view, stage, call))}</div><p data-live="side">${sideText(view, stage, call.verification)}</p>`,
    sideOnPhones: true,
  });
}

/** For whom the page does not change by itself: without scripts, or where the script was not loaded, which hides it. */
export function checkAgain({ base, language: { text } }: PageView): Html {
  return html`<div data-without-script><p class="hint actions">${text('call.noScript')}</p><p><a class="button quiet small" href="${base}/now">${text('common.checkAgain')}</a></p></div>`;
}

function callBox(view: PageView, { verification, policy, now }: ShownCall, stage: CallStage): Html {
  const { title, help, keys } = wordsOf(view, stage, verification, now);
  const deadline = stage === 'ringing' || stage === 'answered' ? deadlineOf(verification, policy) : null;
  return html`<div class="call-box">
<span class="timer" role="timer" aria-live="off" data-live="timer">${deadline ? timer(view, deadline, now) : NONE}</span>
<div role="status" id="live-status"><h2 data-live="title">${title}</h2><p data-live="help">${help}</p><span class="hidden" data-live="spoken">${spoken(view, stage, verification)}</span></div>
<div class="caps" aria-hidden="true" data-live="caps" translate="no">${[...keys].map(keyCap)}</div>
<span class="hidden" role="status" data-says-time></span><span data-live="bar">${deadline ? bar(deadline, now) : NONE}</span></div>`;
}

interface Words {
  title: string;
  help: string;
  /** The keys to press, as they are drawn. */
  keys: string;
}

function wordsOf(
  { language }: PageView,
  stage: CallStage,
  verification: ShownVerification,
  now: Date,
): Words {
  const { text } = language;
  const { challenge, digits, expectedCallAt } = verification;
  if (stage === 'inLine') {
    const ms = Math.max(0, (expectedCallAt ?? now).getTime() - now.getTime());
    // In steps: each change is read out.
    const seconds = 5 * Math.ceil(ms / 5_000);
    return {
      title: text(seconds > 15 ? 'call.inLine' : 'call.inLineNext'),
      help: text('call.inLineHelp', { seconds }),
      keys: '',
    };
  }
  if (stage === 'dialling')
    return { title: text('call.dialling'), help: text('call.diallingHelp'), keys: digitsAhead(verification) };
  if (stage === 'checking')
    return { title: text('call.checking'), help: text('call.checkingHelp'), keys: '' };
  const names = TITLES[stage][challenge === 'pin' ? 'pin' : digits === null ? 'pound' : 'digits'];
  return { title: text(names[0]), help: text(names[1]), keys: `${digits ?? ''}#` };
}

/** The digits are shown before the phone rings, so that nobody has to look for them with the handset at the ear. */
function digitsAhead({ digits }: ShownVerification): string {
  return digits === null ? '' : `${digits}#`;
}

const TITLES: Record<'ringing' | 'answered', Record<'pound' | 'digits' | 'pin', [TextName, TextName]>> = {
  ringing: {
    pound: ['call.ringing', 'call.ringingHelp'],
    digits: ['call.ringingDigits', 'call.digitsHelp'],
    pin: ['call.ringingPin', 'call.ringingHelp'],
  },
  answered: {
    pound: ['call.answered', 'call.answeredHelp'],
    digits: ['call.digits', 'call.digitsHelp'],
    pin: ['call.answeredPin', 'call.answeredHelp'],
  },
};

/** The keys by their names, for those who do not see them. */
function spoken({ language: { text } }: PageView, stage: CallStage, { digits }: ShownVerification): string {
  if (stage !== 'ringing' && stage !== 'answered') return '';
  return text('call.digitsSpoken', { keys: [...(digits ?? ''), text('common.poundKey')].join(', ') });
}

function timer({ language }: PageView, { until }: { until: Date }, now: Date): Html {
  const left = Math.max(0, Math.ceil((until.getTime() - now.getTime()) / 1000));
  const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
  const said = language.pieces<object>('call.left', {
    time: html`<span data-count-to="${until.toISOString()}" data-now="${now.toISOString()}">${time}</span>`,
  });
  return html`${said}`;
}

function bar({ from, until }: { from: Date; until: Date }, now: Date): Html {
  const whole = until.getTime() - from.getTime();
  const left = Math.max(0, until.getTime() - now.getTime());
  return html`<progress class="time-bar" aria-hidden="true" max="${whole}" value="${left}" data-bar-to="${until.toISOString()}"></progress>`;
}

const STEP_NAMES: Record<CallStage, TextName> = {
  inLine: 'call.stepInLine',
  dialling: 'call.stepDialling',
  ringing: 'call.stepRinging',
  answered: 'call.stepAnswered',
  checking: 'call.stepChecking',
};

function trail({ language: { text } }: PageView, { verification, now }: ShownCall, stage: CallStage): Html {
  const at = STAGES.indexOf(stage);
  return html`<ol class="trail" data-live="trail">${STAGES.map((each, place) => {
    const seconds = place <= at ? secondsOf(each, verification, now) : null;
    const state = place < at ? html` class="past"` : place === at ? html` aria-current="step"` : NONE;
    return html`<li${state}><span>${text(STEP_NAMES[each])}</span><small>${seconds === null ? '' : text('call.seconds', { seconds })}</small></li>`;
  })}</ol>`;
}

function buttons(view: PageView, { verification, now, formKey }: ShownCall, stage: CallStage): Html {
  const { text } = view.language;
  if (stage === 'checking') return NONE;
  const wait = secondsUntilAgain(verification, now);
  const isHeard = stage === 'answered';
  return html`${stage === 'inLine' ? NONE : adviceButton(view, stage)}
${isHeard ? NONE : form(view, '/now/wrong-number', button(text('call.wrongNumber'), 'quiet', { small: true }))}
${stage === 'inLine' ? NONE : form(view, '/now/again', againButton(view, wait), { hidden: { formKey, instead: verification.id } })}
${form(view, '/now/cancel', button(text('common.cancel'), 'text', { small: true }))}`;
}

/** How long until another call may be asked for, s. */
export function secondsUntilAgain({ createdAt }: ShownVerification, now: Date): number {
  return Math.max(0, Math.ceil(AGAIN_AFTER_S - (now.getTime() - createdAt.getTime()) / 1000));
}

/** Opens what helps when nothing is to be heard. */
export function adviceButton({ language: { text } }: PageView, stage: CallStage): Html {
  return html`<button type="button" class="button quiet small" data-opens="advice" aria-expanded="false" aria-controls="advice">${text(stage === 'answered' ? 'call.hearNothing' : 'call.doesNotRing')}</button>`;
}

/** Before its time it can be reached, and shows how long it takes, but does nothing; its name stays what it is. */
export function againButton({ language: { text } }: PageView, wait: number): Html {
  if (wait === 0) return button(text('call.again'), 'quiet', { small: true });
  return html`<button class="button quiet small" aria-disabled="true" data-enable-in="${wait}" data-label="${text('call.again')}"><span aria-hidden="true">${text('call.againIn', { seconds: wait })}</span><span class="hidden">${text('call.again')}</span></button>`;
}

function advice({ language: { text } }: PageView): Html {
  return html`<div class="advice" id="advice" hidden><h2>${text('call.adviceTitle')}</h2><ul><li>${text('call.adviceNumber')}</li><li>${text('call.adviceForwarded')}</li><li>${text('call.adviceRinger')}</li></ul></div>`;
}

function phoneAt({ language: { text }, brand }: PageView, stage: CallStage, call: ShownCall): DeskPhone {
  const number = call.verification.callerNumber ?? '';
  if (stage === 'answered' || stage === 'checking')
    return {
      state: 'lifted',
      label: text('phone.lifted'),
      lines: [brand.name, text('phone.inCall')],
      isPoundNext: true,
    };
  if (stage === 'ringing')
    return { state: 'ringing', label: text('phone.ringing'), lines: [brand.name, number], isPoundNext: true };
  return { state: 'idle', label: text('phone.idle'), lines: ['', ''], isPoundNext: false };
}

function sideText(view: PageView, stage: CallStage, { digits }: ShownVerification): Html {
  const { text } = view.language;
  if (digits !== null && stage !== 'inLine' && stage !== 'checking') return html`${text('call.sideDigits')}`;
  return rich(view, 'call.side', { key: inlineKey('0', '0') });
}
