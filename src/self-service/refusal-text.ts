import type { ErrorCode, ServiceError } from '../errors.ts';
import type { TextName } from './texts.ts';
import { type Html, html } from './view/html.ts';
import type { PageView } from './view/page-view.ts';

/** What a refusal is called on the page. */
const TEXTS: Partial<Record<ErrorCode, TextName>> = {
  'policy.textMessageRefused': 'refused.texts',
  'policy.officePhoneRefused': 'refused.office',
  'policy.mobilePhoneRefused': 'refused.mobile',
  'policy.smsSignInRefused': 'refused.policy',
  'policy.appPasswordsRefused': 'refused.policy',
  'policy.callInsteadRefused': 'refused.policy',
  'number.countryRefused': 'refused.country',
  'number.typeRefused': 'refused.type',
  'number.suppressed': 'refused.suppressed',
  'number.extensionUnsupported': 'refused.extension',
  'extension.tooLong': 'refused.extensionTooLong',
  'user.blocked': 'refused.blocked',
  'appPassword.limitReached': 'refused.appPasswords',
  'limit.reached': 'refused.limit',
  'spending.limitReached': 'refused.limit',
  'challenge.locked': 'refused.limit',
  'line.tooBusy': 'refused.busy',
  'verification.alreadyOpen': 'refused.open',
  'pin.notSet': 'refused.pin',
  'phoneMethod.mobileFirst': 'refused.mobileFirst',
  'phoneMethod.numberInUse': 'enable.inUse',
};

/** Refusals that somebody else than the person can change. */
const BY_ADMINISTRATOR: readonly TextName[] = [
  ...(['refused.policy', 'refused.texts', 'refused.office', 'refused.mobile', 'refused.country'] as const),
  ...(['refused.blocked', 'refused.pin'] as const),
];

/** A refusal in the person's language, with who can change it where that is somebody else. */
export function refusalText(
  view: PageView,
  { code, retryAfterS }: Pick<ServiceError, 'code'> & { retryAfterS?: number | undefined },
): Html {
  const name = TEXTS[code] ?? 'refused.other';
  const minutes = Math.ceil((retryAfterS ?? 0) / 60);
  const said = view.language.text(name, { organisation: view.brand.name, minutes });
  if (!BY_ADMINISTRATOR.includes(name)) return html`${said}`;
  return html`${said} ${whoCanChange(view)}`;
}

function whoCanChange({ language, brand }: PageView): Html {
  if (brand.contact === null) return html`${language.text('refused.whoKnows')}`;
  const { name, email } = brand.contact;
  return html`${language.text('refused.whoCan', { name })} <a href="mailto:${email}">${email}</a>`;
}

/** The name of whoever helps, in a sentence. */
export function helperName({ brand }: PageView): string {
  return brand.contact?.name ?? brand.name;
}
