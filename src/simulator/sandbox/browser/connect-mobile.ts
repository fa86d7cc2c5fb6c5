/** What somebody does with the mobile. */
import { button, byValue, part } from './dom.ts';
import { connectKeypad, moveByArrows } from './keypad.ts';
import { act } from './send.ts';
import type { View } from './view.ts';

/** How long a button says that it has copied, ms. */
const COPIED_MS = 2_000;

/** Connects it. */
export function connectMobile(
  view: () => View | null,
  pressing: { down: (key: string) => void; up: () => void },
): void {
  const mobile = (what: string, more: object = {}) => void act({ do: what, phone: 'mobile', ...more });
  const isTalking = () => view()?.mobile.call?.phase === 'talking';
  button('copy-code').addEventListener('click', copyCode);
  button('reply').addEventListener('click', () => {
    void act({ do: 'reply', word: view()?.mobile.isStopped ? 'START' : 'STOP' });
  });
  button('mobile-accept').addEventListener('click', () => mobile('answer'));
  button('mobile-decline').addEventListener('click', () => mobile(isTalking() ? 'hangUp' : 'reject'));
  connectKeypad(byValue('data-mobile-key'), {
    down(key) {
      pressing.down(key);
      if (isTalking()) mobile('press', { key });
    },
    up: pressing.up,
  });
  moveByArrows(part('mobile-keypad'));

  function copyCode(): void {
    const code = view()?.mobile.texts.at(-1)?.code;
    const copy = button('copy-code');
    if (!code) return;
    navigator.clipboard.writeText(code).then(
      () => {
        copy.textContent = 'Copied';
        setTimeout(() => {
          copy.textContent = 'Copy code';
        }, COPIED_MS);
      },
      // The browser does not let the page copy: the code can be selected.
      () => undefined,
    );
  }
}
