/** The way back to where people came from: the form is sent at once, but not again when they go back in the browser. */

export function prepareLeave() {
  const form = document.querySelector('form[data-sent]');
  if (!(form instanceof HTMLFormElement) || history.state?.isSent) return;
  history.replaceState({ isSent: true }, '');
  form.requestSubmit();
}
