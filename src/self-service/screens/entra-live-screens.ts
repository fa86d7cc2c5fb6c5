/** What people see whom Entra sends to approve a sign-in, while they are asked. */
import type { ShownWay } from '../entra-method/ports.ts';
import type { ShownVerification } from '../ports.ts';
import { deskPhone } from '../view/desk-phone.ts';
import { type Html, html, NONE } from '../view/html.ts';
import { icon } from '../view/icons.ts';
import { layout } from '../view/layout.ts';
import type { PageView } from '../view/page-view.ts';
import { form, rich } from '../view/parts.ts';
import {
  adviceButton,
  againButton,
  checkAgain,
  liveCallPage,
  type ShownCall,
  secondsUntilAgain,
} from './call-screen.ts';
import type { CallStage } from './call-stage.ts';
import { codeForm, sendAgain } from './code-screen.ts';
import { cancelForm, deadline, numberOf, type ShownSignIn, wayButtons } from './entra-screens.ts';

/** A sign-in for which somebody is asked. */
interface Asked extends ShownSignIn {
  verification: ShownVerification;
  way: ShownWay | null;
  formKey: string;
}

/** The call, live. */
export function entraCallPage(view: PageView, asked: Asked, policy: ShownCall['policy']): string {
  const { way, verification, formKey } = asked;
  const organisation = html`<bdi>${view.brand.name}</bdi>`;
  const lead = way === null ? NONE : rich(view, 'entra.lead', { organisation, number: numberOf(view, way) });
  return liveCallPage(
    view,
    { verification, policy, now: view.now, formKey },
    {
      lead: html`<p class="lead">${lead}</p>${deadline(view, asked)}`,
      buttons: (stage) => buttons(view, asked, stage),
    },
  );
}

function buttons(view: PageView, asked: Asked, stage: CallStage): Html {
  if (stage === 'checking') return NONE;
  const { way, ways, round, verification } = asked;
  const again = againButton(view, secondsUntilAgain(verification, view.now));
  const others = ways.filter(({ name }) => name !== way?.name);
  return html`${stage === 'inLine' ? NONE : adviceButton(view, stage)}
${stage === 'inLine' || way === null ? NONE : form(view, '/now/again', again, { hidden: { round: String(round), way: way.name } })}
${wayButtons(view, { round, ways: others }, { hasPrimary: false })}
${cancelForm(view, true)}`;
}

/** The code of a text, live. @param error why the last code was not taken; null: none was typed */
export function entraCodePage(view: PageView, asked: Asked, error: string | null): string {
  const { text } = view.language;
  const { verification, way, formKey, expiresAt } = asked;
  const isSent = verification.state === 'sent' || verification.outcome !== null;
  const number = way === null ? NONE : numberOf(view, way);
  const lasts = new Date(Math.min(verification.expiresAt.getTime(), expiresAt.getTime()));
  const typing = { formKey, error, now: view.now, expiresAt: lasts };
  return layout(view, {
    title: text('code.title'),
    ...(error === null ? {} : { titlePrefix: text('common.error') }),
    body: html`<p class="lead" role="status" data-live="title">${rich(view, isSent ? 'code.lead' : 'code.sending', { number })}</p>
${deadline(view, asked)}
<div class="live-call" data-live-page="${view.base}/now" data-events="${view.base}/now/events" data-stage="${verification.state}"></div>
${codeForm(view, { ...typing, action: '/now/code', change: NONE })}
${another(view, asked)}
${checkAgain(view)}`,
    side: html`${deskPhone({ state: 'idle', label: text('phone.idle'), lines: ['', ''], isPoundNext: false })}<p>${text('code.side')}</p>`,
    sideOnPhones: true,
  });
}

/** The text once more, another way, or none. */
function another(view: PageView, { verification, ways, way, round }: Asked): Html {
  const { text } = view.language;
  const again = sendAgain(view, { action: '/now/send-again', at: verification.textAgainAt, now: view.now });
  const help =
    again.time === null
      ? html`${text('signIn.againNow')}`
      : rich(view, 'signIn.againIn', { time: again.time });
  const others = ways.filter(({ name }) => name !== way?.name);
  return html`<div class="next">${icon('message')}<div>${text('code.noMessage')}<small>${help}</small></div><div class="row tight">${again.form}${wayButtons(view, { round, ways: others }, { hasPrimary: false })}${cancelForm(view, true)}</div></div>`;
}
