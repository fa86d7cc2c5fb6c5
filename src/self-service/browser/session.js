/** Warns before the session ends for want of a click, and keeps it when asked to. */
import { serverNow } from './counting.js';

/** How long before the end people are warned, ms (WCAG 2.2, criterion 2.2.1 asks for 20 s). */
const WARN_MS = 120_000;

export function prepareSession() {
  const { sessionEnds, sessionWarning, sessionStay, sessionPage } = document.body.dataset;
  if (!sessionEnds || !sessionPage) return;
  let ends = Date.parse(sessionEnds);
  /** @type {HTMLElement | null} */
  let box = null;
  const timer = setInterval(() => {
    const left = ends - serverNow();
    if (left <= 0) {
      // Once: somebody may be asked whether to leave.
      clearInterval(timer);
      return location.reload();
    }
    if (left > WARN_MS || box) return;
    box = warning(sessionWarning ?? '', sessionStay ?? '', async () => {
      const answer = await fetch(sessionPage, { method: 'POST', body: formOf(), redirect: 'manual' });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      ends = Date.parse(page.body.dataset.sessionEnds ?? '');
      box?.remove();
      box = null;
    });
    document.getElementById('said')?.append(box);
  }, 1_000);
}

function formOf() {
  const token =
    /** @type {HTMLInputElement | null} */ (document.querySelector('input[name=formToken]'))?.value ?? '';
  return new URLSearchParams({ formToken: token });
}

/**
 * @param {string} text
 * @param {string} label
 * @param {() => Promise<void>} stay
 */
function warning(text, label, stay) {
  const box = document.createElement('div');
  box.className = 'session-warning';
  const said = document.createElement('span');
  said.textContent = text;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'button quiet small';
  button.textContent = label;
  button.addEventListener('click', () => void stay());
  box.append(said, button);
  return box;
}
