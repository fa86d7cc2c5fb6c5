import { Counter, Histogram, type Registry } from 'prom-client';

/** Around the times after which Entra, or we, wait no longer, s. */
const BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 3.2];

/** Hears of messages that others hand over. */
export interface CountMessages {
  /** What became of one, and how long that took, s. */
  observe(result: string, seconds: number): void;
  /** What is odd about one that was taken. */
  notice(what: string): void;
  /** What became of a code that another identity product handed over, and how long that took, s. */
  observeHook(kind: string, result: string, seconds: number): void;
}

/** Counts messages that others hand over. */
export function countMessages(registry: Registry): CountMessages {
  const registers = [registry];
  const durations = new Histogram({
    name: 'poundkey_entra_message_duration_seconds',
    help: 'How long messages that Microsoft Entra handed over took to be answered, by result',
    labelNames: ['result'],
    buckets: BUCKETS,
    registers,
  });
  const notices = new Counter({
    name: 'poundkey_entra_message_notices_total',
    help: 'Messages from Microsoft Entra that were taken although something is odd about them',
    labelNames: ['what'],
    registers,
  });
  const hooks = new Histogram({
    name: 'poundkey_delivery_hook_duration_seconds',
    help: 'How long codes that identity products other than Entra handed over took to be answered, by product and result',
    labelNames: ['kind', 'result'],
    buckets: BUCKETS,
    registers,
  });
  return {
    observe: (result, seconds) => durations.observe({ result }, seconds),
    notice: (what) => notices.inc({ what }),
    observeHook: (kind, result, seconds) => hooks.observe({ kind, result }, seconds),
  };
}
