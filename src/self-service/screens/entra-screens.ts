/** What people see whom Entra sends to approve a sign-in, before and after they are asked. */
import type { ErrorCode } from '../../errors.ts';
import { ServiceError } from '../../errors.ts';
import type { ShownWay } from '../entra-method/ports.ts';
import type { ShownVerification } from '../ports.ts';
import { helperName, refusalText } from '../refusal-text.ts';
import { deskPhone } from '../view/desk-phone.ts';
import { type Html, html, NONE } from '../view/html.ts';
import { icon } from '../view/icons.ts';
import { layout } from '../view/layout.ts';
import type { PageView } from '../view/page-view.ts';
import { button, form, linkButton, maskedNumber, rich } from '../view/parts.ts';
import { endingOf } from './ending-screen.ts';

/** What all pages of a sign-in know. */
export interface ShownSignIn {
  /** Counts what was begun; forms carry it, so that an old one does nothing. */
  round: number;
  /** Entra waits no longer. */
  expiresAt: Date;
  ways: readonly ShownWay[];
}

/** How long Entra still waits. */
export function deadline(view: PageView, { expiresAt }: Pick<ShownSignIn, 'expiresAt'>): Html {
  const left = Math.max(0, Math.ceil((expiresAt.getTime() - view.now.getTime()) / 1000));
  const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
  const counted = html`<span class="number" data-count-to="${expiresAt.toISOString()}" data-now="${view.now.toISOString()}">${time}</span>`;
  return html`<p class="hint actions" role="timer" aria-live="off">${rich(view, 'entra.deadline', { time: counted })}</p>`;
}

/** The number of a way, as far as it is shown. */
export function numberOf(view: PageView, { maskedNumber: masked, lastDigits }: ShownWay): Html {
  return maskedNumber(view, { masked, lastDigits });
}

/** One button for each way; the first is the likely one, if `isAsked`. */
export function wayButtons(
  view: PageView,
  { round, ways }: Pick<ShownSignIn, 'round' | 'ways'>,
  { hasPrimary }: { hasPrimary: boolean },
): Html {
  return html`${ways.map((way, place) => {
    const number = numberOf(view, way);
    const label = rich(view, way.channel === 'call' ? 'entra.call' : 'entra.text', { number });
    const look = hasPrimary && place === 0 ? 'primary' : 'quiet';
    return form(view, '/now/again', button(label, look, { small: !hasPrimary }), {
      hidden: { round: String(round), way: way.name },
    });
  })}`;
}

/** Gives the sign-in up. */
export function cancelForm(view: PageView, small = false): Html {
  return form(view, '/now/cancel', button(view.language.text('common.cancel'), 'text', { small }));
}

/** A call or text that has ended without an approval: what happened, and what else can be done. */
export function overPage(
  view: PageView,
  shown: ShownSignIn & { verification: ShownVerification; way: ShownWay | null; isAdmitted: boolean },
): string {
  const { text } = view.language;
  const { verification, way } = shown;
  const ending = endingOf(verification);
  const causes = text(ending.help, { organisation: view.brand.name, name: helperName(view) }).split('\n');
  const isFinal = verification.outcome === 'fraudReported';
  return layout(view, {
    title: text(ending.title),
    above: badge(ending.isBad ?? false),
    body: html`<p class="lead">${way === null ? NONE : html`${numberOf(view, way)}. `}<strong>${text('entra.notYet')}</strong></p>
<ul class="reasons">${causes.map((cause) => html`<li>${icon('info')}<span>${cause}</span></li>`)}</ul>
${isFinal ? NONE : deadline(view, shown)}
<div class="row actions">${isFinal ? NONE : wayButtons(view, { ...shown, ways: again(shown) }, { hasPrimary: true })}${isFinal || !shown.isAdmitted ? NONE : otherNumber(view)}${cancelForm(view)}</div>`,
    side: html`${deskPhone({ state: 'idle', label: text('phone.idle'), lines: [text(ending.title), ''], isPoundNext: false })}`,
  });
}

/** Who has entered a number may correct it. */
function otherNumber(view: PageView): Html {
  return linkButton(view.language.text('enrol.otherNumber'), `${view.base}/now/number`, 'quiet');
}

/** The way that was taken first, unless nobody can be reached so. */
function again({
  ways,
  way,
  verification,
}: ShownSignIn & { verification: ShownVerification; way: ShownWay | null }) {
  const others = ways.filter(({ name }) => name !== way?.name);
  const same = ways.filter(({ name }) => name === way?.name);
  const isHopeless = ['invalidNumber', 'blocked'].includes(verification.outcome ?? '');
  return isHopeless ? others : [...same, ...others];
}

/** Nobody was asked: why, and what else can be done. */
export function refusedPage(view: PageView, shown: ShownSignIn & { code: ErrorCode }): string {
  const { text } = view.language;
  const { title, help } = whyRefused(view, shown.code);
  const isHopeless = shown.ways.length === 0;
  return layout(view, {
    title,
    above: badge(false),
    body: html`<p class="lead"><strong>${text('entra.notYet')}</strong></p>
<p class="lead">${help}</p>
${isHopeless ? NONE : deadline(view, shown)}
<div class="row actions">${wayButtons(view, shown, { hasPrimary: true })}${cancelForm(view)}</div>`,
    width: 'middle',
  });
}

function whyRefused(view: PageView, code: ErrorCode): { title: string; help: Html } {
  const { text } = view.language;
  const organisation = view.brand.name;
  if (code === 'verification.alreadyOpen')
    return { title: text('entra.callOpen'), help: html`${text('entra.callOpenHelp')}` };
  if (code === 'number.notRegistered')
    return { title: text('entra.unknown'), help: html`${text('entra.unknownHelp', { organisation })}` };
  return { title: text('end.providerError'), help: refusalText(view, new ServiceError(code, '')) };
}

/** What goes back to Entra. */
export interface WayBack {
  redirectUri: string;
  /** `id_token`, or `error`; and `state`, if Entra gave one. */
  fields: Readonly<Record<string, string>>;
  kind: 'approved' | 'failed' | 'late';
}

/** The way back: the answer is in the form only, never in an address. Without scripts, a button sends it. */
export function wayBackPage(view: PageView, { redirectUri, fields, kind }: WayBack): string {
  const { text } = view.language;
  const said = {
    approved: { title: text('signIn.returning'), lead: text('entra.approvedText') },
    failed: { title: text('entra.back'), lead: text('entra.backText') },
    late: { title: text('end.expired'), lead: text('entra.lateHelp') },
  }[kind];
  const inputs = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  return layout(
    { ...view, formToken: null },
    {
      title: said.title,
      width: 'small',
      above: kind === 'approved' ? html`<span class="badge ok">${icon('check')}</span>` : badge(false),
      body: html`<p class="lead">${said.lead} ${text('signIn.returningHelp')}</p>
<form method="post" action="${redirectUri}" data-sent>${inputs}<div class="row actions">${button(text('common.continue'), 'primary')}</div></form>`,
    },
  );
}

/** A request that cannot be trusted: nothing is sent anywhere. @param clientRequestId by which Microsoft finds it */
export function untrustedPage(
  view: PageView,
  { clientRequestId }: { clientRequestId: string | null },
): string {
  const { text } = view.language;
  return layout(view, {
    title: text('entra.untrusted'),
    titlePrefix: text('common.error'),
    width: 'middle',
    above: badge(true),
    body: html`<p class="lead">${text('entra.untrustedText')}</p>
${clientRequestId === null ? NONE : html`<p class="hint actions">${text('problem.reference', { id: clientRequestId })}</p>`}`,
  });
}

/** The page of a sign-in in another browser, or after its end. */
export function notHerePage(view: PageView, { isOver }: { isOver: boolean }): string {
  const { text } = view.language;
  return layout(view, {
    title: text(isOver ? 'signIn.over' : 'signIn.otherBrowser'),
    width: 'small',
    above: badge(false),
    body: html`<p class="lead">${text(isOver ? 'entra.lateHelp' : 'signIn.otherBrowserText')}</p>`,
  });
}

function badge(isBad: boolean): Html {
  return html`<span class="badge ${isBad ? 'bad' : 'warn'}">${icon(isBad ? 'alert' : 'clock')}</span>`;
}
