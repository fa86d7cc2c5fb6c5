import type { ListedAppPassword, ListedPhone } from '../ports.ts';
import { refusalText } from '../refusal-text.ts';
import type { TextName } from '../texts.ts';
import { type Html, html, NONE } from '../view/html.ts';
import { icon } from '../view/icons.ts';
import { layout } from '../view/layout.ts';
import type { PageView } from '../view/page-view.ts';
import { account, appPasswordName, linkButton, notice, phoneNumber, rich, spaced } from '../view/parts.ts';
import { wayNameOf } from './choose-screen.ts';

/** What the list shows. */
export interface Overview {
  user: string;
  phones: readonly ListedPhone[];
  appPasswords: readonly ListedAppPassword[];
  canCreatePasswords: boolean;
  /** What was just done, or why it was not; null: nothing. */
  said: { kind: 'ok' | 'bad'; text: string | Html } | null;
}

const TYPES: Record<ListedPhone['phoneType'], TextName> = {
  office: 'phones.office',
  mobile: 'phones.mobile',
  alternateMobile: 'phones.alternateMobile',
};

/** A number as `phoneNumber` shows it. */
export function groupedNumber(phone: Pick<ListedPhone, 'phoneNumber' | 'extension'>): {
  international: string;
  extension: string | null;
} {
  return { international: phone.phoneNumber, extension: phone.extension };
}

/** 18: the phones and app passwords. */
export function phonesPage(view: PageView, overview: Overview): string {
  const { text } = view.language;
  const { user, phones, said } = overview;
  const banner = phones.find(({ smsSignInState }) => smsSignInState === 'notEnabled');
  const add = html`${icon('plus', { small: true })}${text('phones.add')}`;
  return layout(view, {
    title: text('phones.title'),
    ...(said?.kind === 'bad' ? { titlePrefix: text('common.error') } : {}),
    width: 'list',
    body: html`${account(view, user)}
${said === null ? NONE : notice(said.kind, said.text, { alert: true })}
${banner === undefined ? NONE : enableBanner(view, banner)}
<div class="section-head"><h2>${text('phones.phones')}</h2>${linkButton(add, `${view.base}/add`, 'quiet', true)}</div>
${phones.length === 0 ? html`<p class="lead">${text('phones.none')}</p>` : html`<ul class="card">${phones.map((phone) => phoneRow(view, phone))}</ul>`}
${passwordsPart(view, overview)}`,
  });
}

function enableBanner(view: PageView, phone: ListedPhone): Html {
  const { text } = view.language;
  const number = phoneNumber(view, groupedNumber(phone));
  return html`<div class="banner">${icon('mobile')}<div><h2>${text('banner.title')}</h2><p>${rich(view, 'banner.text', { number })}</p></div>${linkButton(text('banner.enable'), `${view.base}/phones/${phone.id}/enable`, 'primary', true)}</div>`;
}

function phoneRow(view: PageView, phone: ListedPhone): Html {
  const { text } = view.language;
  const { id, phoneType, isDefault, isVerified, smsSignInState, createdAt } = phone;
  const link = (action: string, name: TextName) =>
    html`<a class="link" data-opens-dialog href="${view.base}/phones/${id}/${action}" aria-label="${text('phones.ofNumber', { action: text(name), number: spaced(phone.phoneNumber) })}">${text(name)}</a>`;
  const facts = [
    text(TYPES[phoneType]),
    text('phones.added', { date: createdAt }),
    ...(isVerified ? [] : [text('phones.notVerified')]),
    ...(smsSignInState === 'ready' ? [text('phones.signsIn')] : []),
    ...(smsSignInState === 'phoneNumberNotUnique' ? [text('enable.inUse')] : []),
  ];
  // A mobile is verified by text or by call: that is asked first.
  const verify = phoneType === 'mobile' ? '/add' : `/add/${wayNameOf({ phoneType, channel: 'call' })}`;
  return html`<li>${icon(phoneType === 'office' ? 'desk' : 'mobile')}<span><span class="name-line"><b>${phoneNumber(view, groupedNumber(phone))}</b>${isDefault ? html`<span class="tag">${text('phones.default')}</span>` : NONE}</span><small>${facts.join(' · ')}</small></span>
<span class="row tight">${isVerified ? NONE : html`<a class="link" href="${view.base}${verify}">${text('phones.verify')}</a>`}${isVerified && !isDefault ? link('default', 'phones.makeDefault') : NONE}${smsSignInState === 'ready' ? link('disable', 'phones.signInOff') : NONE}${link('remove', 'phones.remove')}</span></li>`;
}

function passwordsPart(view: PageView, { appPasswords, canCreatePasswords }: Overview): Html {
  const { text } = view.language;
  const create = html`${icon('plus', { small: true })}${text('passwords.create')}`;
  return html`<div class="section-head"><h2>${text('passwords.title')}</h2>${canCreatePasswords ? linkButton(create, `${view.base}/app-passwords/new`, 'quiet', true) : NONE}</div>
${canCreatePasswords ? NONE : html`<p class="hint">${refusalText(view, { code: 'policy.appPasswordsRefused' })}</p>`}
${appPasswords.length === 0 ? html`<p class="lead">${text('passwords.none')}</p>` : html`<ul class="card">${appPasswords.map((each) => passwordRow(view, each))}</ul>`}
${appPasswords.length < 2 ? NONE : html`<p><a class="link red" href="${view.base}/app-passwords/all/revoke">${text('passwords.revokeAll')}</a></p>`}`;
}

function passwordRow(
  view: PageView,
  { id, name, createdAt, expiresAt, lastUsedAt }: ListedAppPassword,
): Html {
  const { text } = view.language;
  const facts = [
    lastUsedAt === null ? text('passwords.neverUsed') : text('passwords.lastUsed', { date: lastUsedAt }),
    text('passwords.created', { date: createdAt }),
    ...(expiresAt === null ? [] : [text('passwords.expires', { date: expiresAt })]),
  ];
  const shown = appPasswordName(view, name);
  const label = text('phones.ofNumber', { action: text('passwords.revoke'), number: shown });
  return html`<li>${icon('key')}<span><b><bdi>${shown}</bdi></b><small>${facts.join(' · ')}</small></span><span class="row"><a class="link" data-opens-dialog href="${view.base}/app-passwords/${id}/revoke" aria-label="${label}">${text('passwords.revoke')}</a></span></li>`;
}
