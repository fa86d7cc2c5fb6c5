/** Faults that people switch on and off, and how often each has struck. */
import type { Operation } from '../faults.ts';
import type { FaultView } from './browser/view.ts';
import type { Journal } from './journal.ts';
import type { Network } from './network.ts';

/** The names of the switches. */
export const FAULT_IDS = ['loseNext', 'late', 'down', 'twice'] as const;
/** One of them. */
type FaultId = (typeof FAULT_IDS)[number];

/** How late callbacks are answered, ms. */
const LATE_MS = 5_000;
const KINDS = ['answer', 'digits', 'redirect', 'fallback', 'machine'] as const;
const CALLBACKS = [...KINDS, 'status', 'text'] as const;
const REQUESTS: Record<Operation, string> = {
  create: 'to call',
  fetch: 'how a call stands',
  list: 'for calls',
  update: 'to change a call',
  createText: 'to send a text',
  fetchText: 'how a text stands',
  listTexts: 'for texts',
};

/** The switches. */
export interface Switches {
  /** Switches one; twice the same changes nothing. */
  set(id: FaultId, on: boolean): void;
  view(): FaultView[];
}

interface Switch {
  hits: number;
  /** Removes what was switched on; null: it is off. */
  remove: (() => void) | null;
}

/** Called when a fault strikes, with what happened where no event of the network tells it. */
type Strike = (what?: string) => void;

/** All off. @param changed called when a fault strikes */
export function createSwitches(
  faults: Network['faults'],
  journal: Pick<Journal, 'note'>,
  changed: () => void,
): Switches {
  const switches = new Map<FaultId, Switch>(FAULT_IDS.map((id) => [id, { hits: 0, remove: null }]));

  function set(id: FaultId, on: boolean): void {
    const found = switches.get(id);
    if (!found || (found.remove !== null) === on) return;
    found.remove?.();
    found.remove = null;
    if (!on) return;
    found.hits = 0;
    const all = ARRANGE[id](faults, (what) => {
      found.hits += 1;
      if (id === 'loseNext') set(id, false);
      if (what) journal.note('network', what);
      changed();
    });
    found.remove = () => {
      for (const remove of all) remove();
    };
  }

  return {
    set,
    view: () => [...switches].map(([id, { hits, remove }]) => ({ id, on: remove !== null, hits })),
  };
}

const ARRANGE: Record<FaultId, (faults: Network['faults'], strike: Strike) => (() => void)[]> = {
  loseNext: (faults, strike) =>
    CALLBACKS.map((kind) => faults.webhooks({ kind, do: 'lose', times: 1 }, () => strike())),
  late: (faults, strike) =>
    KINDS.map((kind) => faults.webhooks({ kind, do: 'delay', ms: LATE_MS }, () => strike())),
  twice: (faults, strike) => CALLBACKS.map((kind) => faults.webhooks({ kind, do: 'double' }, () => strike())),
  down: (faults, strike) =>
    Object.entries(REQUESTS).map(([operation, what]) =>
      faults.next(operation as Operation, 'unavailable', { times: Number.POSITIVE_INFINITY }, () =>
        strike(`is asked ${what}, but is down`),
      ),
    ),
};
