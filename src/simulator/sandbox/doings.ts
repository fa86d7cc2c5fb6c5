/** Does what people want to do on the page. */
import { DeskError } from '../desk.ts';
import type { Action } from './actions.ts';
import { type Backend, BackendError } from './backend.ts';
import type { Journal } from './journal.ts';
import type { Network } from './network.ts';
import { deskScript, PEOPLE } from './people.ts';
import type { Phones } from './phones.ts';
import type { State } from './state.ts';
import type { Switches } from './switches.ts';
import type { Verifications } from './verifications.ts';

/** What can be moved. */
export interface DoingsDeps {
  state: State;
  network: Network;
  backend: Backend;
  phones: Phones;
  verifications: Verifications;
  switches: Switches;
  journal: Journal;
  refreshMethods: (userId: string) => Promise<void>;
  changed: () => void;
}

/** Does one thing. Rejects with `BackendError` or `DeskError` when it cannot be done; the message says why. */
export function createDoings(deps: DoingsDeps): (action: Action) => Promise<void> {
  return async (action) => {
    const { id } = deps.state.person;
    try {
      await act(deps, action);
    } catch (error) {
      if (error instanceof BackendError) {
        deps.state.problems.set(id, error.message);
        deps.journal.note('backend', `is refused: ${error.message}`);
      }
      throw error;
    } finally {
      deps.changed();
    }
  };
}

async function act(deps: DoingsDeps, action: Action): Promise<void> {
  switch (action.do) {
    case 'setUpOffice':
    case 'setUpMobile':
      return request(deps, action.do);
    case 'cancel':
      return deps.verifications.cancel(deps.state.person.id);
    case 'startOver':
      return startOver(deps);
    case 'enterCode':
      deps.state.problems.delete(deps.state.person.id);
      return deps.verifications.checkCode(deps.state.person.id, action.code);
    case 'choosePerson':
      deps.state.person = PEOPLE.find(({ id }) => id === action.person) ?? deps.state.person;
      return deps.refreshMethods(deps.state.person.id);
    case 'setMode':
      return setMode(deps, action.mode);
    case 'switchFault':
      return deps.switches.set(action.fault, action.on);
    case 'reply':
      return reply(deps, action.word);
    case 'shown':
      return deps.verifications.shown(action.verification);
    default:
      return handle(deps, action);
  }
}

function request({ state, verifications, journal }: DoingsDeps, what: 'setUpOffice' | 'setUpMobile') {
  const { id: userId, locale, office, mobile, extension } = state.person;
  state.problems.delete(userId);
  state.webhooks.delete(userId);
  const behind = state.modes.get(userId) === 'switchboard' ? { extension } : {};
  const wanted =
    what === 'setUpOffice'
      ? { userId, locale, number: office, ...behind }
      : { userId, locale, number: mobile, channel: 'sms' as const, phoneType: 'mobile' as const };
  journal.note('backend', `POST /v1/verifications ${JSON.stringify(wanted)}`);
  return verifications.request(wanted);
}

/** As if the person had never had a phone. */
async function startOver({ state, network, backend, verifications, refreshMethods, journal }: DoingsDeps) {
  const { id } = state.person;
  await verifications.forget(id);
  state.problems.delete(id);
  state.webhooks.delete(id);
  state.clearedAt.set(id, network.now());
  journal.note('backend', `DELETE /v1/users/${id}`);
  await backend.erase(id);
  await refreshMethods(id);
}

function setMode({ state, network }: DoingsDeps, mode: (Action & { do: 'setMode' })['mode']): void {
  state.modes.set(state.person.id, mode);
  network.desk.script(state.person.office, deskScript(mode, state.person));
}

function reply({ state, network, journal }: DoingsDeps, body: 'STOP' | 'START'): void {
  const from = state.person.mobile;
  const text = network.texts().findLast(({ request, receivedAt }) => request.to === from && receivedAt);
  if (!text) throw new DeskError('There is no text message to answer.');
  network.answerText({ from, to: text.request.from, body });
  journal.note('phone', `answers ${body}`);
}

/** The phones. Whoever is on hold hears no keys. */
function handle({ state, network, phones }: DoingsDeps, action: Extract<Action, { phone: string }>): void {
  const number = action.phone === 'desk' ? state.person.office : state.person.mobile;
  if (action.do === 'hold') phones.hold(number);
  else if (action.do === 'hangUp') network.hands.act(number, { do: 'hangUp' });
  else if (action.do !== 'press') network.hands.act(number, { do: action.do });
  else if (!phones.callAt(number)?.onHold) network.hands.act(number, { do: 'press', key: action.key });
}
