/** A call or message as it goes on: hears that something has changed, and takes the newer page over part by part. */
import { enableLater, setServerTime } from './counting.js';
import { showNext } from './next-page.js';

/** Without any word from the server for so long, the connection is taken for lost, ms; it sends something every 15 s. */
const SILENT_MS = 20_000;
/** How often the page is asked for while there is no stream, ms. */
const ASK_EVERY_MS = 2_000;

export function prepareLive() {
  const followed = document.querySelector('[data-live-page]');
  const address = followed?.getAttribute('data-events');
  const page = followed?.getAttribute('data-live-page');
  if (!address || !page) return;
  document.querySelector('[data-without-script]')?.remove();
  let heard = performance.now();
  let isLost = false;
  /** @type {EventSource | null} */
  let source = null;
  /** Ends what this page does: another one is being loaded, and a second load of it would find its app password shown already. */
  const leaving = new AbortController();
  const { signal } = leaving;
  signal.addEventListener('abort', () => source?.close());

  const ask = inTurn(async () => {
    if (signal.aborted) return;
    try {
      const isSamePage = await takeOver(page);
      if (signal.aborted) return;
      setLost(false);
      if (isSamePage) return;
      leaving.abort();
      await showNext(page);
    } catch {
      setLost(true);
    }
  });

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
  const timer = setInterval(() => {
    if (signal.aborted) return clearInterval(timer);
    if (document.hidden) return;
    const isOpen = source?.readyState === EventSource.OPEN;
    if (isOpen && performance.now() - heard < SILENT_MS) return;
    if (source?.readyState === EventSource.CLOSED) listen();
    void ask();
  }, ASK_EVERY_MS);
  // Nobody looks at a hidden page, and browsers have few connections.
  document.addEventListener('visibilitychange', () => (document.hidden ? source?.close() : listen()), {
    signal,
  });
  addEventListener('offline', () => setLost(true), { signal });
  addEventListener('online', listen, { signal });
  addEventListener('pagehide', () => source?.close());
  // What the form is answered with is the next page.
  document.addEventListener('submit', ({ defaultPrevented }) => defaultPrevented || leaving.abort(), {
    signal,
  });
}

/**
 * One at a time: wanted again while it runs, it runs once more after that.
 * @param {() => Promise<void>} task throws nothing
 */
function inTurn(task) {
  let isRunning = false;
  let isWanted = false;
  return async () => {
    isWanted = true;
    if (isRunning) return;
    isRunning = true;
    while (isWanted) {
      isWanted = false;
      await task();
    }
    isRunning = false;
  };
}

/**
 * Loads the page again and takes over what has changed.
 * @param {string} page
 * @returns {Promise<boolean>} false: another page follows
 */
async function takeOver(page) {
  // Where it is sent on to is not loaded here: an app password is shown once.
  const answer = await fetch(page, {
    headers: { accept: 'text/html' },
    cache: 'no-store',
    redirect: 'manual',
  });
  if (answer.type === 'opaqueredirect') return false;
  if (!answer.ok && answer.status >= 500) throw new Error('the page cannot be loaded now');
  const newer = new DOMParser().parseFromString(await answer.text(), 'text/html');
  if (newer.querySelector('[data-live-page]') === null) return false;
  setServerTime(newer.body.dataset.now);
  for (const part of newer.querySelectorAll('[data-live]')) {
    const here = document.querySelector(`[data-live="${part.getAttribute('data-live')}"]`);
    if (here && newerThan(here, part)) replace(here, part);
  }
  return true;
}

/** What was taken over last, for each part: counting and translating change what stands there since. @type {WeakMap<Element, string>} */
const taken = new WeakMap();

/** @param {Element} here @param {Element} part */
function newerThan(here, part) {
  const isNewer = (taken.get(here) ?? here.innerHTML) !== part.innerHTML;
  taken.set(here, part.innerHTML);
  return isNewer;
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
