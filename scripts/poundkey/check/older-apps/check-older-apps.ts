// Looks through the configuration of the servers in front of which older apps sign in.
import { readFileSync } from 'node:fs';
import { type SetUpCommand, UsageError } from '../../command.ts';
import { checkDovecot } from './dovecot.ts';
import type { Found } from './found.ts';
import { checkNginxHttp } from './nginx-http.ts';
import { checkNginxMail, speaksProxyProtocol } from './nginx-mail.ts';
import { readNginx } from './nginx-tree.ts';

/** `check-older-apps`. */
export const checkOlderApps: SetUpCommand = {
  usage: 'check-older-apps [--dovecot FILE] [--nginx FILE]',
  what: 'looks through what "doveconf -n" and "nginx -T" print for settings that let in whom they should not, or keep out whom they should let in; FILE may be - for standard input',
  async look(_checkSetUp, { dovecot, nginx }) {
    if (dovecot === undefined && nginx === undefined)
      throw new UsageError(
        'Give --nginx with what "nginx -T" prints, --dovecot with what "doveconf -n" prints, or both: nginx -T 2>/dev/null | npm run -s poundkey -- check-older-apps --nginx -',
      );
    if (dovecot === '-' && nginx === '-')
      throw new UsageError('Only one of --dovecot and --nginx can be standard input.');
    const found = findingsOf({ dovecot: textOf('dovecot', dovecot), nginx: textOf('nginx', nginx) });
    return { text: inWords(found), data: found, isAlarming: found.length > 0 };
  },
};

/**
 * What must be mended.
 * @param texts what `doveconf -n` and `nginx -T` print; null: not known
 * @throws UsageError when one of them is something else
 */
export function findingsOf({ dovecot, nginx }: { dovecot: string | null; nginx: string | null }): Found[] {
  const tree = nginx === null ? [] : readNginx(nginx);
  return [
    ...checkNginxMail(tree),
    ...checkNginxHttp(tree),
    ...(dovecot === null ? [] : checkDovecot(dovecot, speaksProxyProtocol(tree))),
  ];
}

/** @throws UsageError when the file cannot be read */
function textOf(option: string, file: string | undefined): string | null {
  if (file === undefined) return null;
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new UsageError(`--${option}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function inWords(found: readonly Found[]): string {
  if (found.length === 0) return 'Nothing wrong was found.';
  return found
    .map(({ where, says, right, why }) => `${where}: ${says}.\n  Right: ${right}\n  Or else: ${why}`)
    .join('\n\n');
}
