/** The number as it is typed: the phone beside it shows it, the tones of its extension are said, and the server reads it. */

export function prepareNumber() {
  const number = document.getElementById('number');
  if (!(number instanceof HTMLInputElement)) return;
  const extension = document.getElementById('extension');
  const [first, second] = document.querySelectorAll('.desk-phone text');
  const showNumber = () => {
    if (first) first.textContent = number.value;
  };
  number.addEventListener('input', () => {
    showNumber();
    clearError(number);
  });
  prepareReading(number, extension, showNumber);
  if (!(extension instanceof HTMLInputElement)) return;
  extension.addEventListener('input', () => {
    const digits = extension.value.replaceAll(/\D/g, '');
    if (second) second.textContent = digits;
    showTones(digits);
    clearError(extension);
  });
}

/** @typedef {{ number: string, extension: string, country: string, error: { field: string, html: string } | null }} ReadNumber */

/**
 * Has the number read when its field is left or something was pasted, never while somebody types.
 * @param {HTMLInputElement} number
 * @param {HTMLElement | null} extension
 * @param {() => void} showNumber
 */
function prepareReading(number, extension, showNumber) {
  const address = number.form?.dataset.reading;
  const country = document.querySelector('select[name=country]');
  if (!address || !(country instanceof HTMLSelectElement)) return;
  let isSetting = false;
  let isLeaving = false;

  /** @param {ReadNumber} shown */
  function setFields(shown) {
    isSetting = true;
    number.value = shown.number;
    showNumber();
    for (const [field, value, event] of /** @type {const} */ ([
      [extension, shown.extension, 'input'],
      [country, shown.country, 'change'],
    ])) {
      if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement) || field.value === value)
        continue;
      field.value = value;
      field.dispatchEvent(new Event(event));
    }
    isSetting = false;
  }

  /** @param {HTMLElement | null} left */
  async function read(left) {
    const sent = fieldsOf(number);
    if (isSetting || number.value.trim() === '') return;
    const shown = await ask(address ?? '', sent);
    // What was typed since then is not overwritten.
    if (shown === null || fieldsOf(number).toString() !== sent.toString()) return;
    setFields(shown);
    if (shown.error === null) clearError(number);
    else if (left?.id === shown.error.field && !isLeaving) showError(left, shown.error.html);
  }

  // What moves between the press and the release of a button is not clicked.
  number.form?.addEventListener('pointerdown', ({ target }) => {
    isLeaving = /** @type {Element} */ (target).closest('button, a') !== null;
  });
  for (const field of [number, extension]) {
    field?.addEventListener('change', () => void read(field));
    // The pasted text is in the field after this event.
    field?.addEventListener('paste', () => void setTimeout(() => read(null)));
  }
  country.addEventListener('change', () => void read(number));
}

/** @param {HTMLInputElement} field */
const fieldsOf = ({ form }) => new URLSearchParams(/** @type {any} */ (new FormData(form ?? undefined)));

/**
 * Null: it could not be read now; Continue reads it again.
 * @param {string} address
 * @param {URLSearchParams} fields
 * @returns {Promise<ReadNumber | null>}
 */
async function ask(address, fields) {
  try {
    const answer = await fetch(address, { method: 'POST', body: fields });
    return answer.status === 200 ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** @param {HTMLElement} field @param {string} shown */
function showError(field, shown) {
  const made = new DOMParser().parseFromString(shown, 'text/html');
  document
    .querySelector('.field-errors')
    ?.replaceChildren(...[...made.body.childNodes].map((node) => document.importNode(node, true)));
  field.setAttribute('aria-invalid', 'true');
  field.setAttribute('aria-describedby', 'number-error');
}

/** What was wrong goes with the first correction. @param {HTMLInputElement} field */
function clearError(field) {
  if (field.getAttribute('aria-invalid') !== 'true') return;
  field.removeAttribute('aria-invalid');
  document.title = document.body.dataset.title ?? document.title;
  document.querySelector('.field-errors')?.replaceChildren();
}

/** @param {string} digits */
function showTones(digits) {
  const keys = document.querySelector('.tone-keys');
  if (!keys) return;
  const tones = [...digits].flatMap((digit) => {
    const key = document.createElement('kbd');
    key.textContent = digit;
    return [key, ' '];
  });
  keys.replaceChildren(...tones);
  keys.closest('.tones')?.toggleAttribute('data-empty', digits === '');
}
