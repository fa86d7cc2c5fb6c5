/** What somebody does in the pane of the MFA backend. */
import { button, part } from './dom.ts';
import { act } from './send.ts';

/** Connects it. */
export function connectBackend(): void {
  const person = part<HTMLSelectElement>('person');
  const code = part<HTMLInputElement>('code');
  person.addEventListener('change', () => void act({ do: 'choosePerson', person: person.value }));
  for (const [name, what] of [
    ['set-up-office', 'setUpOffice'],
    ['set-up-mobile', 'setUpMobile'],
    ['cancel', 'cancel'],
    ['start-over', 'startOver'],
  ] as const)
    button(name).addEventListener('click', ({ currentTarget }) => {
      const isOff = (currentTarget as Element).getAttribute('aria-disabled') === 'true';
      if (!isOff) void act({ do: what });
    });
  part<HTMLFormElement>('code-form').addEventListener('submit', (event) => {
    event.preventDefault();
    void act({ do: 'enterCode', code: code.value });
    code.value = '';
  });
}
