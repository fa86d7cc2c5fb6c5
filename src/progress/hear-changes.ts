import type { OutageLog } from '../platform/outage-log.ts';
import type { Ticker } from '../platform/ticker.ts';

/** How often a process says that it has streams, ms. */
const ANNOUNCE_MS = 5_000;
/** What outages are called in the log. */
const SUBJECT = 'progress notices';
const NOT_BACK = 'What this process sends to the others does not come back to itself.';

/** Knows whether this process hears what others change: it does if it hears itself. */
export interface HearChanges {
  /** Streams are open from now on. */
  start(): void;
  /** None is open any more. */
  stop(): void;
  isHeard(): boolean;
  /** Says again that streams are open, if they are. */
  announce(): void;
  /** What this process said has come back. */
  cameBack(): void;
  failed(error: unknown): void;
}

/** @param send says to all processes that this one has streams */
export function hearChanges(send: () => void, ticker: Ticker, outages: OutageLog): HearChanges {
  let stopTicking: (() => void) | null = null;
  let heard = false;
  let isBack = false;
  let reason: unknown = null;

  function tick(): void {
    if (!isBack) {
      heard = false;
      outages(SUBJECT, reason ?? new Error(NOT_BACK));
    }
    isBack = false;
    send();
  }

  return {
    start() {
      if (stopTicking) return;
      isBack = false;
      stopTicking = ticker(ANNOUNCE_MS, tick);
      send();
    },
    stop() {
      stopTicking?.();
      stopTicking = null;
      heard = false;
    },
    isHeard: () => heard,
    announce() {
      if (stopTicking) send();
    },
    cameBack() {
      heard = stopTicking !== null;
      isBack = true;
      reason = null;
      outages.recovered(SUBJECT);
    },
    failed(error) {
      heard = false;
      reason = error;
    },
  };
}
