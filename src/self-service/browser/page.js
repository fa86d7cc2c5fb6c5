/** Runs on every page: what all of them need, and then what this one needs. */

import { prepareCode } from './code.js';
import { enableLater, startCounting } from './counting.js';
import { prepareCountry } from './country.js';
import { prepareDialogs } from './dialogs.js';
import { prepareLeave } from './leave.js';
import { prepareLive } from './live.js';
import { prepareNumber } from './number.js';
import { prepareSecret } from './secret.js';
import { prepareSession } from './session.js';

/** A second click on a button within this time does nothing, ms. The server would take it for the same request anyway. */
const DOUBLE_CLICK_MS = 2_000;

/** Ignores the second click, without disabling anything that a browser would restore disabled. */
function ignoreDoubleClicks() {
  /** @type {WeakMap<HTMLFormElement, number>} */
  const sent = new WeakMap();
  document.addEventListener('submit', (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const button = /** @type {HTMLElement | null} */ (/** @type {SubmitEvent} */ (event).submitter);
    const before = sent.get(form) ?? Number.NEGATIVE_INFINITY;
    if (button?.getAttribute('aria-disabled') === 'true' || performance.now() - before < DOUBLE_CLICK_MS)
      return event.preventDefault();
    sent.set(form, performance.now());
  });
}

/** A page that the browser kept for going back shows what was then: it is loaded anew. */
function reloadKeptPages() {
  addEventListener('pageshow', (event) => {
    if (event.persisted) location.reload();
  });
}

/** Brings the focus to what is wrong, or to the heading once people are inside, so that it is read out first. */
function placeFocus() {
  const wrong = document.querySelector('[aria-invalid=true]');
  if (wrong instanceof HTMLElement) return wrong.focus();
  if (document.referrer.startsWith(location.origin)) document.getElementById('title')?.focus();
}

/** Buttons that show and hide something in place. */
function prepareAdvice() {
  document.addEventListener('click', (event) => {
    const button = /** @type {Element} */ (event.target).closest('[data-opens]');
    const opened = document.getElementById(button?.getAttribute('data-opens') ?? '');
    if (!button || !opened) return;
    opened.hidden = !opened.hidden;
    button.setAttribute('aria-expanded', String(!opened.hidden));
  });
}

/** Closes the list of languages on Escape and on clicks elsewhere. */
function prepareLanguages() {
  const list = document.querySelector('.languages');
  if (!(list instanceof HTMLDetailsElement)) return;
  document.addEventListener('click', (event) => {
    if (!list.contains(/** @type {Node} */ (event.target))) list.open = false;
  });
  list.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !list.open) return;
    list.open = false;
    list.querySelector('summary')?.focus();
  });
}

ignoreDoubleClicks();
reloadKeptPages();
prepareAdvice();
prepareLanguages();
startCounting();
enableLater(document);
prepareCountry();
prepareNumber();
prepareCode();
prepareSecret();
prepareDialogs();
prepareLive();
prepareSession();
placeFocus();
prepareLeave();
