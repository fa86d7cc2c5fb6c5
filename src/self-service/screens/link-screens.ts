/** What people see who come by a link, or without one. */
import type { TextName } from '../texts.ts';
import { type Html, html, NONE } from '../view/html.ts';
import { icon } from '../view/icons.ts';
import { layout } from '../view/layout.ts';
import type { PageView } from '../view/page-view.ts';
import { backButton, button, linkButton, notice } from '../view/parts.ts';

/**
 * A link that can be used: by pressing the button, so that what opens links by itself does not use it up.
 * @param formKey what this page is known by when its form is sent again
 */
export function linkPage(view: PageView, action: string, formKey: string): string {
  const { text } = view.language;
  return layout(view, {
    title: text('link.title'),
    width: 'middle',
    body: html`<p class="lead">${text('link.lead', { organisation: view.brand.name })}</p>
<form method="post" action="${action}"><input type="hidden" name="formKey" value="${formKey}"><div class="row actions">${button(text('link.button'), 'primary')}</div></form>
<p class="hint actions">${text('link.note')}</p>`,
  });
}

/** A link that cannot be used. @param minutes how long links last */
export function expiredPage(view: PageView, minutes: number): string {
  const { text } = view.language;
  const organisation = view.brand.name;
  return layout(view, {
    title: text('expired.title'),
    width: 'middle',
    above: html`<span class="badge warn">${icon('clock')}</span>`,
    body: html`<p class="lead">${text('expired.lead', { minutes })}</p>
<ul class="reasons"><li>${icon('check')}<span>${text('expired.finished')}</span></li><li>${icon('forward', { mirrored: true })}<span>${text('expired.otherwise', { organisation })}</span></li></ul>
${wayBack(view)}`,
  });
}

function wayBack(view: PageView): Html {
  return view.returnUrl === null ? NONE : html`<div class="row actions">${backButton(view, 'primary')}</div>`;
}

/** There is no session, or no longer. */
export function signedOutPage(view: PageView): string {
  const { text } = view.language;
  return layout(view, {
    title: text('signedOut.title'),
    width: 'middle',
    above: html`<span class="badge warn">${icon('clock')}</span>`,
    body: html`<p class="lead">${text('signedOut.lead')}</p><p class="lead">${text('signedOut.next')}</p>
${wayBack(view)}`,
  });
}

/** What somebody without scripts sees who stays. */
export function signedInPage(view: PageView): string {
  const { text } = view.language;
  const body = html`<div class="row actions">${linkButton(text('common.continue'), view.base, 'primary')}</div>`;
  return layout(view, { title: text('phones.title'), width: 'middle', body });
}

/**
 * Something that went wrong, with the id under which the log has it.
 * @param about what is as it was before, and whether there is a page to go back to
 */
export function problemPage(
  view: PageView,
  problem: { code: string; status: number; instance: string },
  about: { unchanged: TextName; canGoBack: boolean } = { unchanged: 'problem.text', canGoBack: true },
): string {
  const { text } = view.language;
  const isThere = problem.code !== 'route.notFound' && problem.code !== 'route.methodNotAllowed';
  const said =
    problem.code === 'selfService.formNotOurs'
      ? 'problem.form'
      : problem.status === 503
        ? 'problem.busy'
        : about.unchanged;
  const title = text(isThere ? 'problem.title' : 'problem.notFound');
  return layout(view, {
    title,
    titlePrefix: text('common.error'),
    width: 'middle',
    above: html`<span class="badge bad">${icon('alert')}</span>`,
    body: html`${notice('warn', text(said))}
<p class="hint actions">${text('problem.reference', { id: problem.instance.replace(/^urn:poundkey:request:/, '') })}</p>
${about.canGoBack ? html`<div class="row actions">${linkButton(text('common.back'), view.base, 'quiet')}</div>` : ''}`,
  });
}
