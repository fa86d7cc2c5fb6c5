/** Times that count down: seen by the second, read out three times at most. */

/** How far this clock is ahead of the server's, ms. Pages say when they were made. */
let ahead = 0;

/** @param {string | null | undefined} serverNow ISO 8601 */
export function setServerTime(serverNow) {
  if (serverNow) ahead = Date.now() - Date.parse(serverNow);
}

/** The server's time, ms since 1970. */
export function serverNow() {
  return Date.now() - ahead;
}

/** When the time left is read out, s. */
const SAID_AT_S = [60, 30, 10];

/** @param {Element} element the count: what is around it is said */
function say(element) {
  const region = document.querySelector('[data-says-time]');
  const timer = element.closest('[role=timer]');
  if (region && timer) region.textContent = timer.textContent;
}

/** Updates all counts and bars every quarter of a second. */
export function startCounting() {
  setServerTime(document.querySelector('[data-now]')?.getAttribute('data-now'));
  setInterval(count, 250);
}

function count() {
  for (const element of document.querySelectorAll('[data-count-to]')) {
    const left = Math.max(
      0,
      Math.ceil((Date.parse(element.getAttribute('data-count-to') ?? '') - serverNow()) / 1000),
    );
    const text = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
    if (element.textContent === text) continue;
    element.textContent = text;
    if (SAID_AT_S.includes(left)) say(element);
  }
  for (const bar of document.querySelectorAll('progress[data-bar-to]')) {
    const left = Date.parse(bar.getAttribute('data-bar-to') ?? '') - serverNow();
    /** @type {HTMLProgressElement} */ (bar).value = Math.max(0, left);
  }
}

/**
 * Enables the buttons that wait: they can be reached meanwhile, and say how long.
 * @param {ParentNode} within
 */
export function enableLater(within) {
  for (const button of within.querySelectorAll('[data-enable-in]')) {
    const label = button.getAttribute('data-label') ?? '';
    const shown = button.querySelector('[aria-hidden]');
    const pattern = shown?.textContent ?? '';
    const ready = performance.now() + 1000 * Number(button.getAttribute('data-enable-in'));
    const started = button.getAttribute('data-enable-in') ?? '';
    const timer = setInterval(() => {
      const left = Math.ceil((ready - performance.now()) / 1000);
      if (!button.isConnected) return clearInterval(timer);
      if (left > 0) {
        if (shown) shown.textContent = pattern.replace(started, String(left));
        return;
      }
      clearInterval(timer);
      button.textContent = label;
      button.removeAttribute('aria-disabled');
    }, 250);
  }
}
