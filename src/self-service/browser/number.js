/** The number as it is typed: the phone beside it shows it, and the tones of its extension are said. */

export function prepareNumber() {
  const number = document.getElementById('number');
  if (!(number instanceof HTMLInputElement)) return;
  const extension = document.getElementById('extension');
  const [first, second] = document.querySelectorAll('.desk-phone text');
  number.addEventListener('input', () => {
    if (first) first.textContent = number.value;
    clearError(number);
  });
  if (!(extension instanceof HTMLInputElement)) return;
  extension.addEventListener('input', () => {
    const digits = extension.value.replaceAll(/\D/g, '');
    if (second) second.textContent = digits;
    showTones(digits);
    clearError(extension);
  });
}

/** What was wrong goes with the first correction. @param {HTMLInputElement} field */
function clearError(field) {
  if (field.getAttribute('aria-invalid') !== 'true') return;
  field.removeAttribute('aria-invalid');
  document.getElementById('number-error')?.replaceChildren();
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
