/** The app password: copied without spaces, asked about before it is lost, and gone when the page is left. */

/** How long "Copied" is shown, ms. */
const COPIED_MS = 4_000;

export function prepareSecret() {
  const secret = document.querySelector('[data-secret]');
  const copy = document.querySelector('[data-copies]');
  const form = document.querySelector('.done-form');
  if (!secret || !(copy instanceof HTMLButtonElement) || !(form instanceof HTMLFormElement)) return;
  const letters = () => (secret.textContent ?? '').replaceAll(/\s/g, '');
  const saved = /** @type {HTMLInputElement} */ (form.elements.namedItem('saved'));
  const done = form.querySelector('button');
  let isCopied = false;
  let isLeaving = false;

  const isSafe = () => isCopied || saved.checked;
  const showSafe = () => {
    done?.classList.toggle('primary', isSafe());
    done?.classList.toggle('quiet', !isSafe());
  };
  const take = async () => {
    const status = document.querySelector('[data-copy-status]');
    try {
      await navigator.clipboard.writeText(letters());
      isCopied = true;
      showCopied(copy);
      if (status) status.textContent = copy.dataset.copied ?? '';
    } catch {
      getSelection()?.selectAllChildren(secret);
      if (status) status.textContent = copy.dataset.failed ?? '';
    }
    showSafe();
  };

  copy.hidden = false;
  // The browser's own bubble would stand in the way of the question.
  form.noValidate = true;
  copy.addEventListener('click', () => void take());
  saved.addEventListener('change', showSafe);
  const dialog = document.getElementById('unsaved');
  form.addEventListener('submit', (event) => {
    if (isSafe() || isLeaving || !(dialog instanceof HTMLDialogElement)) return;
    event.preventDefault();
    event.stopPropagation();
    dialog.showModal();
  });
  dialog?.querySelector('[data-leaves]')?.addEventListener('click', () => {
    isLeaving = true;
    form.submit();
  });
  dialog?.querySelector('[data-copies-and-closes]')?.addEventListener('click', () => {
    /** @type {HTMLDialogElement} */ (dialog).close();
    void take();
  });
  addEventListener('beforeunload', (event) => {
    if (!isSafe() && !isLeaving) event.preventDefault();
  });
  form.addEventListener('submit', () => {
    isLeaving = true;
  });
  addEventListener('pagehide', () => secret.replaceChildren());
}

/** @param {HTMLButtonElement} button */
function showCopied(button) {
  const label = button.querySelector('span');
  if (!label || button.classList.contains('done')) return;
  const before = label.textContent;
  label.textContent = button.dataset.copied ?? '';
  button.classList.add('done');
  setTimeout(() => {
    label.textContent = before;
    button.classList.remove('done');
  }, COPIED_MS);
}
