/** App passwords on the page: made, shown once, revoked. */
import { randomUUIDv7 } from 'node:crypto';
import { z } from 'zod';
import { refusalIn } from '../../errors.ts';
import { refusalText } from '../refusal-text.ts';
import { newPasswordPage } from '../screens/done-screen.ts';
import { newPasswordQuestion, questionPage } from '../screens/question-screen.ts';
import { html } from '../view/html.ts';
import { appPasswordName } from '../view/parts.ts';
import {
  FormKey,
  goTo,
  type PageAnswer,
  type Person,
  personalAction,
  personalPage,
  UNCHANGED,
} from './page-route.ts';
import { doTo, type PhonesDeps, showList } from './phones-routes.ts';

const IdInPath = z.object({ id: z.guid() });
const NAME = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,80}$/u;

/** `/app-passwords/…`. */
export function appPasswordRoutes(deps: PhonesDeps) {
  const at = (path: string) => `${deps.base}${path}` as `/${string}`;
  return [
    personalPage({
      path: at('/app-passwords/new'),
      operationId: 'nameAppPassword',
      summary: 'Name a new app password',
      show: async ({ view }) => ({
        status: 200,
        body: newPasswordQuestion(view, { formKey: randomUUIDv7(), name: '', error: null }),
      }),
    }),
    personalAction({
      path: at('/app-passwords'),
      operationId: 'makeAppPassword',
      summary: 'Make an app password and see it once',
      fields: { formKey: FormKey, name: z.string().trim().max(400).default('') },
      act: (person, form) => make(deps, person, form),
    }),
    personalPage({
      path: at('/app-passwords/all/revoke'),
      operationId: 'askRevokeAll',
      summary: 'Be asked before all app passwords are revoked',
      async show({ view }) {
        const { text } = view.language;
        const act = {
          label: text('passwords.revokeAll'),
          action: '/app-passwords/all/revoke',
          look: 'danger',
        } as const;
        const question = {
          title: text('passwords.revokeAllTitle'),
          text: html`${text('passwords.revokeAllText')}`,
        };
        return {
          status: 200,
          body: questionPage(view, { ...question, keep: text('passwords.keepAll'), act }),
        };
      },
    }),
    personalAction({
      path: at('/app-passwords/all/revoke'),
      operationId: 'revokeAllMine',
      summary: 'Revoke all app passwords',
      fields: {},
      act: (person) =>
        doTo(deps, person, () => deps.actions.revokeAllAppPasswords(person.session), 'passwords.allRevoked'),
    }),
    personalPage({
      path: at('/app-passwords/:id/revoke'),
      operationId: 'askRevoke',
      summary: 'Be asked before an app password is revoked',
      params: IdInPath,
      show: (person, { id }) => askRevoke(deps, person, id),
    }),
    personalAction({
      path: at('/app-passwords/:id/revoke'),
      operationId: 'revokeMine',
      summary: 'Revoke an app password',
      params: IdInPath,
      fields: {},
      act: (person, _form, { id }) =>
        doTo(deps, person, () => deps.actions.revokeAppPassword(person.session, id), 'passwords.revoked'),
    }),
  ];
}

async function make(
  deps: PhonesDeps,
  person: Person,
  { formKey, name }: { formKey: string; name: string },
): Promise<PageAnswer> {
  const { session, view } = person;
  if (!NAME.test(name)) {
    const error = view.language.text('passwords.nameWrong');
    return { status: 422, body: newPasswordQuestion(view, { formKey, name: name.slice(0, 80), error }) };
  }
  try {
    const { appPassword } = await deps.actions.createAppPassword(session, name, formKey);
    const secret =
      appPassword === null
        ? ({ kind: 'shownBefore' } as const)
        : ({ kind: 'shown', groups: appPassword, userId: session.userId } as const);
    return { status: 200, body: newPasswordPage(view, secret), headers: UNCHANGED };
  } catch (error) {
    return showList(deps, person, { kind: 'bad', text: refusalText(view, refusalIn(error)) });
  }
}

async function askRevoke(deps: PhonesDeps, { session, view }: Person, id: string): Promise<PageAnswer> {
  const { text } = view.language;
  const found = (await deps.actions.listAppPasswords(session)).find((each) => each.id === id.toLowerCase());
  if (found === undefined) return goTo(view, '');
  return {
    status: 200,
    body: questionPage(view, {
      title: text('passwords.revokeTitle'),
      text: html`${text('passwords.revokeText', { name: appPasswordName(view, found.name) })}`,
      keep: text('passwords.keep'),
      act: { label: text('passwords.revoke'), action: `/app-passwords/${found.id}/revoke`, look: 'danger' },
    }),
  };
}
