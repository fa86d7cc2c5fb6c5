/** A first sign-in of Entra: the person enters an enrolment code and a phone, and is called. */
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { z } from 'zod';
import { refusalIn } from '../../errors.ts';
import { offeredCountries } from '../countries/offered.ts';
import { refusalText } from '../refusal-text.ts';
import { NUMBER_FIELDS, readNumber } from '../routes/number-reading.ts';
import { goTo } from '../routes/page-route.ts';
import { type EnrolmentForm, enrolmentPage } from '../screens/entra-enrolment-screen.ts';
import { READING } from '../screens/number-screen.ts';
import type { Draft } from '../sessions/session-store.ts';
import { html } from '../view/html.ts';
import { type EntraAnswer, ownerAction, ownerPage } from './entra-route.ts';
import type { EntraMethodActions } from './ports.ts';
import type { SignInOwner } from './visitor.ts';

/** What these routes need. */
export interface EnrolmentDeps {
  /** Where these routes are. */
  under: `/${string}`;
  actions: Pick<EntraMethodActions, 'policyOf' | 'check'>;
}

const FIELDS = {
  ...{ ...NUMBER_FIELDS, ...READING },
  round: z
    .string()
    .regex(/^\d{1,6}$/)
    .transform(Number),
  code: z.string().max(100).default(''),
};

/** `/{method}/{id}/now/number`. */
export function enrolmentRoutes(deps: EnrolmentDeps) {
  const path = `${deps.under}/:method/:id/now/number` as const;
  return [
    ownerPage({
      path,
      operationId: 'showEntraEnrolment',
      summary: 'Enter another number',
      show: async (owner) =>
        owner.signIn.isAdmitted ? enrolmentAnswer(deps, owner, {}) : goTo(owner.view, '/now'),
    }),
    ownerAction({
      path,
      operationId: 'enrolForEntra',
      summary: 'Enter an enrolment code and a number, and be called',
      fields: FIELDS,
      act: (owner, { round, code, reading, ...typed }) =>
        enrol(deps, owner, { round, code, draft: draftOf({ ...typed, number: reading ?? typed.number }) }),
    }),
  ];
}

/** The form. What is left out of `shown` is empty. */
export async function enrolmentAnswer(
  { actions }: Pick<EnrolmentDeps, 'actions'>,
  { signIn, view }: SignInOwner,
  shown: Partial<EnrolmentForm>,
): Promise<EntraAnswer> {
  const policy = await actions.policyOf(signIn.tenantId);
  const { countries, country } = offeredCountries(policy, view.language.tag, shown.country ?? '');
  const { round, expiresAt, isAdmitted } = signIn;
  const empty = { code: '', codeError: null, number: '', extension: '', error: null };
  const body = enrolmentPage(view, { ...empty, ...shown, round, expiresAt, isAdmitted, countries, country });
  const isRight = (shown.error ?? null) === null && (shown.codeError ?? null) === null;
  return { status: isRight ? 200 : 422, body };
}

/** A mobile is known by its number; where numbers do not show it, it is called as an office phone is. */
function draftOf(typed: Pick<Draft, 'number' | 'country' | 'extension'>): Draft {
  const defaultCountry = typed.country as CountryCode;
  const type = parsePhoneNumberFromString(typed.number, { defaultCountry })?.getType();
  return { ...typed, phoneType: type === 'MOBILE' ? 'mobile' : 'office', channel: 'call' };
}

async function enrol(
  deps: EnrolmentDeps,
  owner: SignInOwner,
  { round, code, draft: typed }: { round: number; code: string; draft: Draft },
): Promise<EntraAnswer> {
  const { signIn, view } = owner;
  const { draft, shown, error } = await readNumber(deps.actions, { session: signIn, view }, typed);
  if (error !== null) return enrolmentAnswer(deps, owner, { ...shown, code, error });
  try {
    const enrolled = await signIn.enrol({ round, code, draft, locale: view.language.tag });
    if (enrolled.kind !== 'wrongCode') return goTo(view, '/now');
    return enrolmentAnswer(deps, owner, { ...shown, code, codeError: wrongCode(owner, code, enrolled.left) });
  } catch (refused) {
    const text = refusalText(view, refusalIn(refused));
    return enrolmentAnswer(deps, owner, { ...shown, code, error: { field: 'form', text: html`${text}` } });
  }
}

function wrongCode({ view: { language } }: SignInOwner, code: string, left: number): string {
  if (left <= 0) return language.text('enrol.codeTooMany');
  return code.trim() === ''
    ? language.text('enrol.codeEmpty')
    : language.text('enrol.codeWrong', { tries: left });
}
