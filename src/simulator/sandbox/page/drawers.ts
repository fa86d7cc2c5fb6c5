/** What slides in from the side: the faults, and the list of every event. The rest of the page stays usable. */
import { html } from 'hono/html';
import { icon } from './drawings.ts';

const FAULTS = [
  ['loseNext', 'Lose the next callback', 'Poundkey asks the network, or the question again, and finds out.'],
  ['late', 'Answer callbacks 5 s late', 'The person hears silence; nothing is done twice.'],
  ['down', 'Network down', 'Calls wait, then end as “could not be made”.'],
  ['twice', 'Send every callback twice', 'The second one changes nothing.'],
] as const;
const MODES = [
  ['rings', 'Rings'],
  ['busy', 'Busy'],
  ['voicemail', 'Voicemail'],
  ['switchboard', 'Switchboard'],
] as const;

/** Both, closed. */
export function drawers() {
  return html`${faults()}${events()}`;
}

function faults() {
  const switches = FAULTS.map(
    ([id, title, what]) =>
      html`<label class="tog"><b id="title-${id}">${title}</b><input class="swt" type="checkbox" role="switch" data-fault="${id}" aria-labelledby="title-${id}" aria-describedby="fault-${id}"><small id="fault-${id}">${what} <span class="hits" data-hits="${id}"></span></small></label>`,
  );
  const modes = MODES.map(
    ([mode, title]) =>
      html`<label><input type="radio" name="mode" value="${mode}" data-mode="${mode}">${title}</label>`,
  );
  return html`<div class="drawer" id="faults" role="dialog" aria-labelledby="fh" data-part="faults" hidden>
<div class="hd"><h2 id="fh">Faults</h2>${close('faults-close', 'Close the faults')}</div><p class="lead">Switch one on, make a call, and watch the timeline recover.</p>
<fieldset><legend>Phone network</legend>${switches}</fieldset>
<fieldset><legend>This desk phone</legend><div class="seg">${modes}</div></fieldset></div>`;
}

function events() {
  return html`<div class="drawer wide" id="events" role="dialog" aria-labelledby="eh" data-part="events" hidden>
<div class="hd"><h2 id="eh">Every event</h2>${close('events-close', 'Close the list of events')}</div><p class="lead">What the backend, Poundkey, the network and the phones did, with the time of day.</p>
<ol class="entries" data-part="entries"></ol>
<template id="entry"><li><time></time><b></b><span></span></li></template></div>`;
}

function close(part: string, label: string) {
  return html`<button type="button" class="sw" data-part="${part}" aria-label="${label}">${icon('close')}</button>`;
}
