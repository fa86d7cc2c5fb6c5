/** The text message that carries a code. */
import { charactersOutsideGsm, countSegments, inOneSegment, type Segmented } from './segments.ts';
import { nameInGsm, plainName, shortenName } from './shorten-name.ts';

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
  /** The hash of the Android app that reads the code, or null: 11 characters on a line before that of the host. */
  appHash?: string | null;
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

/** Google, SMS Retriever: a longer text is not given to an app. */
const MOST_BYTES_FOR_APP = 140;

/** What a text is made of besides the code. */
interface Plan extends Segmented {
  /** The organisation's name, as far as there is room. */
  name: string;
  /** Whom the last line binds the code to, or null: there is no such line. */
  host: string | null;
  /** Which app reads it, or null. */
  appHash: string | null;
}

/** Fills a template of a language file. */
export function fillTemplate(template: string, values: CodeTextValues): CodeText {
  return carryOut(plan(template, values), template, values.code);
}

/** The most plans that are kept. */
const KEPT_PLANS = 1_000;

/**
 * The same for many texts: finding a name that fits takes up to a millisecond, and of the texts of a tenant only the code differs.
 * All codes are ASCII digits.
 */
export function createTemplateFiller(): typeof fillTemplate {
  const plans = new Map<string, Plan>();
  return (template, values) => {
    const { organisation, host, appHash, code } = values;
    const key = JSON.stringify([template, organisation, host, appHash, code.length]);
    const made = plans.get(key) ?? plan(template, values);
    if (plans.size >= KEPT_PLANS) plans.clear();
    plans.set(key, made);
    return carryOut(made, template, code);
  };
}

function carryOut({ encoding, segments, ...plan }: Plan, template: string, code: string): CodeText {
  return { body: bodyOf(template, { ...plan, code }), encoding, segments };
}

function bodyOf(
  template: string,
  { name, host, appHash, code }: Pick<Plan, 'name' | 'host' | 'appHash'> & { code: string },
) {
  const text = template.replace(/\{\{(organisation|code)\}\}/g, (_, key) => (key === 'code' ? code : name));
  const lines = [
    text.trim(),
    ...(appHash === null ? [] : [appHash]),
    ...(host === null ? [] : [boundTo(host, code)]),
  ];
  return lines.join('\n');
}

/**
 * The whole name if that fits; then without marks on its letters, if that makes each character shorter; then less of it.
 * If nothing fits, less of it is no use.
 */
function plan(template: string, { organisation, code, host: given, appHash = null }: CodeTextValues): Plan {
  const bound = { host: given === null ? null : hostName(given), appHash };
  const textWith = (name: string) => bodyOf(template, { name, ...bound, code });
  const inOne = (name: string): Plan | null => {
    const text = textWith(name);
    const sent = appHash !== null && Buffer.byteLength(text) > MOST_BYTES_FOR_APP ? null : inOneSegment(text);
    return sent && { name, ...bound, ...sent };
  };
  const name = plainName(organisation);
  const whole = inOne(name);
  if (whole) return whole;
  const inGsm = nameInGsm(name);
  const spelled = inGsm !== null && charactersOutsideGsm(textWith(inGsm)).length === 0 ? inGsm : name;
  const shorter = inOne(spelled) ? spelled : shortenName(spelled, (each) => inOne(each) !== null);
  return inOne(shorter ?? spelled) ?? { name: spelled, ...bound, ...countSegments(textWith(spelled)) };
}

/** WICG, SMS one-time codes: the last line, one space, nothing after it. */
function boundTo(host: string, code: string): string {
  return `@${host} #${code}`;
}

/** Chromium, sms_parser: letters, digits, dots and hyphens, and no port. */
function hostName(host: string): string | null {
  const address = `https://${host}`;
  if (!/^[^\s/?#@\\]+$/.test(host) || !URL.canParse(address)) return null;
  const { hostname } = new URL(address);
  return /^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(hostname) ? hostname : null;
}
