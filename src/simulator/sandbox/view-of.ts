/** Puts together what the page shows. */
import type { BackendView, DeskView, MobileView, View } from './browser/view.ts';
import { forPeople, inItsCountry } from './format-number.ts';
import type { Network } from './network.ts';
import { PEOPLE } from './people.ts';
import type { Phones } from './phones.ts';
import type { State } from './state.ts';
import type { Switches } from './switches.ts';
import { timelineOf } from './timeline.ts';
import type { Verifications } from './verifications.ts';

/** What is looked at. */
interface ViewDeps {
  state: State;
  network: Network;
  phones: Phones;
  verifications: Verifications;
  switches: Switches;
}

/** The most texts that a mobile shows. */
const MOST_TEXTS = 3;

/** The view of the person who is chosen. */
export function viewOf(deps: ViewDeps): View {
  const { state, network, verifications, switches } = deps;
  const faults = switches.view();
  const isDown = faults.some(({ id, on, hits }) => id === 'down' && on && hits > 0);
  return {
    now: network.now(),
    organisation: state.organisation,
    people: PEOPLE.map(({ id, name, initials }) => ({ id, name, initials })),
    person: state.person.id,
    backend: backendOf(deps),
    desk: deskOf(deps),
    mobile: mobileOf(deps),
    faults,
    timeline: timelineOf(verifications.of(state.person.id), isDown),
  };
}

function backendOf({ state, verifications }: ViewDeps): BackendView {
  const { id } = state.person;
  const its = verifications.of(id);
  const open = its && !its.isFinished ? its : null;
  return {
    inProgress: open?.channel ?? null,
    digits: open?.digits ?? null,
    problem: state.problems.get(id) ?? null,
    selfService: state.hasSelfService,
    webhook: state.webhooks.get(id) ?? null,
    methods: state.methods.get(id) ?? [],
  };
}

function deskOf({ state, phones }: ViewDeps): DeskView {
  const { id, office, extension, country } = state.person;
  return {
    mode: state.modes.get(id) ?? 'rings',
    number: inItsCountry(office),
    extension,
    country,
    call: phones.callAt(office),
  };
}

function mobileOf({ state, network, phones }: ViewDeps): MobileView {
  const { id, mobile } = state.person;
  const clearedAt = state.clearedAt.get(id) ?? 0;
  const texts = network
    .texts()
    .flatMap(({ sid, request, receivedAt }) =>
      request.to === mobile && receivedAt !== null && receivedAt > clearedAt
        ? [{ sid, ...request, at: receivedAt }]
        : [],
    )
    .slice(-MOST_TEXTS);
  const sender = texts.at(-1)?.from;
  return {
    number: forPeople(mobile),
    texts: texts.map(({ sid, from, body, at }) => ({
      ...{ sid, from: forPeople(from), body, at },
      code: /\b\d{6}\b/.exec(body)?.[0] ?? null,
    })),
    isStopped: sender !== undefined && network.stopList.has(sender, mobile),
    canAnswer: sender?.startsWith('+') === true,
    call: phones.callAt(mobile),
  };
}
