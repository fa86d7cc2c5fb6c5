/** The settings for older apps, as they stand in the environment. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { checked, networks } from '../platform/settings.ts';

/** Protocols of mail that older apps speak, as nginx names them (ngx_mail_auth_http_module). */
export const MAIL_PROTOCOLS = ['imap', 'pop3', 'smtp'] as const;

/** One of them. */
export type MailProtocol = (typeof MAIL_PROTOCOLS)[number];

/** Where a mail server hands a person on to once the app password is right. */
export interface MailBackends {
  /** An IP address, since nginx looks up no names here, and a port. */
  at: Partial<Record<MailProtocol, { host: string; port: number }>>;
  /** What the backends take in place of the app password. */
  password: string;
}

/** Where app passwords are checked for older apps. */
export interface OlderAppsConfig {
  host: string;
  port: number;
  /** Null: a mail server finds its backends itself. */
  mail: MailBackends | null;
  /** Addresses and networks of proxies that hide clients. */
  proxies: readonly string[];
}

const BACKEND = /^(imap|pop3|smtp)=(?:\[([0-9a-fA-F:]+)\]|([\d.]+)):(\d{1,5})$/;

/** The variables, for the schema of the environment. */
export const OLDER_APP_VARIABLES = {
  OLDER_APPS_HOST: z.string().max(255, 'must have at most 255 characters').default('127.0.0.1'),
  OLDER_APPS_PORT: checked((text) =>
    /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? null : 'must be between 0 and 65535',
  ).optional(),
  OLDER_APPS_PROXIES: networks.optional(),
  MAIL_BACKENDS: checked((text) =>
    words(text).every((word) => backendIn(word) !== null)
      ? null
      : 'must be protocols with IP addresses and ports, such as imap=127.0.0.1:10143,smtp=127.0.0.1:10587',
  ).optional(),
  MAIL_BACKEND_PASSWORD: z
    .string()
    .regex(/^[A-Za-z0-9_-]{32,128}$/, 'must have 32 to 128 letters, digits, "_" or "-": openssl rand -hex 32')
    .optional(),
};

type Environment = z.infer<z.ZodObject<typeof OLDER_APP_VARIABLES>>;

/** Rules between the variables. */
export function olderAppProblems(env: Environment): string[] {
  const needed = (name: keyof Environment, reason: keyof Environment) =>
    env[reason] !== undefined && env[name] === undefined ? [`${name} is required with ${reason}`] : [];
  return [
    ...needed('MAIL_BACKEND_PASSWORD', 'MAIL_BACKENDS'),
    ...needed('MAIL_BACKENDS', 'MAIL_BACKEND_PASSWORD'),
    ...needed('OLDER_APPS_PORT', 'MAIL_BACKENDS'),
  ];
}

/** The settings, grouped; null: app passwords are not checked. */
export function olderAppsOf(env: Environment): OlderAppsConfig | null {
  if (env.OLDER_APPS_PORT === undefined) return null;
  const { MAIL_BACKENDS: backends, MAIL_BACKEND_PASSWORD: password } = env;
  return {
    host: env.OLDER_APPS_HOST,
    port: Number(env.OLDER_APPS_PORT),
    mail: backends === undefined || password === undefined ? null : { at: backendsIn(backends), password },
    proxies: env.OLDER_APPS_PROXIES ?? [],
  };
}

function words(text: string): string[] {
  return text.split(',').map((word) => word.trim());
}

function backendIn(word: string): { protocol: MailProtocol; host: string; port: number } | null {
  const [, protocol, v6, v4, port] = BACKEND.exec(word) ?? [];
  const host = v6 ?? v4 ?? '';
  if (isIP(host) === 0 || Number(port) < 1 || Number(port) > 65_535) return null;
  return { protocol: protocol as MailProtocol, host, port: Number(port) };
}

function backendsIn(text: string): MailBackends['at'] {
  const found = words(text).flatMap((word) => backendIn(word) ?? []);
  return Object.fromEntries(found.map(({ protocol, host, port }) => [protocol, { host, port }]));
}
