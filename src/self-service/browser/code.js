/** The code: six digits, typed, filled in by the browser, or found in a pasted message, are sent at once, and once only. */

export function prepareCode() {
  const field = document.getElementById('code');
  if (!(field instanceof HTMLInputElement) || !field.form) return;
  const form = field.form;
  let sent = '';
  field.addEventListener('input', () => {
    // The server reads digits of other scripts too; those are sent by the button.
    const digits = field.value.replaceAll(/[\s.\-()]/g, '');
    const code = /^\d{6}$/.test(digits) ? digits : /(?<!\d)\d{6}(?!\d)/.exec(field.value)?.[0];
    if (code === undefined || code === sent) return;
    sent = code;
    form.requestSubmit();
  });
}
