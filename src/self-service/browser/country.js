/** The list of countries as one that is searched by typing (ARIA Authoring Practices, combobox with a list). */

/** @typedef {{ code: string, name: string, callingCode: string, words: string }} Country */

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

  input.addEventListener('input', () => show(search(countries, input.value)));
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
  const { name = '', callingCode = '', otherNames = '' } = dataset;
  return { code: value, name, callingCode, words: plain(`${name} ${otherNames}`) };
}

/** @param {Country | undefined} country */
const labelOf = (country) => (country ? `${country.name} (${country.callingCode})` : '');

/** Without accents and capitals. @param {string} text */
const plain = (text) => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();

/**
 * Those whose name, code or calling code begins so come before those where a later word does.
 * @param {Country[]} countries
 * @param {string} typed
 */
function search(countries, typed) {
  const wanted = plain(typed.trim());
  if (wanted === '') return countries;
  const digits = wanted.replace(/^\+|^00/, '');
  /** @param {Country} country */
  const rank = ({ code, callingCode, words }) => {
    if (words.startsWith(wanted) || code.toLowerCase() === wanted || callingCode.slice(1) === digits)
      return 0;
    if (words.split(/[\s,()-]+/).some((word) => word.startsWith(wanted))) return 1;
    if (/^\d+$/.test(digits) && callingCode.slice(1).startsWith(digits)) return 1;
    return words.includes(wanted) ? 2 : 3;
  };
  return [0, 1, 2].flatMap((wish) => countries.filter((country) => rank(country) === wish));
}

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
