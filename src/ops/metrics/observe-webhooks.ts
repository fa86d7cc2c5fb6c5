import { Histogram, type Registry } from 'prom-client';

/** Records how long a webhook was worked on (s) and its result: answered, refused (signature, content), or failed. */
export type ObserveWebhook = (webhook: {
  kind: string;
  seconds: number;
  result: 'answered' | 'refused' | 'failed';
}) => void;

/** Buckets around the 1 s after which the person would hear "one moment". */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2.5, 5, 10];

/** Handling times of webhooks by kind. */
export function observeWebhooks(registry: Registry): ObserveWebhook {
  const histogram = new Histogram({
    name: 'poundkey_webhook_duration_seconds',
    help: "How long the provider's webhooks took to handle, by kind and result",
    labelNames: ['kind', 'result'],
    buckets: BUCKETS,
    registers: [registry],
  });
  return ({ kind, seconds, result }) => histogram.observe({ kind, result }, seconds);
}
