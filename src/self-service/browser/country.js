/** The list of countries as one that is searched by typing (ARIA Authoring Practices, combobox with a list). */

import { findCountries } from './country-search.js';

/** @typedef {import('./country-search.js').Country} Country */

export function prepareCountry() {
  const select = document.getElementById('country');
  const box = select?.closest('.select');
  if (!(select instanceof HTMLSelectElement) || !(box instanceof HTMLElement)) return;
  const countries = [...select.options].map(readCountry);
  const none = box.dataset.none ?? '';
  const { input, list, status } = createBox(box, select);
  const options = createOptions(input, list);
  const chosen = () => countries.find(({ code }) => code === select.value);

  /** @param {Country[]} found */
  function show(found) {
    options.show(found);
    status.textContent = found.length === 0 ? none : '';
  }

  function close() {
    options.hide();
    status.textContent = '';
    input.value = labelOf(chosen());
  }

  /** @param {Country | undefined} country */
  function choose(country) {
    if (!country || !(select instanceof HTMLSelectElement)) return;
    select.value = country.code;
    select.dispatchEvent(new Event('change', { bubbles: true }));
    close();
  }

  input.addEventListener('input', () => show(findCountries(countries, input.value)));
  input.addEventListener('focus', () => input.select());
  input.addEventListener('click', () => options.isOpen() || show(countries));
  input.addEventListener('blur', close);
  /** @param {KeyboardEvent} event */
  function chooses({ key }) {
    return key === 'Enter' || (key === 'Tab' && input.value !== labelOf(chosen()));
  }

  input.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') return close();
    if (options.isOpen() && chooses(event)) {
      if (event.key === 'Enter') event.preventDefault();
      return choose(options.current());
    }
    const by = MOVES[event.key];
    if (by === undefined) return;
    event.preventDefault();
    options.isOpen() ? options.move(by) : show(countries);
  });
  list.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    choose(options.of(/** @type {Element} */ (event.target)));
  });
  select.addEventListener('change', () => {
    input.value = labelOf(chosen());
  });
  close();
}

/** How far each key moves in the list. @type {Record<string, number>} */
const MOVES = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };

/**
 * The list that is shown, and the place in it that the keys have reached.
 * @param {HTMLInputElement} input
 * @param {HTMLUListElement} list
 */
function createOptions(input, list) {
  /** @type {Country[]} */
  let found = [];
  let at = -1;

  function mark() {
    for (const [place, option] of [...list.children].entries())
      option.setAttribute('aria-selected', String(place === at));
    const current = list.children[at];
    if (!current) return input.removeAttribute('aria-activedescendant');
    input.setAttribute('aria-activedescendant', current.id);
    current.scrollIntoView({ block: 'nearest' });
  }

  return {
    isOpen: () => !list.hidden,
    current: () => found[at],
    /** @param {Element} element */
    of: (element) =>
      found[[...list.children].indexOf(/** @type {Element} */ (element.closest('[role=option]')))],
    /** @param {Country[]} next */
    show(next) {
      found = next;
      at = found.length > 0 ? 0 : -1;
      list.replaceChildren(...found.map((country, place) => optionFor(country, place)));
      list.hidden = found.length === 0;
      input.setAttribute('aria-expanded', String(found.length > 0));
      mark();
    },
    /** @param {number} by */
    move(by) {
      at = Math.min(found.length - 1, Math.max(0, at + by));
      mark();
    },
    hide() {
      list.hidden = true;
      input.setAttribute('aria-expanded', 'false');
      input.removeAttribute('aria-activedescendant');
    },
  };
}

/**
 * @param {HTMLOptionElement} option
 * @returns {Country}
 */
function readCountry({ value, dataset }) {
  const { name = '', callingCode = '', otherNames = '', areas = '' } = dataset;
  const listed = (/** @type {string} */ text) => text.split('|').filter((each) => each !== '');
  return { code: value, name, callingCode, otherNames: listed(otherNames), areas: listed(areas) };
}

/** @param {Country | undefined} country */
const labelOf = (country) => (country ? `${country.name} (${country.callingCode})` : '');

/**
 * @param {HTMLElement} box
 * @param {HTMLSelectElement} select
 */
function createBox(box, select) {
  const input = document.createElement('input');
  for (const [name, value] of Object.entries({
    class: 'input',
    type: 'text',
    role: 'combobox',
    'aria-expanded': 'false',
    'aria-controls': 'country-list',
    'aria-autocomplete': 'list',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: box.dataset.search ?? '',
  }))
    input.setAttribute(name, value);
  const list = document.createElement('ul');
  list.id = 'country-list';
  list.className = 'options';
  list.hidden = true;
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', select.labels[0]?.textContent ?? '');
  const status = document.createElement('p');
  status.className = 'hint';
  status.setAttribute('role', 'status');
  box.className = 'combobox';
  select.hidden = true;
  select.id = 'country-value';
  input.id = 'country';
  box.prepend(input);
  box.append(list);
  box.after(status);
  return { input, list, status };
}

/**
 * @param {Country} country
 * @param {number} place
 */
function optionFor({ code, name, callingCode }, place) {
  const option = document.createElement('li');
  option.id = `country-${place}`;
  option.setAttribute('role', 'option');
  const sign = document.createElement('span');
  sign.className = 'code-sign';
  sign.setAttribute('aria-hidden', 'true');
  sign.textContent = code;
  const label = document.createElement('span');
  label.textContent = name;
  const calling = document.createElement('span');
  calling.textContent = callingCode;
  option.append(sign, label, calling);
  return option;
}
