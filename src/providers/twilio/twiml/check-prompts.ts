import type { Prompts } from './render.ts';

/** Renders the last resort of every call in every language. @throws Error when there is nothing to say */
export function checkPrompts(prompts: Pick<Prompts, 'locales' | 'render'>): void {
  const nothing = { organisation: '', timeoutS: 1, digitsUrl: '', silenceUrl: '', retryUrl: '' };
  const silent = prompts.locales.filter(
    (locale) => !prompts.render('apology', locale, nothing).includes('<Say'),
  );
  if (silent.length > 0 || prompts.locales.length === 0)
    throw new Error(`nothing to say in ${silent.join(', ') || 'any language'}; check TWIML_DIR`);
}
