/** Reaching and changing the elements of the page. */

/**
 * The element that the page's HTML names with `data-part`.
 * @throws Error when there is none of this kind, which is a mistake in the HTML
 */
export function part<T extends Element = HTMLElement>(name: string): T {
  const found = document.querySelector<T>(`[data-part="${name}"]`);
  if (!found) throw new Error(`The page has no part "${name}".`);
  return found;
}

/** A button of the page. */
export const button = (name: string): HTMLButtonElement => part<HTMLButtonElement>(name);

/** All elements with an attribute, by its value. */
export function byValue(attribute: string): Map<string, HTMLElement> {
  const all = document.querySelectorAll<HTMLElement>(`[${attribute}]`);
  return new Map([...all].map((element) => [element.getAttribute(attribute) ?? '', element]));
}

/** Writes a text, if it is another one: live regions speak what is written. */
export function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Sets an attribute, if it has another value. */
export function mark(element: Element, name: string, value: string | boolean): void {
  const text = String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

/** A copy of what is in a template. */
export function copyOf(template: string): HTMLElement {
  const found = document.querySelector<HTMLTemplateElement>(`#${template}`);
  const first = found?.content.firstElementChild;
  if (!first) throw new Error(`The page has no template "${template}".`);
  return first.cloneNode(true) as HTMLElement;
}

/** The element within another that a selector finds; the HTML has it. */
export function within(element: Element, selector: string): HTMLElement {
  const found = element.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`There is no ${selector}.`);
  return found;
}

/** Makes a list have one element for each item: made when new, and brought up to date. */
export function fill<Item>(
  list: Element,
  items: readonly Item[],
  make: () => HTMLElement,
  update: (element: HTMLElement, item: Item) => void,
): void {
  while (list.children.length > items.length) list.lastElementChild?.remove();
  for (const [place, item] of items.entries()) {
    let element = list.children[place] as HTMLElement | undefined;
    if (!element) {
      element = make();
      list.append(element);
    }
    update(element, item);
  }
}
