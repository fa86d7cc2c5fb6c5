/** The text message that carries a code. */
import { countSegments, type Segmented } from './segments.ts';
import { nameInGsm, plainName, shorterNames } from './shorten-name.ts';

/** What is filled into the text. */
export interface CodeTextValues {
  /** Who asks for the code; shortened where the text would otherwise be too long for one segment. */
  organisation: string;
  /** The code, ASCII digits. */
  code: string;
  /**
   * The host name of the page where the code is typed, or null if it is not known: phones then offer the code there and
   * nowhere else. Capitals, other alphabets and a port are brought into the form that phones compare; what cannot be a
   * host name counts as not known.
   */
  host: string | null;
}

/**
 * A text that is ready to be sent, and how it is sent: more than one segment only with a host longer than `LONG_HOST`, or
 * a name in another alphabet than the text's.
 */
export interface CodeText extends Segmented {
  body: string;
}

/** The texts of every language. */
export interface CodeTexts {
  /**
   * The text with a code. `locale` as for a step of a call: one without texts gets those of the nearest; `tenantId`
   * null: everybody's.
   */
  fillCodeText(values: CodeTextValues & { locale: string; tenantId: string | null }): CodeText;
}

/** A host as long as any for which one segment is promised. */
export const LONG_HOST = 'sign-in.international.example';

/** Fills a template of a language file. */
export function fillTemplate(template: string, { organisation, code, host }: CodeTextValues): CodeText {
  const page = host === null ? null : hostName(host);
  const lastLine = page === null ? '' : boundTo(page, code);
  const named = (name: string) => {
    const text = template.replace(/\{\{(organisation|code)\}\}/g, (_, key) => (key === 'code' ? code : name));
    const body = text.trim() + lastLine;
    return { body, ...countSegments(body) };
  };
  return firstShort(plainName(organisation), named);
}

/**
 * The whole name if that fits; then without marks on its letters, if that makes each character shorter; then less of it.
 * If nothing fits, less of it is no use.
 */
function firstShort(name: string, named: (name: string) => CodeText): CodeText {
  const whole = named(name);
  if (whole.segments === 1) return whole;
  const inGsm = nameInGsm(name);
  const spelled = inGsm !== null && named(inGsm).encoding === 'GSM-7' ? inGsm : name;
  const best = named(spelled);
  for (const shorter of best.segments === 1 ? [] : shorterNames(spelled)) {
    const text = named(shorter);
    if (text.segments === 1) return text;
  }
  return best;
}

/** WICG, SMS one-time codes: the last line, one space, nothing after it. */
function boundTo(host: string, code: string): string {
  return `\n@${host} #${code}`;
}

/** Chromium, sms_parser: letters, digits, dots and hyphens, and no port. */
function hostName(host: string): string | null {
  const address = `https://${host}`;
  if (!/^[^\s/?#@\\]+$/.test(host) || !URL.canParse(address)) return null;
  const { hostname } = new URL(address);
  return /^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(hostname) ? hostname : null;
}
