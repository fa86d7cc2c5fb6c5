import { Histogram, type Registry } from 'prom-client';

/** Records how long a check of an app password took (s), by the way in which it was asked for and its result. */
export type CountChecks = (way: string, result: string, seconds: number) => void;

/** Buckets around the 5 ms that nearly every check takes less than, up to the limit of 3 s. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 3];

/** Checks of app passwords for older apps. */
export function countChecks(registry: Registry): CountChecks {
  const histogram = new Histogram({
    name: 'poundkey_app_password_check_duration_seconds',
    help: 'How long checks of app passwords for older apps took, by way (basic, mail) and result',
    labelNames: ['way', 'result'],
    buckets: BUCKETS,
    registers: [registry],
  });
  return (way, result, seconds) => histogram.observe({ way, result }, seconds);
}
