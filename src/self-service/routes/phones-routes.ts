/** The phones and app passwords of a person: the list, and what is done with it. */
import { z } from 'zod';
import { refusalIn } from '../../errors.ts';
import type { Route } from '../../platform/http/route.ts';
import type { ListedPhone, PageActions } from '../ports.ts';
import { refusalText } from '../refusal-text.ts';
import { groupedNumber, phonesPage } from '../screens/phones-screen.ts';
import { type Question, questionPage } from '../screens/question-screen.ts';
import type { TextName } from '../texts.ts';
import { type Html, html } from '../view/html.ts';
import { phoneNumber, rich } from '../view/parts.ts';
import {
  goTo,
  type PageAnswer,
  type Person,
  personalAction,
  personalPage,
  type Visitor,
} from './page-route.ts';

/** What these routes need. */
export interface PhonesDeps {
  base: string;
  actions: PageActions;
}

const IdInPath = z.object({ id: z.guid() });

/** The list itself, and `/phones/{id}/…`. */
export function phonesRoutes(deps: PhonesDeps): Route<Visitor>[] {
  const at = (path: string) => `${deps.base}${path}` as `/${string}`;
  return [
    personalPage({
      path: at(''),
      operationId: 'showPhones',
      summary: 'See the phones and app passwords',
      show: (person) => showList(deps, person, null),
    }),
    ...ASKED.flatMap((asked) => routesOf(deps, asked)),
  ];
}

function routesOf(deps: PhonesDeps, { part, question, act }: Asked) {
  const path = `${deps.base}/phones/:id/${part}` as `/${string}`;
  return [
    personalPage({
      path,
      operationId: `ask-${part}`,
      summary: `Be asked before: ${part}`,
      params: IdInPath,
      show: (person, { id }) => ask(deps, person, id, question),
    }),
    personalAction({
      path,
      operationId: `do-${part}`,
      summary: `Do it: ${part}`,
      params: IdInPath,
      fields: {},
      act: (person, _form, { id }) => doTo(deps, person, () => act(deps.actions, person, id), DONE[part]),
    }),
  ];
}

type Part = 'remove' | 'default' | 'enable' | 'disable';

const DONE: Record<Part, TextName> = {
  remove: 'phones.removed',
  default: 'phones.madeDefault',
  enable: 'enable.done',
  disable: 'disable.done',
};

interface Asked {
  part: Part;
  question(
    person: Person,
    phone: ListedPhone,
    phones: readonly ListedPhone[],
    deps: PhonesDeps,
  ): Promise<Question> | Question;
  act(actions: PageActions, person: Person, id: string): Promise<unknown>;
}

const ASKED: readonly Asked[] = [
  { part: 'remove', question: removal, act: (actions, { session }, id) => actions.removePhone(session, id) },
  {
    part: 'default',
    question: defaultQuestion,
    act: (actions, { session }, id) => actions.setDefault(session, id),
  },
  {
    part: 'enable',
    question: enabling,
    act: (actions, { session }, id) => actions.enableSmsSignIn(session, id),
  },
  {
    part: 'disable',
    question: disabling,
    act: (actions, { session }, id) => actions.disableSmsSignIn(session, id),
  },
];

/** Shows the list, with what was just done or why it was not. */
export async function showList(
  deps: PhonesDeps,
  { session, view }: Person,
  said: { kind: 'ok' | 'bad'; text: string | Html } | null,
): Promise<PageAnswer> {
  const { actions } = deps;
  const [phones, appPasswords, policy] = await Promise.all([
    actions.listPhones(session),
    actions.listAppPasswords(session),
    actions.policyOf(session.tenantId),
  ]);
  if (phones.length === 0 && appPasswords.length === 0 && said === null) return goTo(view, '/add');
  const canCreatePasswords = policy.appPassword.onRequest;
  const body = phonesPage(view, { user: session.userId, phones, appPasswords, canCreatePasswords, said });
  return { status: said?.kind === 'bad' ? 409 : 200, body };
}

/** Does something to the list and shows it. What is refused is said there; what is gone already was done by another click. */
export async function doTo(
  deps: PhonesDeps,
  person: Person,
  act: () => Promise<unknown>,
  done: TextName,
): Promise<PageAnswer> {
  try {
    await act();
  } catch (error) {
    const refusal = refusalIn(error);
    if (refusal.status !== 404)
      return showList(deps, person, { kind: 'bad', text: refusalText(person.view, refusal) });
  }
  return showList(deps, person, { kind: 'ok', text: person.view.language.text(done) });
}

async function ask(
  deps: PhonesDeps,
  person: Person,
  id: string,
  question: Asked['question'],
): Promise<PageAnswer> {
  const phones = await deps.actions.listPhones(person.session);
  const phone = phones.find((each) => each.id === id.toLowerCase());
  if (phone === undefined) return goTo(person.view, '');
  return { status: 200, body: questionPage(person.view, await question(person, phone, phones, deps)) };
}

const numberOf = ({ view }: Person, phone: ListedPhone) => phoneNumber(view, groupedNumber(phone));

async function removal(
  person: Person,
  phone: ListedPhone,
  phones: readonly ListedPhone[],
  deps: PhonesDeps,
): Promise<Question> {
  const { view, session } = person;
  const { text } = view.language;
  const { codes } = phone.removal;
  if (codes.includes('phoneMethod.isDefault')) return defaultFirst(person, phone, phones);
  const number = numberOf(person, phone);
  if (!phone.removal.allowed)
    return {
      title: text('mobileNeeded.title'),
      text: rich(view, 'mobileNeeded.text', { number }),
      keep: text('default.close'),
      act: null,
    };
  const { appPassword } = await deps.actions.policyOf(session.tenantId);
  const goes = appPassword.revokeOnRemoval && phone.isVerified;
  const passwords = text(goes ? 'remove.passwordsGo' : 'remove.passwordsStay');
  return {
    title: text('remove.title'),
    text: html`${rich(view, 'remove.text', { number })} ${passwords}`,
    keep: text('remove.keep'),
    act: { label: text('phones.remove'), action: `/phones/${phone.id}/remove`, look: 'danger' },
  };
}

/** The default cannot go: another phone becomes the default first, if there is one. */
function defaultFirst(person: Person, phone: ListedPhone, phones: readonly ListedPhone[]): Question {
  const { view } = person;
  const { text } = view.language;
  const other = phones.find(({ id, isVerified }) => id !== phone.id && isVerified);
  const number = numberOf(person, phone);
  return {
    title: text('default.title'),
    text: rich(view, other ? 'default.text' : 'default.onlyOne', { number }),
    keep: text('default.close'),
    act: other
      ? {
          label: text('default.make', { number: endOf(other) }),
          action: `/phones/${other.id}/default`,
          look: 'primary',
        }
      : null,
  };
}

/** The last two groups of digits: enough to tell the phones of one person apart. */
const endOf = ({ phoneNumber }: ListedPhone): string => `…${phoneNumber.split(' ').slice(-2).join(' ')}`;

function defaultQuestion(person: Person, phone: ListedPhone): Question {
  const { text } = person.view.language;
  const number = endOf(phone);
  return {
    title: text('phones.makeDefault'),
    text: html`${numberOf(person, phone)}`,
    keep: text('common.cancel'),
    act: { label: text('default.make', { number }), action: `/phones/${phone.id}/default`, look: 'primary' },
  };
}

function enabling(person: Person, phone: ListedPhone): Question {
  const { text } = person.view.language;
  return {
    title: text('enable.title'),
    text: rich(person.view, 'enable.text', { number: numberOf(person, phone) }),
    keep: text('enable.notNow'),
    act: { label: text('banner.enable'), action: `/phones/${phone.id}/enable`, look: 'primary' },
  };
}

function disabling(person: Person, phone: ListedPhone): Question {
  const { text } = person.view.language;
  return {
    title: text('disable.title'),
    text: rich(person.view, 'disable.text', { number: numberOf(person, phone) }),
    keep: text('common.cancel'),
    act: { label: text('disable.button'), action: `/phones/${phone.id}/disable`, look: 'danger' },
  };
}
