/** What nginx's mail module is answered: headers only, and few, since it reads 1,024 bytes (ngx_mail_auth_http_module). */
import { MAIL_PROTOCOLS, type MailBackends, type MailProtocol } from '../../domain/older-app-settings.ts';
import { bytesOfText } from './decode.ts';

/** Why a person is not let in, as far as the app is told. */
export type MailRefusal = 'wrong' | 'limited' | 'unavailable' | 'notEncrypted' | 'method';

interface Words {
  /** IMAP: RFC 5530, section 3. */
  imap: string;
  /** POP3: RFC 3206, section 4, and RFC 2449, section 8. */
  pop3: string;
  /** SMTP: RFC 4954, section 6. */
  smtp: string;
  text: string;
}

const WORDS: Record<MailRefusal, Words> = {
  wrong: {
    imap: '[AUTHENTICATIONFAILED] ',
    pop3: '[AUTH] ',
    smtp: '535 5.7.8',
    text: 'Wrong user name or app password',
  },
  limited: {
    imap: '[UNAVAILABLE] ',
    pop3: '[SYS/TEMP] ',
    smtp: '454 4.7.0',
    text: 'Too many wrong app passwords, try again later',
  },
  unavailable: {
    imap: '[UNAVAILABLE] ',
    pop3: '[SYS/TEMP] ',
    smtp: '454 4.7.0',
    text: 'Temporarily not possible, try again later',
  },
  notEncrypted: {
    imap: '[PRIVACYREQUIRED] ',
    pop3: '[AUTH] ',
    smtp: '538 5.7.11',
    text: 'Encryption is required, use TLS',
  },
  method: {
    imap: '[AUTHENTICATIONFAILED] ',
    pop3: '[AUTH] ',
    smtp: '504 5.5.4',
    text: 'Use the sign-in method PLAIN or LOGIN',
  },
};

/** Tries on one connection that are answered slowly; with the next one nginx closes it. */
const SLOW_TRIES = 5;
const WAIT_S = '2';
const GUESSES: readonly MailRefusal[] = ['wrong', 'limited'];

/** The protocol that nginx names, or null. */
export function readProtocol(text: string | undefined): MailProtocol | null {
  return MAIL_PROTOCOLS.find((protocol) => protocol === text) ?? null;
}

/**
 * The headers of a refusal.
 * @param attempt which try on the connection it was, from 1; a wrong one may be followed by another
 */
export function refusedMail(refusal: MailRefusal, protocol: MailProtocol | null, attempt: number) {
  const { text, ...codes } = WORDS[refusal];
  const isSmtp = protocol === 'smtp';
  return {
    'Auth-Status': isSmtp || protocol === null ? text : `${codes[protocol]}${text}`,
    ...(isSmtp ? { 'Auth-Error-Code': codes.smtp } : {}),
    ...(GUESSES.includes(refusal) && attempt <= SLOW_TRIES ? { 'Auth-Wait': WAIT_S } : {}),
  };
}

/**
 * The headers that hand a person on.
 * @returns null where the protocol has no backend
 */
export function acceptedMail(mailbox: string, protocol: MailProtocol, backends: MailBackends | null) {
  const backend = backends?.at[protocol];
  if (backends === null || backend === undefined) return null;
  return {
    'Auth-Status': 'OK',
    'Auth-Server': backend.host,
    'Auth-Port': String(backend.port),
    'Auth-User': bytesOfText(mailbox),
    'Auth-Pass': backends.password,
  };
}
