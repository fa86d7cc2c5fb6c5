/** The desk: the caption above, the phone, and its keys in words below. */
import { html } from 'hono/html';
import { ARROWS, CORD, HANDSET, icon, POUND, STAR, TAPE } from './drawings.ts';

const LETTERS = ['', 'ABC', 'DEF', 'GHI', 'JKL', 'MNO', 'PQRS', 'TUV', 'WXYZ'];

/** The middle of the page. */
export function desk() {
  return html`<section class="desk" aria-label="Desk">
<div class="caption"><div aria-hidden="true"><div class="who">${icon('info')}${icon('speaker')}${icon('text')}<span data-part="caption-who">Start here</span><span class="note" data-part="sound-note" hidden>Sound after a click</span></div><p data-part="caption-words"></p></div><div class="vh" role="log" aria-label="Captions" data-part="caption-log"></div></div>
${phone()}
<p class="keys"><button type="button" class="sw" data-part="single-keys" aria-pressed="true">${icon('keyboard')}Keys</button><span><kbd>Space</kbd> answer, hang up</span><span><kbd>0</kbd>–<kbd>9</kbd> <kbd>*</kbd> <kbd>#</kbd> keypad</span><span><kbd>M</kbd> mute</span><span><kbd>V</kbd> repeat the voice</span></p>
</section>`;
}

function phone() {
  return html`<div class="dp" role="group" aria-label="Desk phone" tabindex="-1" data-part="phone">
${CORD}<div class="body"></div><div class="lamp"></div><div class="well"></div>
<button type="button" class="set" data-part="handset" aria-label="Handset. Nobody calls" aria-pressed="false">${HANDSET}</button>
<span class="name" aria-hidden="true">Poundkey</span>
${display()}
<div class="soft">${[0, 1, 2, 3].map((place) => html`<button type="button" class="b" data-soft="${place}" aria-label="Soft key"></button>`)}</div>
<div class="pad" role="group" aria-label="Keypad" data-part="keypad">${keypad()}</div>
<div class="side"><div class="nav" aria-hidden="true"><div class="d"></div>${ARROWS}</div>
<div class="vol"><button type="button" class="b" data-part="quieter" aria-label="Quieter">−</button><button type="button" class="b" data-part="louder" aria-label="Louder">+</button></div>
<button type="button" class="b" data-part="mute" aria-pressed="false" aria-label="Mute">${icon('silent')}</button><button type="button" class="b" data-part="hands-free" aria-pressed="false" aria-label="Speaker">${icon('speaker')}</button></div>
</div>`;
}

/** What changes every second is hidden from speech. */
function display() {
  return html`<div class="bezel"><div class="lcd"><div class="st" aria-hidden="true"><span data-part="clock"></span><span data-part="line-number"></span></div>
<div role="status"><div class="l1" data-part="line1"></div><div class="l2"><span data-part="line2"></span><span data-part="timer" aria-hidden="true"></span></div><div class="l3" data-part="pressed"></div></div>
<div class="sl" aria-hidden="true">${[0, 1, 2, 3].map((place) => html`<span data-soft-label="${place}"></span>`)}</div></div></div>`;
}

/** Only one key is in the order of the Tab key; arrows move between them. */
function keypad() {
  const digits = LETTERS.map((letters, place) => digit(String(place + 1), letters));
  return html`${digits}${key('*', 'Star', STAR)}${digit('0', 'OPER')}${key('#', 'Pound key', POUND)}`;
}

function digit(name: string, letters: string) {
  const marks = name === '1' ? TAPE : letters;
  return key(
    name,
    letters === '' ? name : `${name} ${letters}`,
    html`<b>${name}</b> <small>${marks}</small>`,
  );
}

function key(name: string, label: string, face: unknown) {
  return html`<button type="button" class="b" data-key="${name}" aria-label="${label}" tabindex="${name === '1' ? 0 : -1}">${face}</button>`;
}
