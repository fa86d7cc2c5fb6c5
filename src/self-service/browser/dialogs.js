/** Questions as dialogs over the list; without this script they are pages of their own. */

export function prepareDialogs() {
  document.addEventListener('click', (event) => {
    const link = /** @type {Element} */ (event.target).closest('a[data-opens-dialog]');
    const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
    if (!(link instanceof HTMLAnchorElement) || !isPlain) return;
    event.preventDefault();
    void open(link);
  });
}

/** @param {HTMLAnchorElement} link */
async function open(link) {
  const answer = await fetch(link.href).catch(() => null);
  const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), 'text/html') : null;
  const body = page?.querySelector('[data-dialog-body]');
  if (!page || !body) return location.assign(link.href);
  const title = document.createElement('h2');
  title.id = 'dialog-title';
  title.textContent = page.getElementById('title')?.textContent ?? '';
  const dialog = document.createElement('dialog');
  dialog.setAttribute('aria-labelledby', title.id);
  dialog.append(title, document.importNode(body, true));
  const keep = dialog.querySelector('a.button');
  keep?.addEventListener('click', (event) => {
    event.preventDefault();
    dialog.close();
  });
  dialog.addEventListener('close', () => {
    dialog.remove();
    link.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  if (keep instanceof HTMLElement) keep.focus();
}
