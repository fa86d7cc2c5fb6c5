/** A visitor of the self-service page, who goes by paths and presses the button of a form by where it goes. */
import { createPageVisitor, formOn, type ShownPage } from './form-visitor.ts';

/** A page as it was answered. */
export interface Visited extends ShownPage {
  /** Path and query of where it is. */
  at: string;
  /** The text of the heading. */
  title: string;
}

/** One browser. */
export type Visitor = ReturnType<typeof openVisitor>;

/** @param origin where the page is, such as `http://127.0.0.1:8080` */
export function openVisitor(origin: string, headers: Record<string, string> = {}) {
  const { cookies, ask, open, post } = createPageVisitor(headers);
  const visited = async (shown: Promise<ShownPage>): Promise<Visited> => {
    const page = await shown;
    const { pathname, search } = new URL(page.url);
    const title = /<h1[^>]*>([^<]*)<\/h1>/.exec(page.html)?.[1] ?? '';
    return { ...page, at: `${pathname}${search}`, title };
  };
  return {
    cookies,
    /** Without following what it leads to. */
    ask: (path: string, form?: Record<string, string>) => ask(new URL(path, origin).href, form),
    open: (path: string) => visited(open(new URL(path, origin).href)),
    post: (path: string, fields: Record<string, string> = {}) =>
      visited(post(new URL(path, origin).href, fields)),
    /** Presses the button of the form that goes to `action`, with what is typed. */
    submit(page: Visited, action: string, typed: Record<string, string> = {}) {
      return this.post(action, { ...formOn(page, action).fields, ...typed });
    },
  };
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
