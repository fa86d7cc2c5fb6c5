/** A call or message as it goes on: hears that something has changed, and takes the newer page over part by part. */
import { enableLater, setServerTime } from './counting.js';

/** Without any word from the server for so long, the connection is taken for lost, ms; it sends something every 15 s. */
const SILENT_MS = 20_000;
/** Whether another page is being loaded: a second load of it would find its app password shown already. */
let isLeft = false;

/** How often the page is asked for while there is no stream, ms. */
const ASK_EVERY_MS = 2_000;

export function prepareLive() {
  const followed = document.querySelector('[data-live-page]');
  const address = followed?.getAttribute('data-events');
  const page = followed?.getAttribute('data-live-page');
  if (!address || !page) return;
  document.querySelector('[data-without-script]')?.remove();
  let heard = performance.now();
  let isAsking = false;
  let isWanted = false;
  let isLost = false;
  /** @type {EventSource | null} */
  let source = null;

  async function ask() {
    if (isLeft) return;
    isWanted = true;
    if (isAsking) return;
    isAsking = true;
    try {
      while (isWanted && !isLeft) {
        isWanted = false;
        await takeOver(page ?? '');
        setLost(false);
      }
    } catch {
      setLost(true);
    } finally {
      isAsking = false;
    }
  }

  function listen() {
    source?.close();
    source = new EventSource(address ?? '');
    for (const news of ['open', 'message', 'alive'])
      source.addEventListener(news, () => {
        heard = performance.now();
        if (news !== 'alive') void ask();
      });
  }

  /** @param {boolean} lost */
  function setLost(lost) {
    if (lost === isLost) return;
    isLost = lost;
    showLost(lost);
  }

  listen();
  setInterval(() => {
    if (document.hidden || isLeft) return;
    const isOpen = source?.readyState === EventSource.OPEN;
    if (isOpen && performance.now() - heard < SILENT_MS) return;
    if (source?.readyState === EventSource.CLOSED) listen();
    void ask();
  }, ASK_EVERY_MS);
  // Nobody looks at a hidden page, and browsers have few connections.
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) source?.close();
    else listen();
  });
  addEventListener('offline', () => setLost(true));
  addEventListener('online', listen);
  whenLeft(() => source?.close());
}

/** @param {() => void} close */
function whenLeft(close) {
  addEventListener('pagehide', close);
  // What the form is answered with is the next page.
  document.addEventListener('submit', (event) => {
    if (event.defaultPrevented) return;
    isLeft = true;
    close();
  });
}

/**
 * Loads the page again and takes over what has changed; another page than this one is gone to.
 * @param {string} page
 */
async function takeOver(page) {
  // Another page is only gone to, not loaded here: an app password is shown once.
  const answer = await fetch(page, {
    headers: { accept: 'text/html' },
    cache: 'no-store',
    redirect: 'manual',
  });
  if (answer.type === 'opaqueredirect') return leaveTo(page);
  if (!answer.ok && answer.status >= 500) throw new Error('the page cannot be loaded now');
  const newer = new DOMParser().parseFromString(await answer.text(), 'text/html');
  if (newer.querySelector('[data-live-page]') === null) return leaveTo(page);
  setServerTime(newer.body.dataset.now);
  for (const part of newer.querySelectorAll('[data-live]')) {
    const here = document.querySelector(`[data-live="${part.getAttribute('data-live')}"]`);
    if (here && newerThan(here, part)) replace(here, part);
  }
}

/** What was taken over last, for each part: counting and translating change what stands there since. @type {WeakMap<Element, string>} */
const taken = new WeakMap();

/** @param {Element} here @param {Element} part */
function newerThan(here, part) {
  const isNewer = (taken.get(here) ?? here.innerHTML) !== part.innerHTML;
  taken.set(here, part.innerHTML);
  return isNewer;
}

/** @param {string} page */
function leaveTo(page) {
  if (isLeft) return;
  isLeft = true;
  location.replace(page);
}

/**
 * Replaces what is inside, so that regions that are read out stay what they are. The focus stays on the same button.
 * @param {Element} here
 * @param {Element} newer
 */
function replace(here, newer) {
  if (here.childElementCount === 0 && newer.childElementCount === 0) {
    here.textContent = newer.textContent;
    return;
  }
  const places = [...here.querySelectorAll('button')];
  const focused = places.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
  const label = places[focused]?.textContent;
  here.replaceChildren(...[...newer.childNodes].map((node) => document.importNode(node, true)));
  enableLater(here);
  if (focused < 0) return;
  const buttons = [...here.querySelectorAll('button')];
  (
    buttons.find((button) => button.textContent === label) ??
    buttons[focused] ??
    document.getElementById('title')
  )?.focus();
}

/** @param {boolean} isLost */
function showLost(isLost) {
  for (const box of document.querySelectorAll('[data-text=offline]')) box.toggleAttribute('hidden', !isLost);
  for (const button of document.querySelectorAll('[data-live=buttons] form button')) {
    if (isLost) button.setAttribute('aria-disabled', 'true');
    else if (!button.hasAttribute('data-enable-in')) button.removeAttribute('aria-disabled');
  }
}
