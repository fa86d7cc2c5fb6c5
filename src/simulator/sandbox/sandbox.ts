/** The sandbox: an MFA backend, the phones of its people, and the way of each verification, put together. */
import type { IncomingHttpHeaders } from 'node:http';
import type { SimulatorEvent } from '../events.ts';
import type { Action } from './actions.ts';
import { type BackendAccess, createBackend } from './backend.ts';
import type { EntryView, View } from './browser/view.ts';
import { createDoings } from './doings.ts';
import { follow } from './follow.ts';
import { createJournal } from './journal.ts';
import type { Network } from './network.ts';
import { deskScript, MOBILE, ownerOf, PEOPLE } from './people.ts';
import { createPhones } from './phones.ts';
import { readWebhook } from './receive-webhook.ts';
import { newState, type State } from './state.ts';
import { createSwitches } from './switches.ts';
import { createVerifications } from './verifications.ts';
import { viewOf } from './view-of.ts';

/** What the sandbox needs. */
export interface SandboxDeps {
  network: Network;
  access: BackendAccess;
  /** Where the sandbox receives outcome webhooks. */
  receiverUrl: string;
  /** Called whenever the view has changed. */
  changed: () => void;
  /** Hears of each new line of the list of every event. */
  added: (entry: EntryView) => void;
}

/** A sandbox that is open. */
export interface Sandbox {
  view(): View;
  /** Every event, oldest first. */
  entries(): readonly EntryView[];
  /** Does what somebody wants. Rejects with `BackendError` or `DeskError` when it cannot be done; the message says why. */
  act(action: Action): Promise<void>;
  /** A link to the self-service page of the person. Rejects with `BackendError`. */
  selfServiceLink(): Promise<string>;
  /** Takes an outcome webhook; returns the status to answer with. */
  receive(webhook: { headers: IncomingHttpHeaders; body: string }): number;
  /** Follows nothing any more. */
  close(): void;
}

/** Connects to the service and opens the sandbox. Rejects with `BackendError` when the service cannot be used. */
export async function openSandbox(deps: SandboxDeps): Promise<Sandbox> {
  const { network, changed } = deps;
  const closed = new AbortController();
  const { signal } = closed;
  const backend = createBackend({ ...deps.access, signal });
  const state = newState({
    organisation: await backend.organisation(),
    secret: await backend.receiveAt(deps.receiverUrl),
    hasSelfService: await backend.hasSelfService(),
  });
  const journal = createJournal(network.now, deps.added);
  const verifications = createVerifications({
    ...{ network, backend, changed },
    follow: (id, heard) => follow({ backend, after: network.after, signal }, id, heard),
  });
  const phones = createPhones({
    ...{ network, changed },
    isSwitchboard: (number) => isSwitchboard(state, number),
    awaited: (number, keys) => nextKey(verifications.of(ownerOf(number)?.id ?? '')?.digits ?? null, keys),
  });
  const switches = createSwitches(network.faults, journal, changed);
  const refreshMethods = async (userId: string) => {
    const methods = await backend.methods(userId).catch(() => null);
    if (methods) state.methods.set(userId, methods);
    changed();
  };
  connectPhones(network);
  const stopHearing = network.on((event: SimulatorEvent) => {
    if (!ownerOf(event.to)) return;
    for (const hear of [journal.hear, phones.hear, verifications.hear]) hear(event);
    changed();
  });
  await refreshMethods(state.person.id);

  return {
    view: () => viewOf({ state, network, phones, verifications, switches }),
    entries: journal.all,
    act: createDoings({
      state,
      network,
      backend,
      phones,
      verifications,
      switches,
      journal,
      refreshMethods,
      changed,
    }),
    selfServiceLink: () => backend.selfServiceLink(state.person.id),
    receive(webhook) {
      const read = readWebhook(state.secret, webhook, network.now());
      const status = read ? 200 : 401;
      journal.note('backend', `POST /hooks/poundkey: ${webhook.body}, answered ${status}`);
      if (read) takeWebhook(read);
      changed();
      return status;
    },
    close() {
      stopHearing();
      closed.abort();
    },
  };

  function takeWebhook({ type, data }: NonNullable<ReturnType<typeof readWebhook>>): void {
    const userId = data.userId ?? '';
    if (/^(verification|fraud|challenge)\./.test(type))
      state.webhooks.set(userId, { path: '/hooks/poundkey', status: 200, type: lastPart(type), data });
    if (type === 'verification.finished') verifications.outcome(data);
    void refreshMethods(userId);
  }
}

function connectPhones({ desk }: Network): void {
  for (const person of PEOPLE) {
    desk.script(person.office, deskScript('rings', person));
    desk.script(person.mobile, MOBILE);
  }
}

function isSwitchboard({ modes }: State, number: string): boolean {
  const owner = ownerOf(number);
  return owner?.office === number && modes.get(owner.id) === 'switchboard';
}

/** The key to press next: the digits that the policy wants, if any, then `#`. */
function nextKey(digits: string | null, keys: string): string {
  return digits?.[keys.length % (digits.length + 1)] ?? '#';
}

function lastPart(type: string): string {
  return type.split('.').at(-1) ?? type;
}
