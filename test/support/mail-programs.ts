import { existsSync } from 'node:fs';
import { findProgram } from './processes.ts';

/** Debian's packages of what `findMailServers` looks for. */
export const MAIL_PACKAGES =
  'nginx-light libnginx-mod-mail dovecot-imapd dovecot-pop3d dovecot-submissiond openssl curl';

/** Where Debian keeps what makes nginx speak mail, and Dovecot POP3 and submission. */
const MODULES = [
  '/usr/lib/nginx/modules/ngx_mail_module.so',
  ...['/usr/lib/dovecot/pop3-login', '/usr/lib/dovecot/submission-login'],
];

/** Programs of nginx and Dovecot, or null where one of them, or what their test needs, is not installed. */
export function findMailServers() {
  const nginx = findProgram(['nginx'], ['/usr/sbin']);
  const dovecot = findProgram(['dovecot'], ['/usr/sbin']);
  const [openssl, curl, doveadm] = ['openssl', 'curl', 'doveadm'].map((name) => findProgram([name]));
  const found =
    nginx && dovecot && openssl && curl && doveadm && MODULES.every((module) => existsSync(module));
  return found ? { nginx, dovecot, openssl, curl, doveadm } : null;
}

/** HAProxy, or null where it is not installed. */
export function findBalancer(): string | null {
  return findProgram(['haproxy'], ['/usr/sbin']);
}
