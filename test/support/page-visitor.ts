/** A browser without scripts, as far as the page can tell: keeps cookies, follows redirects, and fills in forms. */

/** A page as it was answered. */
export interface Visited {
  status: number;
  /** Path and query of where it is. */
  at: string;
  headers: Headers;
  html: string;
  /** The text of the heading. */
  title: string;
}

/** One browser. */
export type Visitor = ReturnType<typeof openVisitor>;

const MOST_REDIRECTS = 5;

/** @param origin where the page is, such as `http://127.0.0.1:8080` */
export function openVisitor(origin: string, headers: Record<string, string> = {}) {
  const cookies = new Map<string, string>();

  async function send(method: string, path: string, fields?: Record<string, string>): Promise<Visited> {
    let next = { method, url: new URL(path, origin), fields };
    for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
      const response = await fetch(next.url, {
        method: next.method,
        redirect: 'manual',
        headers: { ...headers, cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
        ...(next.fields ? { body: new URLSearchParams(next.fields) } : {}),
      });
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        cookies.set(name, value);
      }
      const location = response.headers.get('location');
      if (location === null) return visited(response, next.url);
      next = { method: 'GET', url: new URL(location, next.url), fields: undefined };
    }
    throw new Error('the page leads in a circle');
  }

  return {
    cookies,
    open: (path: string) => send('GET', path),
    post: (path: string, fields: Record<string, string> = {}) => send('POST', path, fields),
    /** Presses the button of the form that goes to `action`, with what is typed. */
    submit(page: Visited, action: string, typed: Record<string, string> = {}) {
      return send('POST', action, { ...hiddenFields(page.html, action), ...typed });
    },
  };
}

async function visited(response: Response, url: URL): Promise<Visited> {
  const html = await response.text();
  const title = /<h1[^>]*>([^<]*)<\/h1>/.exec(html)?.[1] ?? '';
  return {
    status: response.status,
    at: `${url.pathname}${url.search}`,
    headers: response.headers,
    html,
    title,
  };
}

/** The hidden fields of a form, as the browser would send them. */
function hiddenFields(html: string, action: string): Record<string, string> {
  const forms = html.split('<form').slice(1);
  const form = forms.find((each) => each.includes(`action="${action}"`))?.split('</form>')[0];
  if (form === undefined) throw new Error(`there is no form to ${action}`);
  const found = form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g);
  return Object.fromEntries([...found].map(([, name, value]) => [name, value]));
}

/** What people read of a page: without tags, and with single spaces. */
export function wordsOf(html: string): string {
  const [, main = html] = /<main[^>]*>([\s\S]*)<\/main>/.exec(html) ?? [];
  return main
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
