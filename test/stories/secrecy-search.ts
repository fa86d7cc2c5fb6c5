/** Looks for secrets and phone numbers in whatever a service leaves behind, in every form in which they could be there. */
import { createHash } from 'node:crypto';
import { parseSigningRing } from '../../src/platform/secrets/signing-ring.ts';
import type { Rows } from './stored-text.ts';

/** Texts by where they are from. */
export type Places = Record<string, string>;
/** Texts that must not be found, by what they are. */
export type Needles = Map<string, string[]>;

/** Columns that are there to hold numbers of users. */
const NUMBER_COLUMNS: Record<string, string> = {
  'public.verification': 'phone_number',
  'public.phone_method': 'phone_number',
  'public.pbx_profile': 'switchboard_number',
};
/** The caller lines are the installation's own numbers; the registry keeps what called from which. */
const LINE_COLUMNS = ['line_number', 'number'];

/** Where which needle was found: one sentence each. */
export function search(places: Places, needles: Needles): string[] {
  return Object.entries(places).flatMap(([place, text]) => {
    const joined = text.replaceAll(/(?<=\d)[ ().-]+(?=\d)/g, '');
    const found = [...needles].filter(([, forms]) =>
      forms.some((form) => text.includes(form) || joined.includes(form)),
    );
    return found.map(([what]) => `${place} holds ${what}`);
  });
}

/**
 * A number of Sweden: its national digits are part of every way to write it, apart from the spaces between them. A bare
 * hash is as good as the number, since all numbers are soon tried.
 */
export const numberForms = (e164: string): string[] => [
  e164.slice('+46'.length),
  ...[e164, `${e164}x`].map((text) => createHash('sha256').update(text).digest('hex')),
];

/** An app password as shown, without spaces, and as base64 (its last group may differ by what follows). */
export function passwordForms(shown: string): string[] {
  const plain = shown.replaceAll(' ', '');
  return [shown, plain, Buffer.from(plain).toString('base64').slice(0, 20)];
}

/** The code of a text message, as it would stand in a text or in JSON, and its bare hash. */
export const codeForms = (code: string): string[] => [
  ...[`"${code}"`, `'${code}'`, ` ${code}`, `${code} `, `=${code}`, `#${code}`],
  createHash('sha256').update(code).digest('hex'),
];

/** An assertion: what it says, and its signature. Its id may stand anywhere. */
export const assertionForms = (assertion: string): string[] => assertion.split('.').slice(1);

/** An API key: its secret half is part of it. */
export const apiKeyForms = (key: string): string[] => [key.split('_').slice(2).join('_')];

/** The token of an account, also as the REST API carries it. */
export const tokenForms = ({ sid, token }: { sid: string; token: string }): string[] => [
  token,
  Buffer.from(`${sid}:${token}`).toString('base64'),
];

/** Each key of a ring, in base64 and in hexadecimal. */
export const keyRingForms = (ring: string): string[] =>
  ring.split(',').flatMap((entry) => {
    const key = entry.slice(entry.indexOf(':') + 1);
    return [key, Buffer.from(key, 'base64').toString('hex')];
  });

/** Each key that signs, as it is set, in PEM, and its private number as JWK and in hexadecimal. */
export const signingKeyForms = (ring: string): string[] =>
  parseSigningRing(ring).keys.flatMap(({ privateKey }) => {
    const { d = '' } = privateKey.export({ format: 'jwk' });
    const der = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
    return [der.slice(0, 64), d, Buffer.from(d, 'base64url').toString('hex')];
  });

/** Rows as text, without what the columns hold that are meant for it. */
export function rowsText(rows: Rows): string {
  const kept = [...rows].map(([table, content]) => {
    const meant = [NUMBER_COLUMNS[table] ?? '', ...LINE_COLUMNS];
    const others = content.map((row) => Object.entries(row).filter(([column]) => !meant.includes(column)));
    return [table, others];
  });
  return JSON.stringify(kept);
}

/** A dump without the first number of each row in the tables that have a column for one. */
export function dumpText(dump: string): string {
  const tables = Object.keys(NUMBER_COLUMNS).map((table) => `INSERT INTO ${table} `);
  const lines = dump.split('\n').map((line) => {
    const isMeant = tables.some((start) => line.startsWith(start));
    return isMeant ? line.replace(/'\+\d{8,15}'/, "'meant'") : line;
  });
  return lines.join('\n');
}
