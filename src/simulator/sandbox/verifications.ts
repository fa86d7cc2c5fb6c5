/** The newest verification of each person, whoever asked for it: requested, found, followed. */
import type { SimulatorEvent } from '../events.ts';
import { type Backend, BackendError, type ProgressEvent, type WantedVerification } from './backend.ts';
import { type Case, hearNetwork, hearOutcome, hearService, learn, newCase } from './cases.ts';
import type { Network } from './network.ts';
import { ownerOf } from './people.ts';

/** What following verifications needs. */
export interface VerificationsDeps {
  network: Network;
  backend: Backend;
  /** Calls `heard` with the events of a verification until it is finished. */
  follow: (id: string, heard: (event: ProgressEvent) => void) => Promise<void>;
  /** Called whenever something has changed. */
  changed: () => void;
}

/** The verifications. */
export interface Verifications {
  /** The newest of a user, or null. */
  of(userId: string): Case | null;
  /** Asks for one. Rejects with `BackendError` when it is refused; what was before is shown again then. */
  request(wanted: WantedVerification): Promise<void>;
  /** Ends the one in progress. Rejects with `BackendError`. */
  cancel(userId: string): Promise<void>;
  /** Checks the code of the one in progress. Rejects with `BackendError`, also when the code is wrong. */
  checkCode(userId: string, code: string): Promise<void>;
  /** Ends the one in progress, if there is one, and forgets it. Rejects with `BackendError`. */
  forget(userId: string): Promise<void>;
  /** Takes note of what happened in the network. */
  hear(event: SimulatorEvent): void;
  /** Takes note of the webhook that told of an outcome. */
  outcome(data: Record<string, string | null>): void;
  /** The page shows the outcome: the first time counts. */
  shown(verificationId: string): void;
}

interface Book extends VerificationsDeps {
  /** By the user's id. */
  newest: Map<string, Case>;
}

/** Nobody has one yet. */
export function createVerifications(deps: VerificationsDeps): Verifications {
  const book: Book = { ...deps, newest: new Map() };
  return {
    of: (userId) => book.newest.get(userId) ?? null,
    request: (wanted) => request(book, wanted),
    async cancel(userId) {
      const { its, id } = openOf(book, userId);
      learn(its, await book.backend.cancel(id), book.network.now(), '');
    },
    async checkCode(userId, code) {
      const { its, id } = openOf(book, userId);
      try {
        await book.backend.checkCode(id, code);
      } finally {
        await refresh(book, its);
      }
    },
    async forget(userId) {
      const its = book.newest.get(userId);
      if (its?.id && !its.isFinished) await book.backend.cancel(its.id);
      book.newest.delete(userId);
    },
    hear(event) {
      const its = caseOf(book, event);
      if (its) hearNetwork(its, event, book.network);
      else if (event.type === 'created' || event.type === 'textStatus') void find(book, event);
    },
    outcome(data) {
      const its = book.newest.get(data.userId ?? '');
      if (!its || its.id !== data.verificationId) return;
      hearOutcome(its, data, book.network.now());
      void refresh(book, its);
    },
    shown(verificationId) {
      const its = [...book.newest.values()].find(({ id }) => id === verificationId);
      if (its?.outcome) its.marks.pageDone ??= { at: book.network.now(), fact: 'pushed' };
    },
  };
}

function openOf({ newest }: Book, userId: string): { its: Case; id: string } {
  const its = newest.get(userId);
  if (its?.id && !its.isFinished) return { its, id: its.id };
  throw new BackendError('No verification is in progress.');
}

async function request(book: Book, wanted: WantedVerification): Promise<void> {
  const { network, newest } = book;
  const { userId, number, extension = null, channel = 'call', phoneType = 'office' } = wanted;
  const before = newest.get(userId);
  if (before && !before.isFinished) throw new BackendError('A verification is in progress.');
  const its = newCase({ userId, number, extension, channel, phoneType, startedAt: network.now() });
  newest.set(userId, its);
  book.changed();
  try {
    const answer = await book.backend.requestVerification(wanted);
    learn(its, answer, network.now(), '201 Created');
    watch(book, its, answer.id);
  } catch (error) {
    if (before) newest.set(userId, before);
    else newest.delete(userId);
    throw error;
  }
}

function watch(book: Book, its: Case, id: string): void {
  void book.follow(id, (event) => {
    hearService(its, event);
    if (['queued', 'decided', 'finished'].includes(event.state)) void refresh(book, its);
    book.changed();
  });
}

/** Asks the service how a verification stands. A service that cannot be asked is asked again after the next change. */
async function refresh({ backend, network, changed }: Book, its: Case): Promise<void> {
  const read = its.id ? await backend.readVerification(its.id).catch(() => null) : null;
  if (read) learn(its, read, network.now(), '');
  changed();
}

/** The case that an event of the network belongs to; a new call or text joins the one in progress of its number. */
function caseOf({ newest }: Book, event: SimulatorEvent): Case | null {
  const its = newest.get(ownerOf(event.to)?.id ?? '');
  if (!its) return null;
  const isNew = event.type === 'created' || (event.type === 'textStatus' && event.status === 'queued');
  if (isNew && !its.isFinished && its.number === event.to) its.sid = event.sid;
  return its.sid === event.sid ? its : null;
}

/** A call or text that the sandbox did not ask for, such as from the self-service page: the newest one of its owner. */
async function find(book: Book, event: SimulatorEvent): Promise<void> {
  const { backend, newest, network } = book;
  const owner = ownerOf(event.to);
  const found = owner ? await backend.newest(owner.id).catch(() => null) : null;
  if (!owner || !found || newest.get(owner.id)?.id === found.id) return;
  const { number, channel, phoneType, createdAt } = found;
  const its = newCase({
    ...{ userId: owner.id, number: number.e164, extension: number.extension },
    ...{ channel, phoneType, startedAt: Date.parse(createdAt) },
  });
  its.sid = event.sid;
  newest.set(owner.id, its);
  learn(its, found, its.startedAt, 'by another page');
  hearNetwork(its, event, network);
  watch(book, its, found.id);
  book.changed();
}
