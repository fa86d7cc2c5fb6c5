/** Shows what the MFA backend knows. */
import { button, copyOf, fill, part, within, write } from './dom.ts';
import type { MethodView, View, WebhookView } from './view.ts';

/** Shows it. */
export function renderBackend({ people, person, backend, desk }: View): void {
  renderPerson(people, person);
  const { inProgress, digits, problem, webhook, methods } = backend;
  const setUp = button('set-up-office');
  write(setUp, inProgress ? 'Verification in progress' : 'Set up my office phone');
  setUp.setAttribute('aria-disabled', String(inProgress !== null));
  setUp.classList.toggle('p', inProgress === null);
  setUp.classList.toggle('q', inProgress !== null);
  part('cancel').hidden = inProgress === null || desk.call !== null;
  part('code-form').hidden = inProgress !== 'sms';
  part('set-up-mobile').hidden = inProgress === 'sms';
  button('set-up-mobile').setAttribute('aria-disabled', String(inProgress !== null));
  part('digits').hidden = digits === null;
  write(part('digits-keys'), digits ? `${[...digits].join(' ')} #` : '');
  write(part('problem'), problem ?? '');
  renderWebhook(webhook);
  renderMethods(methods);
  part('start-over').hidden = methods.length === 0 && problem === null && webhook === null;
}

function renderPerson(people: View['people'], person: string): void {
  const select = part<HTMLSelectElement>('person');
  if (select.value !== person) select.value = person;
  write(part('initials'), people.find(({ id }) => id === person)?.initials ?? '');
}

/** Ids are as long as the box is wide. */
const LONGEST = 13;
const FIRST = ['outcome', 'userId', 'phoneMethodId'];

function renderWebhook(webhook: WebhookView | null): void {
  part('no-webhook').hidden = webhook !== null;
  part('webhook').hidden = webhook === null;
  if (!webhook) return;
  write(part('webhook-path'), `POST ${webhook.path}`);
  write(part('webhook-status'), String(webhook.status));
  const body = part('webhook-body');
  const text = JSON.stringify(webhook);
  if (body.dataset.shows === text) return;
  body.dataset.shows = text;
  body.replaceChildren(...linesOf(webhook));
}

function* linesOf({ type, data }: WebhookView): Generator<Node> {
  const rest = Object.keys(data).filter((name) => !FIRST.includes(name));
  const names = [...FIRST.filter((name) => name in data), ...rest];
  const fields: [string, string | null][] = names.map((name) => [name, data[name] ?? null]);
  const all: [string, string | null][] = [['type', type], ...fields];
  for (const [place, [name, value]] of all.entries()) {
    yield document.createTextNode(`${place === 0 ? '{ ' : '  '}"${name}": `);
    yield* nodesOf(name, value);
    yield document.createTextNode(place === all.length - 1 ? ' }' : ',\n');
  }
}

function* nodesOf(name: string, value: string | null): Generator<Node> {
  if (value === null) return yield document.createTextNode('null');
  const short = value.length > LONGEST && /^[\da-f]{8}-/.test(value) ? `${value.slice(0, 8)}…` : value;
  if (name !== 'type' && name !== 'outcome') return yield document.createTextNode(`"${short}"`);
  const strong = document.createElement('b');
  strong.textContent = short;
  yield* [document.createTextNode('"'), strong, document.createTextNode('"')];
}

const PHONES: Record<string, string> = {
  office: 'Office phone',
  mobile: 'Mobile',
  alternateMobile: 'Alternate mobile',
};

function renderMethods(methods: readonly MethodView[]): void {
  part('no-methods').hidden = methods.length > 0;
  part('methods').hidden = methods.length === 0;
  fill(
    part('methods'),
    methods,
    () => copyOf('method'),
    (element, method) => {
      const isOffice = method.phoneType === 'office';
      within(element, '[data-icon="office"]').toggleAttribute('hidden', !isOffice);
      within(element, '[data-icon="mobile"]').toggleAttribute('hidden', isOffice);
      write(within(element, 'bdi'), method.number);
      write(within(element, '.ext'), method.extension ? `, ext. ${method.extension}` : '');
      const facts = [
        PHONES[method.phoneType] ?? method.phoneType,
        method.isDefault ? 'default' : '',
        method.hasAppPassword ? 'app password issued' : '',
      ];
      write(within(element, 'small'), facts.filter(Boolean).join(' · '));
    },
  );
}
