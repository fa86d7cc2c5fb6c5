/** The timeline below. */
import { html } from 'hono/html';

/** The stations; the script fills them in. */
export function timeline() {
  return html`<section class="tl" aria-labelledby="tt"><div class="hd"><h2 id="tt">Timeline</h2><p data-part="timeline-heading">Nothing has happened yet</p><span class="sp"></span><button type="button" class="link" data-part="events-button" aria-expanded="false" aria-controls="events">Every event</button></div>
<ol class="track" data-part="track"></ol>
<template id="station"><li><b></b><time></time><small></small></li></template>
</section>`;
}
