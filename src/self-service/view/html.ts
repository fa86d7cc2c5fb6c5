/** HTML as a tagged template: values are escaped, and only what this tag made goes in as it is. */
import { html } from 'hono/html';

export { html };

/** A piece of HTML. */
export type Html = ReturnType<typeof html>;

/** Nothing. */
export const NONE: Html = html``;
