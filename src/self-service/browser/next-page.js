/** The page that follows one that was followed. */
import { enableLater } from './counting.js';
import { prepareSecret } from './secret.js';

/**
 * Shows it. One that says so is drawn in the place of this one, which takes a third of the time of loading it; others are gone to.
 * @param {string} address
 */
export async function showNext(address) {
  // A button that is pressed now would lose the app password that is on its way.
  document.addEventListener('submit', prevent, true);
  try {
    const answer = await fetch(address, { headers: { accept: 'text/html' }, cache: 'no-store' });
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (!answer.ok || !next.querySelector('main[data-in-place]')) return location.replace(address);
    history.replaceState(null, '', answer.url);
    draw(next);
  } catch {
    location.replace(address);
  } finally {
    document.removeEventListener('submit', prevent, true);
  }
}

/** @param {Event} event */
function prevent(event) {
  event.preventDefault();
  event.stopPropagation();
}

/** @param {Document} next */
function draw(next) {
  document.title = next.title;
  const main = next.querySelector('main') ?? next.body;
  document.querySelector('main')?.replaceWith(document.importNode(main, true));
  for (const dialog of document.querySelectorAll('dialog')) dialog.remove();
  for (const dialog of next.querySelectorAll('dialog'))
    document.body.append(document.importNode(dialog, true));
  enableLater(document);
  prepareSecret();
  document.getElementById('title')?.focus();
}
