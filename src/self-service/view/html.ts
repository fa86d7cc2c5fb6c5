/** HTML as a tagged template: values are escaped, and only what this tag made goes in as it is. */
import { html as template } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

/** A piece of HTML. */
export type Html = HtmlEscapedString;

/** The tag. Hono's is a promise where a value is one; here none is. */
export const html = template as (strings: TemplateStringsArray, ...values: unknown[]) => Html;

/** Nothing. */
export const NONE: Html = html``;
