import type { ServiceError } from '../../errors.ts';
import type { Way } from '../ports.ts';
import { refusalText } from '../refusal-text.ts';
import type { TextName } from '../texts.ts';
import { deskPhone } from '../view/desk-phone.ts';
import { type Html, html, NONE } from '../view/html.ts';
import { type IconName, icon } from '../view/icons.ts';
import { layout } from '../view/layout.ts';
import type { PageView } from '../view/page-view.ts';
import { account, inlineKey, rich } from '../view/parts.ts';

/** The ways to be reached, by the last part of their address. */
export const WAYS = {
  office: { phoneType: 'office', channel: 'call' },
  'mobile-by-call': { phoneType: 'mobile', channel: 'call' },
  'mobile-by-text': { phoneType: 'mobile', channel: 'sms' },
  'other-mobile': { phoneType: 'alternateMobile', channel: 'call' },
} as const satisfies Record<string, Way>;
export type WayName = keyof typeof WAYS;

/** The name of a way. */
export function wayNameOf({ phoneType, channel }: Way): WayName {
  if (phoneType === 'office') return 'office';
  if (phoneType === 'alternateMobile') return 'other-mobile';
  return channel === 'sms' ? 'mobile-by-text' : 'mobile-by-call';
}

const LOOKS: Record<WayName, { name: TextName; how: TextName; icon: IconName }> = {
  office: { name: 'choose.office', how: 'choose.officeHow', icon: 'desk' },
  'mobile-by-call': { name: 'choose.mobileCall', how: 'choose.mobileCallHow', icon: 'mobile' },
  'mobile-by-text': { name: 'choose.mobileText', how: 'choose.mobileTextHow', icon: 'message' },
  'other-mobile': { name: 'choose.alternate', how: 'choose.alternateHow', icon: 'mobile' },
};

/** Refusals that are about the moment, or about the number that is still to be typed: the way itself is open. */
const PASSING: readonly string[] = [
  'number.invalid',
  'verification.alreadyOpen',
  'limit.reached',
  'line.tooBusy',
];

/** What is against a way, if anything is that no number could change. */
export function lastingRefusal(refusals: readonly ServiceError[]): ServiceError | undefined {
  return refusals.find(({ code }) => !PASSING.includes(code));
}

/** 01: how people want to be reached. @param user whose phones they are */
export function choosePage(
  view: PageView,
  { ways, user }: { ways: readonly (Way & { refusals: ServiceError[] })[]; user: string },
): string {
  const { text } = view.language;
  // Another mobile comes after the first one: until then it is no choice.
  const offered = ways.filter(
    ({ phoneType, refusals }) =>
      phoneType !== 'alternateMobile' || !refusals.some(({ code }) => code === 'phoneMethod.mobileFirst'),
  );
  return layout(view, {
    title: text('choose.title'),
    body: html`<p class="lead">${text('choose.lead', { organisation: view.brand.name })}</p>
${account(view, user)}
<ul class="choices">${offered.map((way) => html`<li>${choice(view, way)}</li>`)}</ul>`,
    side: html`${deskPhone({ state: 'idle', label: text('phone.idle'), lines: [view.brand.name, ''], isPoundNext: true })}<p>${text('choose.side')}</p>`,
    sideOnPhones: true,
  });
}

function choice(view: PageView, way: Way & { refusals: ServiceError[] }): Html {
  const { text } = view.language;
  const name = wayNameOf(way);
  const look = LOOKS[name];
  const refusal = lastingRefusal(way.refusals);
  if (refusal)
    return html`<div class="choice refused" aria-disabled="true"><span class="drawing">${icon('lock')}</span><span><b>${text(look.name)}</b><small>${refusalText(view, refusal)}</small></span></div>`;
  const how =
    name === 'office'
      ? rich(view, look.how, { key: inlineKey('#', text('common.poundKey')) })
      : html`${text(look.how)}`;
  return html`<a class="choice" href="${view.base}/add/${name}"><span class="drawing">${icon(look.icon)}</span><span><b>${text(look.name)}</b><small>${how}</small></span><span class="go">${icon('forward', { mirrored: true })}</span></a>${NONE}`;
}
