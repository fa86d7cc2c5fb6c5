/** Questions before something is changed: pages of their own, which the script shows as dialogs. */
import { type Html, html, NONE } from '../view/html.ts';
import { layout } from '../view/layout.ts';
import type { PageView } from '../view/page-view.ts';
import { button, form, linkButton } from '../view/parts.ts';

/** A question, or an explanation why something cannot be done. */
export interface Question {
  title: string;
  text: Html;
  /** What leaves everything as it is. */
  keep: string;
  /** What changes it: where its form goes, and how it looks; null: nothing can be done here. */
  act: { label: string; action: string; look: 'primary' | 'danger'; isHelpful?: boolean } | null;
  /** Further fields of the form. */
  fields?: Html;
}

/** 19 to 21: the first focus is on what changes nothing, except where the change is what helps. */
export function questionPage(view: PageView, { title, text, keep, act, fields = NONE }: Question): string {
  const stay = linkButton(keep, view.base, act === null ? 'primary' : 'quiet', true);
  return layout(view, {
    title,
    width: 'small',
    body: html`<div data-dialog-body><p class="lead">${text}</p>${
      act === null
        ? html`<div class="row actions">${stay}</div>`
        : form(
            view,
            act.action,
            html`${fields}<div class="row actions">${stay}${button(act.label, act.look, { small: true })}</div>`,
          )
    }</div>`,
  });
}

/** A new app password: what it is for. @param error what is wrong with the name; null: nothing */
export function newPasswordQuestion(
  view: PageView,
  { formKey, name, error }: { formKey: string; name: string; error: string | null },
): string {
  const { text } = view.language;
  const wrong = error === null ? NONE : html` aria-invalid="true"`;
  return layout(view, {
    title: text('passwords.newTitle'),
    ...(error === null ? {} : { titlePrefix: text('common.error') }),
    width: 'small',
    body: html`<p class="lead">${text('passwords.newLead')}</p>
${form(
  view,
  '/app-passwords',
  html`<div class="field"><label for="name">${text('passwords.name')}</label><input class="input" id="name" name="name" type="text" maxlength="80" autocomplete="off" value="${name}" aria-describedby="name-hint name-error"${wrong}></div>
<p class="hint" id="name-hint">${text('passwords.nameExample')}</p>${error === null ? NONE : html`<p class="error" id="name-error">${error}</p>`}
<div class="row actions">${button(text('passwords.create'), 'primary')}${linkButton(text('common.back'), view.base, 'text')}</div>`,
  { hidden: { formKey } },
)}`,
  });
}
