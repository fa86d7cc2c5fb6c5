/** Faults that people switch on and off, and how often each has struck. */
import type { Operation } from '../faults.ts';
import type { FaultView } from './browser/view.ts';
import type { Network } from './network.ts';

/** The names of the switches. */
export const FAULT_IDS = ['loseNext', 'late', 'down', 'twice'] as const;
/** One of them. */
type FaultId = (typeof FAULT_IDS)[number];

/** How late callbacks are answered, ms. */
const LATE_MS = 5_000;
const KINDS = ['answer', 'digits', 'redirect', 'fallback', 'machine'] as const;
const CALLBACKS = [...KINDS, 'status', 'text'] as const;
const REQUESTS: readonly Operation[] = [
  ...(['create', 'fetch', 'list', 'update', 'createText', 'fetchText', 'listTexts'] as const),
];

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

type Strike = () => void;

/** All off. @param changed called when a fault strikes */
export function createSwitches(faults: Network['faults'], changed: () => void): Switches {
  const switches = new Map<FaultId, Switch>(FAULT_IDS.map((id) => [id, { hits: 0, remove: null }]));

  function set(id: FaultId, on: boolean): void {
    const found = switches.get(id);
    if (!found || (found.remove !== null) === on) return;
    found.remove?.();
    found.remove = null;
    if (!on) return;
    found.hits = 0;
    const all = ARRANGE[id](faults, () => {
      found.hits += 1;
      if (id === 'loseNext') set(id, false);
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
    CALLBACKS.map((kind) => faults.webhooks({ kind, do: 'lose', times: 1 }, strike)),
  late: (faults, strike) => KINDS.map((kind) => faults.webhooks({ kind, do: 'delay', ms: LATE_MS }, strike)),
  twice: (faults, strike) => CALLBACKS.map((kind) => faults.webhooks({ kind, do: 'double' }, strike)),
  down: (faults, strike) =>
    REQUESTS.map((operation) =>
      faults.next(operation, 'unavailable', { times: Number.POSITIVE_INFINITY }, strike),
    ),
};
