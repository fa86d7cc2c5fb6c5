import { badAnswer } from './provider-error.ts';

/** Twilio, Calls and Messages: the largest page there is. */
export const PAGE_SIZE = 1000;
/** More pages than two numbers can fill; a server that always names a next page must not hold us for ever. */
const MAX_PAGES = 50;

/** A page of the `twilio` package. */
interface Page<Item> {
  instances: Item[];
  nextPageUrl?: string;
}

/**
 * Everything in a list, page after page, in the provider's order.
 * @param what is listed, in the plural
 * @param next gets the page at an address
 */
export async function readPages<Item>(
  what: string,
  first: Page<Item>,
  next: (url: string) => Promise<Page<Item>>,
): Promise<Item[]> {
  let page = first;
  const all: Item[] = [...page.instances];
  for (let read = 1; page.nextPageUrl !== undefined; read += 1) {
    if (read === MAX_PAGES) throw badAnswer(`a list of ${what} that ends within ${MAX_PAGES} pages`);
    page = await next(page.nextPageUrl);
    all.push(...page.instances);
  }
  return all;
}
