import { describeKeyProblem, KEY_VARIABLES } from '../../../src/ops/keys/key-problems.ts';
import { type Command, table } from '../command.ts';
import type { Tools } from '../tools.ts';
import type { KeyReport, KeyStanding } from './check-keys.ts';

const rotateKeys: Command<Tools> = {
  usage: 'rotate-keys',
  what: 'encrypts what the registry keeps under SEAL_KEYS (secrets of webhooks and delivery hooks, keys for Entra, Graph credentials) with the current key and says which old keys are still needed and which can be removed',
  async run({ checkKeys }) {
    const report = await checkKeys();
    const isAlarming =
      report.problems.length > 0 || report.keys.some(({ standing }) => standing === 'missing');
    return { text: textOf(report), data: report, isAlarming };
  },
};

/** Commands about key rings. */
export const KEY_RING_COMMANDS = [rotateKeys];

const WORDS: Record<KeyStanding['standing'], string> = {
  current: 'is the current one',
  needed: 'is still needed',
  unused: 'can be removed',
  published: 'is published; if it was replaced five minutes ago, it can be removed',
  missing: 'IS MISSING: what was made with it does not work',
  different: 'IS ANOTHER KEY than the one of this name that the registry was used with',
};

function textOf({ resealed, keys, problems }: KeyReport): string {
  const rowsOf = (isWanted: (key: KeyStanding) => boolean) =>
    keys
      .filter(isWanted)
      .map(({ ring, keyId, standing, uses }) => [
        KEY_VARIABLES[ring],
        keyId,
        WORDS[standing],
        uses.map(({ kind, count }) => `${count} ${kind}`).join(', '),
      ]);
  // Their names are long, so they have a table of their own.
  const signing = table(rowsOf(({ ring }) => ring === 'signing'));
  const others = table(rowsOf(({ ring }) => ring !== 'signing'));
  const wrong = problems.map((each) => `${describeKeyProblem(each)}.\n\n`).join('');
  return `${wrong}${others}\n\n${signing}\n\nSecrets encrypted again with the current key: ${resealed}.`;
}
