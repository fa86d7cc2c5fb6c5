/** The MFA backend: a person, what can be asked for, what came back. */
import { html } from 'hono/html';
import type { View } from '../browser/view.ts';
import { icon } from './drawings.ts';

/** The pane on the left. */
export function backendPane({ people, person, backend }: View) {
  const chosen = people.find(({ id }) => id === person);
  const options = people.map(
    ({ id, name, initials }) =>
      html`<option value="${id}" data-initials="${initials}" ${id === person ? 'selected' : ''}>${name}</option>`,
  );
  return html`<section class="pane" aria-labelledby="bk"><h2 id="bk">MFA backend</h2>
<label class="lab" for="person">Person</label>
<div class="pick"><span class="av" data-part="initials" aria-hidden="true">${chosen?.initials}</span><select id="person" class="input" data-part="person">${options}</select><span class="cc">${icon('down')}</span></div>
<div class="pair"><button type="button" class="btn p sm" data-part="set-up-office">Set up my office phone</button><button type="button" class="btn q sm" data-part="cancel" hidden>Cancel</button></div>
<form method="post" action="/sandbox/self-service" target="_blank" ${backend.selfService ? '' : 'hidden'}><button class="btn q sm">Open the self-service page</button></form>
<button type="button" class="btn q sm" data-part="set-up-mobile">Set up my mobile by text</button>
<form class="code" data-part="code-form" hidden><label for="code">Code from the text message</label><div class="pair"><input id="code" class="input" data-part="code" inputmode="numeric" autocomplete="one-time-code" spellcheck="false"><button class="btn p sm">Verify</button></div></form>
<p class="digits" data-part="digits" hidden>Press on the phone: <b data-part="digits-keys"></b></p>
<p class="problem" data-part="problem" role="status"></p>
<h3>Webhook received</h3>
<div class="hook empty" data-part="no-webhook">None yet. Set up a phone and watch it arrive.</div>
<div class="hook" data-part="webhook" tabindex="0" role="group" aria-label="Webhook received" hidden><div class="h"><span data-part="webhook-path"></span><span data-part="webhook-status"></span></div><code data-part="webhook-body"></code></div>
<div class="hd"><h3>Registered methods</h3><button type="button" class="link" data-part="start-over" hidden>Start over</button></div>
<p class="none" data-part="no-methods">No phone yet.</p>
<ul class="methods" data-part="methods" aria-label="Registered methods"></ul>
<template id="method"><li class="meth">${icon('office', 'large')}${icon('mobile', 'large')}<span><bdi class="num"></bdi><span class="ext"></span><small></small></span></li></template>
</section>`;
}
