/** The bar at the top. */
import { html } from 'hono/html';
import { icon, mark } from './drawings.ts';

/** Mark, name, and the switches for sound, movement and faults. */
export function bar() {
  return html`<header class="bar">
${mark()}<h1>Poundkey sandbox</h1><span class="safe">Simulated phone network. No real phone is called.</span><span class="sp"></span>
<button type="button" class="sw" data-part="sound" aria-pressed="true">${icon('speaker')}<span data-part="sound-label">Sound</span></button>
<button type="button" class="sw" data-part="movement" aria-pressed="true">${icon('movement')}<span>Movement</span></button>
<button type="button" class="sw" data-part="faults-button" aria-expanded="false" aria-controls="faults">${icon('fault')}<span data-part="faults-label">Faults</span><b class="count" data-part="faults-count" aria-hidden="true" hidden></b></button>
</header>`;
}
