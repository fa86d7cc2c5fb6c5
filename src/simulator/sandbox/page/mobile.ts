/** The mobile: text messages, and calls to it. */
import { html } from 'hono/html';
import type { View } from '../browser/view.ts';

const KEYS = [...'123456789*0#'];

/** The pane on the right. */
export function mobile({ mobile: { number } }: View) {
  return html`<section class="mob" aria-labelledby="mb"><h2 id="mb">Mobile</h2><p class="of"><bdi class="num" data-part="mobile-number">${number}</bdi></p>
<div class="cell"><div class="scr"><div class="pill"></div>
<div class="home" data-part="mobile-home"><div class="clk" data-part="mobile-clock" aria-hidden="true"></div><div class="dat" data-part="mobile-date" aria-hidden="true"></div>
<p class="none" data-part="no-texts">No messages</p><div class="texts" role="log" aria-label="Text messages" data-part="texts" tabindex="0"></div>
<div class="acts" data-part="text-actions" hidden><button type="button" data-part="copy-code">Copy code</button><button type="button" data-part="reply">Reply STOP</button></div></div>
${call()}
</div></div>
<template id="message"><div class="msg"><div class="f"><b></b><span>now</span></div><p></p></div></template>
</section>`;
}

function call() {
  const keys = KEYS.map(
    (key) =>
      html`<button type="button" data-mobile-key="${key}" aria-label="${NAMES[key] ?? key}">${key}</button>`,
  );
  return html`<div class="in-call" data-part="mobile-call" hidden><div role="status"><div class="caller" data-part="mobile-caller"></div><div data-part="mobile-from"></div></div>
<p class="words" data-part="mobile-words"></p><div class="mpad" role="group" aria-label="Keypad of the mobile" data-part="mobile-keypad">${keys}</div>
<div class="acts"><button type="button" class="r" data-part="mobile-decline">Decline</button><button type="button" class="g" data-part="mobile-accept">Accept</button></div></div>`;
}

const NAMES: Record<string, string> = { '*': 'Star', '#': 'Pound key' };
