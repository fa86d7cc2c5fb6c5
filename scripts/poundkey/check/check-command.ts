import { type Finding, type SetUpCommand, table } from '../command.ts';
import { checkOlderApps } from './older-apps/check-older-apps.ts';

const check: SetUpCommand = {
  usage: 'check',
  what: 'asks everything that Poundkey needs (registry, keys, queue, prompts, providers, its own PUBLIC_URL) and says in words what is wrong',
  async look(checkSetUp) {
    const findings = await checkSetUp();
    return { text: textOf(findings), data: findings, isAlarming: findings.some(isWrong) };
  },
};

/** Commands about the set-up. */
export const CHECK_COMMANDS = [check, checkOlderApps];

const isWrong = ({ status }: Finding): boolean => status === 'failed';

const WORDS = { ok: 'works', failed: 'FAILED', skipped: '-' };

function textOf(findings: Finding[]): string {
  const wrong = findings.filter(isWrong);
  const names = wrong.map(({ name }) => name).join(', ');
  const first =
    wrong.length === 0
      ? 'Nothing wrong was found.'
      : `Wrong: ${names}. Mend the first of them first, then check again.`;
  return [first, '', table(findings.map(({ name, status, says }) => [name, WORDS[status], says]))].join('\n');
}
