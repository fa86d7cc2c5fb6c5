/** Somebody with a browser without scripts: follows redirects, keeps cookies, and sends forms as they stand. */

/** A page as it was answered in the end. */
export interface ShownPage {
  status: number;
  url: string;
  headers: Headers;
  html: string;
  /** What is written on it, without tags, spaces as one. */
  text: string;
}

/** A form of a page: where it goes, and its fields. */
export interface ShownForm {
  action: string;
  fields: Record<string, string>;
}

/** The most redirects in a row. */
const MOST_REDIRECTS = 5;

/** One browser, with cookies of its own. */
export type PageVisitor = ReturnType<typeof createPageVisitor>;

/** @param headers sent with every request, such as Accept-Language */
export function createPageVisitor(headers: Record<string, string> = {}) {
  const cookies = new Map<string, string>();

  function keep(answer: Response): void {
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/;\s*Max-Age=0/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
  }

  async function ask(url: string, form?: Record<string, string>): Promise<Response> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, {
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
      headers: { ...headers, ...(cookie === '' ? {} : { cookie }) },
      redirect: 'manual',
    });
    keep(answer);
    return answer;
  }

  async function follow(url: string, form?: Record<string, string>): Promise<ShownPage> {
    let at = url;
    let answer = await ask(at, form);
    for (let redirects = 0; redirects < MOST_REDIRECTS && answer.status === 303; redirects += 1) {
      at = new URL(answer.headers.get('location') ?? '', at).href;
      answer = await ask(at);
    }
    const html = await answer.text();
    return { status: answer.status, url: at, headers: answer.headers, html, text: textOf(html) };
  }

  return {
    cookies,
    /** Without following what it leads to. */
    ask,
    open: (url: string) => follow(url),
    /** Sends fields that no form of a page has given. */
    post: (url: string, fields: Record<string, string> = {}) => follow(url, fields),
    /** Sends a form of a page, with what is typed into it. @param part stands in the form's address, or in one of its values */
    send(page: ShownPage, typed: Record<string, string> = {}, part = ''): Promise<ShownPage> {
      const { action, fields } = formOn(page, part);
      return follow(new URL(action, page.url).href, { ...fields, ...typed });
    },
  };
}

/** The first form whose address ends in `part`, but for that of the languages. */
export function formOn({ html }: Pick<ShownPage, 'html'>, part = ''): ShownForm {
  const forms = [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, head = '', inside = '']) => ({
    action: attribute(head, 'action'),
    fields: fieldsIn(inside),
  }));
  const found = forms.find(
    ({ action }) => action.endsWith(part) && (part !== '' || !/\/language$/.test(action)),
  );
  if (!found)
    throw new Error(`The page has no form to ${part}; it has ${forms.map(({ action }) => action)}.`);
  return found;
}

function fieldsIn(inside: string): Record<string, string> {
  const inputs = [...inside.matchAll(/<input\b([^>]*)>/g)].map(([, head = '']) => [
    attribute(head, 'name'),
    attribute(head, 'value'),
  ]);
  const chosen = [...inside.matchAll(/<select\b([^>]*)>(.*?)<\/select>/gs)].map(
    ([, head = '', options = '']) => {
      const [, option = ''] = /<option\b([^>]*\sselected[^>]*)>/.exec(options) ?? [];
      return [attribute(head, 'name'), attribute(option, 'value')];
    },
  );
  return Object.fromEntries([...inputs, ...chosen].filter(([name]) => name !== ''));
}

const attribute = (head: string, name: string): string =>
  decode(new RegExp(`\\s${name}="([^"]*)"`).exec(head)?.[1] ?? '');

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

const decode = (text: string): string =>
  text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name) => ENTITIES[name] ?? '');

function textOf(html: string): string {
  const body = html.slice(html.indexOf('<body'));
  return decode(body.replaceAll(/<[^>]*>/g, ' '))
    .replaceAll(/\s+/g, ' ')
    .trim();
}
