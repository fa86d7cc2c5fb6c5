/** The list of countries as one that is searched by typing (ARIA Authoring Practices, combobox with a list). */

/** @typedef {{ code: string, name: string, callingCode: string, words: string }} Country */

export function prepareCountry() {
  const select = document.getElementById('country');
  const box = select?.closest('.select');
  if (!(select instanceof HTMLSelectElement) || !(box instanceof HTMLElement)) return;
  const countries = [...select.options].map(readCountry);
  const none = box.dataset.none ?? "";
  const shown = createBox(box, select);
  const { input, list, status } = shown;
  /** @type {Country[]} */
  let found = [];
  let at = -1;

  const chosen = () => countries.find(({ code }) => code === select.value);
  const isOpen = () => input.getAttribute('aria-expanded') === 'true';

  /** @param {Country[]} next */
  function show(next) {
    found = next;
    at = found.length > 0 ? 0 : -1;
    list.replaceChildren(...found.map((country, place) => optionFor(country, place)));
    list.hidden = found.length === 0;
    input.setAttribute('aria-expanded', String(found.length > 0));
    status.textContent = found.length === 0 ? none : "";
    mark();
  }

  function mark() {
    for (const [place, option] of [...list.children].entries()) option.setAttribute('aria-selected', String(place === at));
    const current = list.children[at];
    if (current) {
      input.setAttribute('aria-activedescendant', current.id);
      current.scrollIntoView({ block: 'nearest' });
    } else input.removeAttribute('aria-activedescendant');
  }

  function close() {
    list.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
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
  input.addEventListener('click', () => {
    if (!isOpen()) show(countries);
  });
  input.addEventListener('blur', close);
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') return close();
    if (event.key === 'Enter' && isOpen()) {
      event.preventDefault();
      return choose(found[at]);
    }
    if (event.key === 'Tab' && isOpen() && input.value !== labelOf(chosen())) return choose(found[at]);
    const moved = move(event.key, at, found.length);
    if (moved === null) return;
    event.preventDefault();
    if (!isOpen()) return show(countries);
    at = moved;
    mark();
  });
  list.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    const option = /** @type {Element} */ (event.target).closest('[role=option]');
    if (option) choose(found[[...list.children].indexOf(option)]);
  });
  select.addEventListener('change', () => {
    input.value = labelOf(chosen());
  });
  close();
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
    if (words.startsWith(wanted) || code.toLowerCase() === wanted || callingCode.slice(1) === digits) return 0;
    if (words.split(/[\s,()-]+/).some((word) => word.startsWith(wanted))) return 1;
    if (/^\d+$/.test(digits) && callingCode.slice(1).startsWith(digits)) return 1;
    return words.includes(wanted) ? 2 : 3;
  };
  return [0, 1, 2].flatMap((wish) => countries.filter((country) => rank(country) === wish));
}

/**
 * @param {string} key
 * @param {number} at
 * @param {number} count
 */
function move(key, at, count) {
  if (key === 'ArrowDown') return Math.min(count - 1, at + 1);
  if (key === 'ArrowUp') return Math.max(0, at - 1);
  if (key === 'PageDown') return Math.min(count - 1, at + 8);
  return key === 'PageUp' ? Math.max(0, at - 8) : null;
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
